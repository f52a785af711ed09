"""Colour on a terminal: the only place that knows escape codes."""

from __future__ import annotations

from authlint.finding import Level
from authlint.record import record

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "primary": "1;31",
    "related": "1;34",
    "gutter": "34",
    "strong": "1",
    "key": "1;34",
    "quiet": "2",
}


@record
class Paint:
    """Puts words in a named style, or leaves them as they are where `on` is false."""

    on: bool

    def __call__(self, style: str, words: str) -> str:
        return f"\x1b[{_CODES[style]}m{words}\x1b[0m" if self.on and words else words

    def level(self, level: Level, words: str) -> str:
        return self(str(level), words)
