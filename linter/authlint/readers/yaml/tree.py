"""A value of a YAML or JSON document, with its place. Children are looked at when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from authlint.readers.nginx.template import HOLE
from authlint.text import Span

MERGE = "<<"
NULLS = frozenset(("", "~", "null", "Null", "NULL"))


class Item:
    """One value; `key` is the node of its name where it stands in a map. `start` is its document's offset; of a
    document that is written in quotes inside another `places` are those of all its letters."""

    __slots__ = ("key", "node", "path", "places", "start")

    def __init__(
        self, node: Any, path: str, start: int, key: Any = None, places: Sequence[int] | None = None
    ) -> None:
        self.node, self.path, self.start, self.key, self.places = node, path, start, key, places

    def at_offset(self, index: int) -> int:
        """Where in the file the letter with this number in the document stands."""
        return self.start + index if self.places is None else self.places[min(index, len(self.places) - 1)]

    def _span(self, begin: int, end: int) -> Span:
        first = self.at_offset(begin)
        last = self.at_offset(end - 1) + 1 if self.places is not None else self.start + end
        return Span(self.path, first, max(last, first + 1))

    @property
    def kind(self) -> Literal["map", "list", "text", "null"]:
        if self.node.id == "mapping":
            return "map"
        if self.node.id == "sequence":
            return "list"
        return "null" if self.plain and self.node.value in NULLS else "text"

    @property
    def plain(self) -> bool:
        """Whether it is a text without quotes: what a dialect may take for a number or a truth value."""
        return self.node.id == "scalar" and self.node.style in (None, "")

    @property
    def text(self) -> str:
        return self.node.value if self.kind == "text" else ""

    @property
    def masked(self) -> bool:
        """Whether a template writes a part of this text."""
        return self.node.id == "scalar" and HOLE in self.node.value

    @property
    def name(self) -> str:
        """The name under which it stands in its map; empty elsewhere."""
        return self.key.value if self.key is not None and self.key.id == "scalar" else ""

    def entries(self) -> Iterator[Item]:
        """The values of a map, each with its name; what is merged in (`<<`) comes where the map has no such name."""
        yield from self._entries(set(), 0)

    def _entries(self, seen: set[str], depth: int) -> Iterator[Item]:
        if self.node.id != "mapping" or depth > 20:
            return
        merged: list[Any] = []
        for key, value in self.node.value:
            if key.id != "scalar":
                continue
            if key.value == MERGE and key.style in (None, ""):
                merged += value.value if value.id == "sequence" else [value]
            elif key.value not in seen:
                seen.add(key.value)
                yield Item(value, self.path, self.start, key, self.places)
        for node in merged:
            if node.id == "mapping":
                yield from Item(node, self.path, self.start, None, self.places)._entries(seen, depth + 1)

    def get(self, name: str) -> Item | None:
        """The value under a name; None where it is absent or null. Of two values with one name the last counts."""
        if self.node.id != "mapping":
            return None
        found, merged = None, False
        for key, value in self.node.value:
            if key.id == "scalar":
                if key.value == name:
                    found = Item(value, self.path, self.start, key, self.places)
                merged = merged or key.value == MERGE
        if found is None and merged:
            found = next((one for one in self.entries() if one.name == name), None)
        return None if found is None or found.kind == "null" else found

    def at(self, *names: str) -> Item | None:
        """The value under names inside names."""
        found: Item | None = self
        for name in names:
            if found is None:
                return None
            found = found.get(name)
        return found

    def items(self) -> list[Item]:
        """The values of a list; of anything else none."""
        if self.node.id != "sequence":
            return []
        return [Item(node, self.path, self.start, None, self.places) for node in self.node.value]

    def text_at(self, *names: str) -> str:
        found = self.at(*names)
        return found.text if found is not None else ""

    @property
    def words(self) -> Span:
        """The value itself; of a map, a list or a text of several lines its first line."""
        return self._span(self.node.start_mark.index, self._end())

    def _end(self) -> int:
        node = self.node
        first = node.start_mark
        end: int = node.end_mark.index
        if node.end_mark.line != first.line:
            end = self._first_line_end()
        return end if end > first.index else int(first.index) + 1

    def _first_line_end(self) -> int:
        """Where the first line of a value of several lines ends: at the first value in it that is one line."""
        node = self.node
        first = node.start_mark
        if node.id == "scalar":
            # The indicator of a block text, or the first letters of a folded one.
            return int(first.index) + 1
        end: int = first.index + 1
        stack = [node]
        while stack:
            one = stack.pop()
            for part in one.value if one.id != "scalar" else ():
                for child in part if isinstance(part, tuple) else (part,):
                    if child.start_mark.line == first.line and child.start_mark.index >= first.index:
                        if child.end_mark.line == first.line:
                            end = max(end, child.end_mark.index)
                        elif child.id != "scalar":
                            stack.append(child)
        return end

    @property
    def span(self) -> Span:
        """The name and its value as far as they stand on one line; without a name the value."""
        if self.key is None:
            return self.words
        begin, end = self.key.start_mark, self.key.end_mark.index
        node = self.node
        follows = node.start_mark.line == begin.line and node.start_mark.index >= end
        if follows:
            end = node.end_mark.index if node.end_mark.line == begin.line else self._end()
        return self._span(begin.index, end)

    def __repr__(self) -> str:
        return f"Item({self.name or '-'}: {self.text if self.kind == 'text' else self.kind})"
