"""Text and places in it: offsets everywhere, lines and columns only when something is printed."""

from bisect import bisect_right
from typing import NamedTuple  # compiles what is written as text: no annotations from __future__ here

from authlint.record import field, mutable, record


class Span(NamedTuple):
    """Characters `start` up to, not including, `end` of the file `path` (offsets from 0)."""

    path: str
    start: int
    end: int


@record
class Position:
    """A place as people count: line and column from 1, columns in characters."""

    line: int
    column: int


@mutable
class Source:
    """One file's text; it knows where its lines begin (`\\n`, as editors and nginx count)."""

    path: str
    text: str
    _starts: list[int] | None = field(default=None, repr=False)

    @property
    def starts(self) -> list[int]:
        if self._starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> Position:
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line end; empty where there is no such line."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1]
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def line_end(self, offset: int) -> int:
        """The offset at which the line of `offset` ends."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def words(self, span: Span) -> str:
        return self.text[span.start : span.end]


class Sources(dict[str, Source]):
    """Every text that was read, by its path as it is printed."""

    def position(self, span: Span) -> Position:
        source = self.get(span.path)
        return source.position(span.start) if source else Position(1, 1)

    def end(self, span: Span) -> Position:
        source = self.get(span.path)
        return source.position(span.end) if source else Position(1, 1)
