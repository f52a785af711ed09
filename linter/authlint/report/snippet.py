"""Lines of configuration with what is said about places in them, marked below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from authlint.finding import Label
from authlint.record import record
from authlint.report.color import Paint
from authlint.report.printable import TAB, columns, one_line, printable
from authlint.text import Source

NEAR = 8  # lines apart within which labels share a snippet
_CONTEXT = 16  # columns kept before and after a mark in a line that is cut
_NARROWEST = 30  # columns that a text beside its mark must have


@record
class Mark:
    """What is said about columns `start` up to, not including, `end` (from 0) of a printed line."""

    start: int
    end: int
    text: str
    primary: bool

    @property
    def style(self) -> str:
        return "primary" if self.primary else "related"


def groups(labels: Sequence[Label], source: Source) -> list[list[Label]]:
    """One file's labels, those near each other together; the group of the first label comes first."""
    ordered = sorted(labels, key=lambda label: label.span.start)
    together: list[list[Label]] = []
    for label in ordered:
        line = source.position(label.span.start).line
        if together and line - source.position(together[-1][-1].span.start).line <= NEAR:
            together[-1].append(label)
        else:
            together.append([label])
    return sorted(together, key=lambda group: min(labels.index(label) for label in group))


def snippet(
    source: Source,
    masked: Source,
    labels: Iterable[Label],
    primary: Label,
    gutter: int,
    width: int,
    paint: Paint,
) -> Iterator[str]:
    """The lines that the labels are in and their marks; `gutter` is the width of the line numbers."""
    by_line: dict[int, list[Label]] = {}
    for label in labels:
        by_line.setdefault(source.position(label.span.start).line, []).append(label)
    before = None
    for number in sorted(by_line):
        if before is not None and number == before + 2:
            yield from _line(masked, number - 1, [], gutter, width, paint)
        elif before is not None and number > before + 2:
            yield paint("gutter", "...")
        marks = [_mark(source, number, label, label is primary) for label in by_line[number]]
        yield from _line(masked, number, marks, gutter, width, paint)
        before = number


def _mark(source: Source, number: int, label: Label, primary: bool) -> Mark:
    """The part of the label's span that is in its first line, in columns of the screen."""
    places = columns(source.line(number))
    line_start = source.starts[number - 1]
    first = min(label.span.start - line_start, len(places) - 1)
    last = min(label.span.end - line_start, len(places) - 1)
    return Mark(places[first], max(places[last], places[first] + 1), one_line(label.text), primary)


def _line(
    masked: Source, number: int, marks: list[Mark], gutter: int, width: int, paint: Paint
) -> Iterator[str]:
    room = max(width - gutter - 3, 40)
    text = printable(masked.line(number).replace("\t", " " * TAB))
    shown, marks = _cut(text, marks, room)
    yield f"{paint('gutter', f'{number:>{gutter}} |')} {shown}".rstrip()
    blank = paint("gutter", " " * gutter + " |")
    for row in _rows(marks, room, paint):
        yield f"{blank} {row}".rstrip()


def _cut(text: str, marks: list[Mark], room: int) -> tuple[str, list[Mark]]:
    """A line that fits, and the marks where they are in it: what is cut off leaves three dots behind."""
    places = columns(text)
    if places[-1] <= room:
        return text.rstrip(), marks
    wanted = next((mark for mark in marks if mark.primary), marks[0] if marks else Mark(0, 1, "", True))
    leftmost = min((mark.start for mark in marks), default=0)
    start = max(0, leftmost - _CONTEXT)
    if wanted.start >= start + room - _CONTEXT:
        start = max(0, wanted.start - _CONTEXT)
    if start <= 3:
        start = 0
    head = "..." if start else ""
    end = start + room - len(head)
    tail = "..." if places[-1] > end else ""
    end -= len(tail)
    kept = "".join(
        c for c, at, after in zip(text, places, places[1:], strict=False) if at >= start and after <= end
    )
    # A wide character at the edge of the cut may stand half outside of it.
    first = next((at for at in places if at >= start), start)
    moved = []
    for mark in marks:
        left = min(max(mark.start, first), end - 1) - first + len(head)
        right = min(max(mark.end, first + 1), end) - first + len(head)
        moved.append(Mark(left, max(right, left + 1), mark.text, mark.primary))
    return f"{head}{kept}{tail}".rstrip(), moved


def _rows(marks: list[Mark], room: int, paint: Paint) -> Iterator[str]:
    """Below a line: all marks, the last one's text beside it, then the other texts from right to left."""
    left = sorted(marks, key=lambda mark: (mark.start, not mark.primary))
    if not left:
        return
    last = left[-1]
    beside = _room_beside(last, left, room)
    underlines = _underlines(left, paint)
    if beside:
        first, *more = wrap(last.text, beside) or [""]
        yield f"{underlines} {paint(last.style, first)}"
        left.pop()
        others = left
        for words in more:
            yield _connectors(others, last.end + 1, paint) + paint(last.style, words)
    else:
        yield underlines
    while left:
        mark = left.pop()
        if not mark.text:
            continue
        yield _connectors([*left, mark], None, paint)
        indent = min(mark.start, max(room - 60, 0))
        for words in wrap(mark.text, max(room - indent, _NARROWEST)):
            yield _connectors([m for m in left if m.start < indent], indent, paint) + paint(mark.style, words)


def _room_beside(last: Mark, marks: list[Mark], room: int) -> int:
    """How many columns the text has beside its mark; 0 where it must go below."""
    beside = room - max(mark.end for mark in marks) - 1
    ends_last = last.end == max(mark.end for mark in marks)
    fits = beside >= min(len(last.text), _NARROWEST)
    return beside if last.text and ends_last and fits else 0


def _underlines(marks: list[Mark], paint: Paint) -> str:
    cells: dict[int, Mark] = {}
    for mark in sorted(marks, key=lambda mark: mark.primary):
        cells.update(dict.fromkeys(range(mark.start, mark.end), mark))
    row, at = "", 0
    while at <= max(cells):
        here = cells.get(at)
        end = at + 1
        while end in cells and cells[end] is here:
            end += 1
        row += " " if here is None else paint(here.style, ("^" if here.primary else "-") * (end - at))
        at = end
    return row


def _connectors(marks: list[Mark], until: int | None, paint: Paint) -> str:
    """A row with a stroke below each mark whose text is still to come, filled up to the column `until`."""
    row, at = "", 0
    for start, mark in sorted({mark.start: mark for mark in marks}.items()):
        row += " " * (start - at) + paint(mark.style, "|")
        at = start + 1
    return row + " " * ((until or at) - at)
