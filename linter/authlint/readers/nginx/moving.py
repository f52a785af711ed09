"""A statement in another place, with its lines and the comments above them."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.intent import Edit
from authlint.readers.nginx.scan import Directive
from authlint.readers.nginx.writing import Page, behind
from authlint.text import Span


def moved(
    page: Page, lines: Sequence[Directive], place: Directive, *, before: bool, alike: bool
) -> tuple[Edit, ...] | None:
    """`alike`: they stand in one block already."""
    if before:
        return _in_front(page, lines, place, alike=alike)
    if place.block is not None or any(one.block is not None for one in lines):
        return None
    at = behind(page, place, [" ".join(page.text[one.start : one.end].split()) for one in lines])
    gone = [Edit(Span(page.path, *page.with_line(one.start, one.end)), "") for one in lines]
    return None if at is None else (at, *gone)


def _in_front(
    page: Page, lines: Sequence[Directive], place: Directive, *, alike: bool
) -> tuple[Edit, ...] | None:
    """With the lines as they are, but for how deep they stand."""
    there = _lines(page, place)
    own = [_lines(page, one) for one in lines]
    pieces = [one for one in own if one is not None]
    if there is None or len(pieces) != len(own):
        return None
    if alike and not all(there[1] <= start for start, _ in pieces):
        return None
    if any(page.file[start:end] != page.text[start:end] for start, end in pieces):
        return None  # written in another file's quotes
    indent = _indent(page, place)
    text = "".join(
        _indented(page.text[start:end], _indent(page, one), indent)
        for one, (start, end) in zip(lines, pieces, strict=True)
    )
    gone = [Edit(Span(page.path, start, end), "") for start, end in pieces]
    return (Edit(Span(page.path, there[0], there[0]), text), *gone)


def _indent(page: Page, found: Directive) -> str:
    return page.text[page.line_start(found.start) : found.start]


def _indented(text: str, before: str, after: str) -> str:
    return "".join(
        after + line[len(before) :] if line.startswith(before) else line
        for line in text.splitlines(keepends=True)
    )


def _lines(page: Page, found: Directive) -> tuple[int, int] | None:
    """The lines of a statement that shares none of them, and of the comments right above."""
    text = page.text
    first, last = page.line_start(found.start), text.find("\n", found.end)
    rest = text[found.end : last].strip()
    if last < 0 or text[first : found.start].strip() or (rest and not rest.startswith("#")):
        return None
    while first > 0:
        above = page.line_start(first - 1)
        if above >= first or not text[above : first - 1].lstrip().startswith("#"):
            break
        first = above
    return first, last + 1
