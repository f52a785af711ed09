"""Levels of a configuration and what each inherits.

nginx inherits a directive all or nothing: a level that has one of its own does not see the outer ones
(https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header; measured for add_header, error_page,
fastcgi_param, allow/deny, proxy_hide_header, proxy_redirect). more_set_headers adds to the outer ones.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from authlint.model.gateway import Open
from authlint.model.value import Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.matching import match_of
from authlint.readers.nginx.variables import Names
from authlint.record import field, mutable

Kind: TypeAlias = Literal["http", "server", "location", "if", "limit_except"]


@mutable
class Level:
    """One block with what stands directly in it, and the level around it."""

    kind: Kind
    node: Node | None
    parent: Level | None
    names: Names
    children: tuple[Node, ...] = ()
    by_name: dict[str, list[Node]] = field(default_factory=dict)
    open: tuple[Open, ...] = ()
    depth: int = 0
    holders: dict[str, Level] = field(
        default_factory=dict
    )  # by a directive's name, the nearest level that has it

    def own(self, *names: str) -> list[Node]:
        """This level's directives of these names, in their order."""
        if len(names) == 1:
            return self.by_name.get(names[0], [])
        wanted = set(names)
        if wanted.isdisjoint(self.by_name):
            return []
        return [child for child in self.children if child.name in wanted]

    def nearest(self, *names: str) -> list[Node]:
        """The directives in effect: this level's, or else those of the nearest level that has any."""
        level = self.holder(*names)
        return level.own(*names) if level is not None else []

    def holder(self, *names: str) -> Level | None:
        if len(names) == 1:
            return self.holders.get(names[0])
        found = [level for level in map(self.holders.get, names) if level is not None]
        return max(found, key=lambda level: level.depth) if found else None

    def last(self, name: str) -> Node | None:
        """The directive in effect where only one can be."""
        found = self.nearest(name)
        return found[-1] if found else None

    def flag(self, name: str, default: bool) -> bool:
        node = self.last(name)
        return default if node is None or not node.args else node.arg(0).lower() == "on"

    def stacked(self, *names: str) -> list[Node]:
        """The directives of every level, outer ones first."""
        outer = self.parent.stacked(*names) if self.parent is not None else []
        return [*outer, *self.own(*names)]

    def value(self, text: str) -> Value:
        return self.names.value(text)

    def chain(self) -> list[Level]:
        """The levels from the outermost to this one."""
        return [*(self.parent.chain() if self.parent is not None else ()), self]

    def location_text(self) -> str:
        """The path that a plain location takes; "" for everything else."""
        if self.kind != "location" or self.node is None or not self.node.args:
            return ""
        match = match_of(self.node)
        return match.text if match.kind in ("exact", "prefix") else ""

    def openings(self) -> tuple[Open, ...]:
        """What was not read at this level or around it."""
        outer = self.parent.openings() if self.parent is not None else ()
        return (*self.open, *outer)


def level_of(
    kind: Kind, node: Node | None, children: tuple[Node, ...], parent: Level | None, names: Names
) -> Level:
    """A level from its directives; a gap among them leaves it open, unless what it stands for is beside them."""
    level = Level(kind, node, parent, names, children)
    gaps: list[Open] = []
    for child in children:
        if child.gap is not None:
            if not child.gap.beside:
                gaps.append(child.gap)
        else:
            level.by_name.setdefault(child.name, []).append(child)
    level.open = tuple(gaps)
    if parent is not None:
        level.depth = parent.depth + 1
        level.holders.update(parent.holders)
    level.holders.update(dict.fromkeys(level.by_name, level))
    return level
