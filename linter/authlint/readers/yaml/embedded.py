"""A text inside a YAML document (a snippet, a file in a ConfigMap): where its letters stand in the file."""

from __future__ import annotations

from bisect import bisect_right

from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span


@record
class Embedded:
    """`starts` are offsets in the text where a run begins whose letters stand in one piece in the file at
    `places`. Without runs the text is written in another way, and every place is the whole value's."""

    text: str
    whole: Span
    starts: tuple[int, ...]
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The place in the file of letters `start` up to `end` of the text."""
        if not self.starts:
            return self.whole
        begin, stop = self.offset(start), self.offset(max(end - 1, start)) + 1
        return Span(self.whole.path, begin, max(stop, begin + 1))

    def offset(self, at: int) -> int:
        run = max(bisect_right(self.starts, at) - 1, 0)
        return self.places[run] + at - self.starts[run]


def embedded(item: Item, file: str) -> Embedded:
    """A text value of a document in the file whose whole text is `file`."""
    value, node, whole = item.text, item.node, item.words
    begin = item.start + node.start_mark.index
    if node.style == "|":
        lines = _block(value, file, begin, item.start + node.end_mark.index)
        if lines is not None:
            return Embedded(value, whole, *lines)
    elif node.style in (None, "", "'", '"') and node.start_mark.line == node.end_mark.line:
        first = begin + (1 if node.style in ("'", '"') else 0)
        if file.startswith(value, first):
            return Embedded(value, whole, (0,), (first,))
    return Embedded(value, whole, (), ())


def _block(value: str, file: str, begin: int, end: int) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The lines of a literal block text: each stands in the file behind the block's indentation."""
    starts: list[int] = []
    places: list[int] = []
    at = file.find("\n", begin, end) + 1
    offset = 0
    indent = _indentation(value, file, at, end)
    if at == 0 or indent is None:
        return None
    for line in value.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        place = at + indent if bare else at
        if bare and not file.startswith(bare, place):
            return None
        starts.append(offset)
        places.append(place)
        offset += len(line)
        at = file.find("\n", at) + 1
        if at == 0:
            break
    return tuple(starts), tuple(places)


def _indentation(value: str, file: str, at: int, end: int) -> int | None:
    """How far the block stands in: measured on the first line that has letters."""
    for line in value.splitlines():
        stop = file.find("\n", at)
        stop = len(file) if stop < 0 else stop
        if line.strip():
            written = file[at:stop].rstrip("\r")
            return len(written) - len(line.rstrip("\r")) if written.endswith(line.rstrip("\r")) else None
        at = stop + 1
    return None
