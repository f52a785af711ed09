"""Sets of bytes: what a class, an escape or a caseless letter of a regular expression stands for."""

from __future__ import annotations

import re

from authlint.expression import expression

ANY = frozenset(range(256))
DIGIT = frozenset(b"0123456789")
UPPER = frozenset(range(0x41, 0x5B))
LOWER = frozenset(range(0x61, 0x7B))
ALPHA = UPPER | LOWER
WORD = ALPHA | DIGIT | frozenset(b"_")
SPACE = frozenset(b" \t\n\r\f\v")
PUNCT = frozenset(range(0x21, 0x7F)) - ALPHA - DIGIT
NEWLINE = frozenset(b"\n")

POSIX = {
    "alpha": ALPHA, "digit": DIGIT, "alnum": ALPHA | DIGIT, "upper": UPPER, "lower": LOWER, "word": WORD,
    "space": SPACE, "blank": frozenset(b" \t"), "punct": PUNCT, "cntrl": frozenset(range(32)) | {127},
    "graph": ALPHA | DIGIT | PUNCT, "print": ALPHA | DIGIT | PUNCT | {32},
    "xdigit": DIGIT | frozenset(b"abcdefABCDEF"), "ascii": frozenset(range(128)),
}  # fmt: skip
TYPES = {
    "d": DIGIT, "w": WORD, "s": SPACE, "h": frozenset(b"\t \xa0"), "v": frozenset(b"\n\v\f\r\x85"),
}  # fmt: skip
RE2_TYPES = {"d": DIGIT, "w": WORD, "s": SPACE - frozenset(b"\v")}
CONTROLS = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
RE2_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}

POSIX_CLASS = expression(r"\[:(\^?)([a-z]+):\]")
POSIX_LIKE = expression(r"\[([:.=]).*?\1\]", re.DOTALL)
HEX = expression(r"\\x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{0,2}))")
OCTAL = expression(r"\\([0-7]{1,3})")


class Untranslatable(Exception):  # noqa: N818 - it is an answer, not an error
    """The pattern, or what it means, has no sure equal in Python; the message says which part."""


def fold(members: frozenset[int]) -> frozenset[int]:
    """The set with the other case of its ASCII letters: PCRE's tables in the C locale know no others."""
    return members | {byte ^ 0x20 for byte in members & ALPHA}


def spell(members: frozenset[int]) -> str:
    """A set of bytes as a character class of Python, or as a plain character where there is one."""
    if len(members) == 1:
        return _char(next(iter(members)))
    if members == ANY - NEWLINE:
        return "."
    if not members:
        return "(?!)"
    negated = 128 < len(members) < 256
    spans: list[tuple[int, int]] = []
    for byte in sorted(ANY - members if negated else members):
        if spans and spans[-1][1] == byte - 1:
            spans[-1] = (spans[-1][0], byte)
        else:
            spans.append((byte, byte))
    inner = "".join(_char(a) if a == b else f"{_char(a)}-{_char(b)}" for a, b in spans)
    return f"[{'^' if negated else ''}{inner}]"


def _char(byte: int) -> str:
    return chr(byte) if byte in WORD or byte == 0x2F else f"\\x{byte:02x}"


def escaped_type(text: str, at: int, re2: bool) -> frozenset[int] | None:
    """What `\\d`, `\\W` and their like at `at` stand for; None where something else is escaped there."""
    letter = text[at + 1 : at + 2]
    members = (RE2_TYPES if re2 else TYPES).get(letter.lower())
    if members is None or (re2 and letter == "V"):
        return None
    return members if letter.islower() else ANY - members


def escaped_byte(text: str, at: int, re2: bool, in_class: bool) -> tuple[int, int]:
    """The byte that the escape at `at` stands for, and where the escape ends."""
    letter = text[at + 1 : at + 2]
    controls = RE2_CONTROLS if re2 else CONTROLS
    if letter in controls:
        return controls[letter], at + 2
    if letter == "b" and in_class and not re2:
        return 8, at + 2
    if letter == "x":
        return _hexadecimal(text, at, re2)
    octal = OCTAL.match(text, at)
    if octal and (letter == "0" or in_class) and not re2:
        value = int(octal.group(1), 8)
        if value < 256:
            return value, octal.end()
    if not letter or letter.isalnum():
        raise Untranslatable(f"the escape \\{letter}")
    return ord(letter), at + 2


def _hexadecimal(text: str, at: int, re2: bool) -> tuple[int, int]:
    found = HEX.match(text, at)
    digits = (found.group(1) or found.group(2) or "") if found else ""
    # PCRE reads \x without digits as NUL, RE2 refuses it, and newer PCRE reads braces more leniently.
    if not found or len(digits) < (2 if re2 else 1) or text[found.end() : found.end() + 1] == "{":
        raise Untranslatable("the escape \\x without its digits")
    value = int(digits, 16)
    if value > (127 if re2 else 255):
        raise Untranslatable("a character above one byte")
    return value, found.end()


def read_class(text: str, at: int, nocase: bool, re2: bool) -> tuple[frozenset[int], int]:
    """The set of the class whose `[` is just before `at`, and where the class ends."""
    negated = text.startswith("^", at)
    at += negated
    members: frozenset[int] = frozenset()
    first = True
    while first or not text.startswith("]", at):
        if at >= len(text):
            raise Untranslatable("a character class without an end")
        found, at, low = _class_item(text, at, nocase, re2)
        if _range_ahead(text, at):
            if low is None:
                raise Untranslatable("a range that begins with a class")
            _, at, high = _class_item(text, at + 1, nocase, re2)
            if high is None or high < low:
                raise Untranslatable("a range out of order")
            found = frozenset(range(low, high + 1))
        members |= found
        first = False
    if nocase:
        members = fold(members)
    return (ANY - members if negated else members), at + 1


def _range_ahead(text: str, at: int) -> bool:
    return text.startswith("-", at) and at + 1 < len(text) and text[at + 1] != "]"


def _class_item(text: str, at: int, nocase: bool, re2: bool) -> tuple[frozenset[int], int, int | None]:
    """One member of a class: what it stands for, where it ends, and the byte if it is just one."""
    if text[at] == "[":
        posix = POSIX_CLASS.match(text, at)
        if posix:
            return _posix(posix.group(2), bool(posix.group(1)), nocase), posix.end(), None
        if POSIX_LIKE.match(text, at):
            raise Untranslatable("something like a POSIX class")
    byte, end = ord(text[at]), at + 1
    if text[at] == "\\":
        members = escaped_type(text, at, re2)
        if members is not None:
            return members, at + 2, None
        byte, end = escaped_byte(text, at, re2, in_class=True)
    return frozenset((byte,)), end, byte


def _posix(name: str, negated: bool, nocase: bool) -> frozenset[int]:
    members = POSIX.get(name)
    if members is None:
        raise Untranslatable(f"the class [:{name}:]")
    if nocase and name in ("upper", "lower"):
        members = ALPHA  # before the negation: caseless [:^upper:] means no letter at all
    return ANY - members if negated else members
