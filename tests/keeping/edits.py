"""Random edits that change nothing: comments, blank lines, blanks at the end of a line; and comments that ignore."""

from __future__ import annotations

import re
from collections.abc import Collection
from random import Random

KEY = re.compile(r"""\s*(?:- )*["']?[\w./*-]+["']?:(?:\s|$)""")
ENDED = re.compile(r"[;{}]\s*(?:#.*)?$")
BLOCK_TEXT = re.compile(r":\s*[|>][-+\d]*\s*(?:#.*)?$")


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_between(lines: list[str], at: int, kind: str) -> bool:
    """Whether a line that means nothing can be put before this one: not in the midst of words."""
    line, before = lines[at].strip(), lines[at - 1] if at else ""
    if kind == "json":
        return True
    if line.startswith("#") or not line or BLOCK_TEXT.search(before):
        return False
    ended = at == 0 or ENDED.search(before) is not None
    return ended if kind == "nginx" else ended or KEY.match(lines[at]) is not None


def edited(text: str, kind: str, concerned: Collection[int], number: int, chance: Random) -> str:
    """The text after so many edits; the lines `concerned` (from 0) stay together, and as they are."""
    lines = text.split("\n")
    before: list[list[str]] = [[] for _ in lines]
    places = [
        at for at in range(len(lines)) if is_between(lines, at, kind) and not {at - 1, at} <= set(concerned)
    ]
    ends = [
        at
        for at in range(len(lines))
        if at not in concerned and (kind == "json" or ENDED.search(lines[at]) is not None)
    ]
    for step in range(number):
        at = chance.choice(places)
        if before[at] and chance.random() < 0.4:
            before[at].pop(chance.randrange(len(before[at])))
        elif ends and chance.random() < 0.1:
            end = chance.choice(ends)
            lines[end] = lines[end].rstrip(" ") + " " * chance.randrange(4)
        elif kind == "json" or chance.random() < 0.3:
            before[at].insert(0, "")
        else:
            before[at].insert(0, " " * indent(lines[at]) + f"# note {step}")
    return "\n".join(line for at, own in enumerate(lines) for line in (*before[at], own))


def ignoring(form: str, text: str, kind: str, at: int, rule: str) -> str | None:
    """The text with a comment that ignores a finding of line `at` (from 0); None where there is no place for it."""
    lines = text.split("\n")
    words = f"[{rule}] tested until=2999-01-01"
    if form == "line":
        lines[at] += f" # authlint: ignore{words}"
    elif form == "above":
        lines.insert(at, " " * indent(lines[at]) + f"# authlint: ignore{words}")
    elif form == "file":
        lines.append(f"# authlint: ignore-file{words}")
    elif form == "block":
        head = _head(lines, at)
        if head is None:
            return None
        lines.insert(head, " " * indent(lines[head]) + f"# authlint: ignore{words}")
    else:
        place = _metadata(lines, at) if kind == "yaml" else None
        if place is None:
            return None
        note = f'    authlint.dev/ignore: "{rule}; tested until=2999-01-01"'
        there = lines[place + 1] == "  annotations:"
        lines[place + 1 : place + 1 + there] = ["  annotations:", note]
    return "\n".join(lines)


def _head(lines: list[str], at: int) -> int | None:
    """The line that begins the block which a line stands in."""
    entry, column = lines[at].lstrip().startswith("- "), indent(lines[at])
    for number in range(at - 1, -1, -1):
        line = lines[number]
        inside = indent(line) > column or (
            indent(line) == column and (not entry or line.lstrip().startswith("- "))
        )
        if line.strip() and not line.lstrip().startswith("#") and not inside:
            begins = line.split("#")[0].rstrip().endswith(("{", ":")) or line.lstrip().startswith("- ")
            return number if begins else None
    return None


def _metadata(lines: list[str], at: int) -> int | None:
    """The `metadata:` of the object that a line belongs to, with the annotations first."""
    first = next((n for n in range(at, -1, -1) if lines[n].startswith("---")), 0)
    for number in range(first, len(lines) - 1):
        if lines[number] == "metadata:":
            return number if "  annotations:" not in lines[number + 2 : at] else None
        if lines[number].startswith("---") and number > first:
            break
    return None
