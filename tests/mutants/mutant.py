"""What a mutant is: a text that is right by a rule, the same text with one mistake, and where that must be found.

Pages write both as one diff: lines that begin with `- ` are in the right text only, lines that begin with `+ ` in
the wrong one only, and a line of the wrong text that ends in `#!` is a place where the finding may stand. In texts
whose own lines may begin with a dash every line has a mark of two letters: `- `, `+ ` or two spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

PLACE = re.compile(r"[ \t]*#!$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken file. `lines` are those of `after` where a finding of one of `rules` is expected."""

    rules: tuple[str, ...]
    operator: str
    dialect: str
    path: str
    before: str
    after: str
    lines: tuple[int, ...]
    pedantic: bool = False  # the rule is one that only --pedantic shows
    refused: bool = False  # the mistake is one that the server itself refuses

    @property
    def rule(self) -> str:
        return self.rules[0]


@dataclass(frozen=True, slots=True)
class Unfit:
    """A place where an operator could work and does not, and why: it would be no mistake there, or prove nothing."""

    operator: str
    path: str
    why: str


Try = Mutant | Unfit
# An operator is asked about one file and makes what it can of it.
Operator = Callable[["File"], Iterator[Try]]


@dataclass(frozen=True, slots=True)
class File:
    """A file that authlint reads, and the files that are read with it."""

    path: str
    text: str
    dialect: str
    beside: tuple[str, ...]


def sides(diff: str, columns: bool = False) -> tuple[str, str]:
    """The right and the wrong text of a diff; the marks of places are still in the wrong one. `columns`: every line
    has a mark."""
    right: list[str] = []
    wrong: list[str] = []
    for line in diff.strip("\n").split("\n") if diff.strip() else ():
        mark, rest = line[:1], line[1:]
        if mark == "-":
            right.append(rest[1:] if rest.startswith(" ") else rest)
        elif mark == "+":
            wrong.append(rest[1:] if rest.startswith(" ") else rest)
        else:
            right.append(line[2:] if columns else line)
            wrong.append(line[2:] if columns else line)
    return PLACE.sub("", "\n".join(right)), "\n".join(wrong)


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line.strip() else line for line in text.split("\n"))


def unmarked(text: str) -> tuple[str, tuple[int, ...]]:
    """A text without its marks, and the lines that bore one."""
    lines = tuple(number for number, line in enumerate(text.split("\n"), 1) if PLACE.search(line))
    return PLACE.sub("", text), lines


def edited(text: str, edits: list[tuple[int, str]]) -> str:
    """Text with each of these inserted at its offset."""
    for at, new in sorted(edits, key=lambda one: one[0], reverse=True):
        text = text[:at] + new + text[at:]
    return text


class Planted(Protocol):
    """What every dialect's planting says of its mistake."""

    @property
    def rule(self) -> str: ...
    @property
    def also(self) -> tuple[str, ...]: ...
    @property
    def operator(self) -> str: ...
    @property
    def pedantic(self) -> bool: ...
    @property
    def refused(self) -> bool: ...


def made(planting: Planted, file: File, right: str, wrong: str, lines: tuple[int, ...] = ()) -> Mutant:
    """The mutant of a file from its two texts with their marks; `lines` count where the wrong text has no mark."""
    before, _ = unmarked(right)
    after, marked = unmarked(wrong)
    rules = (planting.rule, *planting.also)
    kind = (planting.pedantic, planting.refused)
    return Mutant(rules, planting.operator, file.dialect, file.path, before, after, marked or lines, *kind)
