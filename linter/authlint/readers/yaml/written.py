"""Values that a reader writes itself: the configuration that a control plane makes of a person's objects.

They are read like those of a document. Their places are those of what the person wrote, so that a finding about a
generated filter points to the line that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from authlint.readers.yaml.tree import Item
from authlint.text import Span

Value: TypeAlias = "Item | str | bool | int | Mapping[str, Value | None] | Sequence[Value]"


class Written(Item):
    """A map, a list or a text, at the place of `source`; `named` is the name under which it stands in its map."""

    __slots__ = ("children", "listed", "named", "shape", "source", "spoken")

    def __init__(self, source: Item, value: Value, named: str = "") -> None:
        super().__init__(self, source.path, source.start, None, source.places)
        self.source, self.named = source, named
        self.children: dict[str, Item] = {}
        self.listed: list[Item] = []
        self.spoken = ""
        self.shape: Literal["map", "list", "text"] = "text"
        if isinstance(value, bool):
            self.spoken = str(value).lower()
        elif isinstance(value, str | int):
            self.spoken = str(value)
        elif isinstance(value, Mapping):
            self.shape = "map"
            said = {name: one for name, one in value.items() if one is not None}
            self.children = {name: written(source, one, name) for name, one in said.items()}
        elif isinstance(value, Sequence):
            self.shape, self.listed = "list", [written(source, one) for one in value]

    @property
    def kind(self) -> Literal["map", "list", "text", "null"]:
        return self.shape

    @property
    def plain(self) -> bool:
        return self.shape == "text"

    @property
    def text(self) -> str:
        return self.spoken

    @property
    def masked(self) -> bool:
        return False

    @property
    def name(self) -> str:
        return self.named

    def entries(self) -> Iterator[Item]:
        yield from self.children.values()

    def get(self, name: str) -> Item | None:
        found = self.children.get(name)
        return None if found is None or found.kind == "null" else found

    def items(self) -> list[Item]:
        return self.listed

    @property
    def words(self) -> Span:
        return self.source.words

    @property
    def span(self) -> Span:
        return self.source.span


class Moved(Item):
    """What a person wrote, under the name that it has in the written configuration."""

    __slots__ = ("named", "source")

    def __init__(self, source: Item, named: str) -> None:
        super().__init__(source.node, source.path, source.start, source.key, source.places)
        self.source, self.named = source, named

    @property
    def name(self) -> str:
        return self.named


def written(source: Item, value: Value, named: str = "") -> Item:
    """A value at the place of `source`; a person's own value keeps its own place."""
    if isinstance(value, Written):
        return value if value.named == named or not named else _named(value, named)
    if isinstance(value, Item):
        return Moved(value, named) if named and value.name != named else value
    return Written(source, value, named)


def _named(value: Written, named: str) -> Written:
    again = Written(value.source, "", named)
    again.children, again.listed = value.children, value.listed
    again.shape, again.spoken = value.shape, value.spoken
    return again
