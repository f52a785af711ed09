"""Text from files made fit for a terminal: no control characters, one known width for every character."""

from __future__ import annotations

import unicodedata

from authlint.expression import expression

TAB = 4

# Control characters could move the cursor or set colours, the others turn the reading direction round.
_HARMFUL = expression("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with a replacement character for each one that a terminal must not get; as long as before."""
    return _HARMFUL.sub("\ufffd", text)


def one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def columns(line: str) -> list[int]:
    """The column (from 0) of each character of a line on the screen, and, last, where the line ends."""
    at, places = 0, [0]
    for character in line:
        at += TAB if character == "\t" else width(character)
        places.append(at)
    return places


def width(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
