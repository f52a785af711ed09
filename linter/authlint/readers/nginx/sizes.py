"""Sizes as nginx writes them (https://nginx.org/en/docs/syntax.html)."""

from __future__ import annotations

MEBIBYTE = 1 << 20
UNITS = {"k": 1 << 10, "m": MEBIBYTE, "g": 1 << 30}


def size_of(word: str) -> int | None:
    """Bytes, as "8k" or "1m" are written."""
    text = word.lower()
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    return int(number) * unit if number.isdigit() else None
