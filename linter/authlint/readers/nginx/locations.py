"""Locations: which requests they take, and the table that finds them
(https://nginx.org/en/docs/http/ngx_http_core_module.html#location)."""

from __future__ import annotations

from authlint.model.condition import AnyOf, Condition, Not, Test
from authlint.model.gateway import Block, Route, Table
from authlint.model.value import Get, Text
from authlint.readers.nginx import proxying
from authlint.readers.nginx.blocks import Place, block
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level, level_of
from authlint.readers.nginx.matching import located
from authlint.readers.nginx.rewriting import script
from authlint.readers.nginx.template import HOLE
from authlint.record import field, mutable

METHOD = Get("own-method")


@mutable
class Routes:
    """The routes of one level, while they are read."""

    exact: dict[str, Route] = field(default_factory=dict)
    prefixes: list[Route] = field(default_factory=list)
    patterns: list[Route] = field(default_factory=list)
    named: dict[str, Route] = field(default_factory=dict)

    def table(self) -> Table:
        prefixes = sorted(self.prefixes, key=lambda route: -len(route.match.text))
        by_prefix = {route.match.text: route for route in prefixes[::-1]}
        return Table(self.exact, tuple(prefixes), tuple(self.patterns), self.named, by_prefix)

    def add(self, route: Route) -> None:
        match route.match.kind:
            case "exact":
                self.exact.setdefault(route.match.text, route)
            case "named":
                self.named.setdefault(route.match.text, route)
            case "pattern":
                self.patterns.append(route)
            case _:
                self.prefixes.append(route)


class LocationReader:
    """Reads the locations of one server."""

    def routes(self, level: Level) -> Table:
        """The locations that stand directly in a level."""
        routes = Routes()
        for node in level.own("location"):
            if node.children is not None and node.args and HOLE not in node.args[-1].text:
                routes.add(self.route(node, level))
        return routes.table()

    def route(self, node: Node, parent: Level) -> Route:
        match, final = located(node)
        level = level_of("location", node, node.children or (), parent, parent.names)
        plain = match.kind in ("exact", "prefix")
        name = " ".join(("location", *(word.text for word in node.args)))
        place = Place(name, match.text if plain else "", plain, node.span)
        slash = plain and match.text.endswith("/") and proxying.passing(level) is not None
        return Route(
            name=name,
            match=match,
            span=node.span,
            block=block(level, place),
            script=script(level.names, node.children or (), lambda one: self.branch(one, level, place)),
            internal=level.holder("internal") is not None,
            final=final,
            slash=slash,
            variants=tuple(self.variant(one, level, place) for one in level.own("limit_except")),
            table=self.routes(level) if level.own("location") else None,
        )

    def branch(self, node: Node, parent: Level, around: Place) -> Block:
        """An `if` in a location: a level of its own, which inherits the location's."""
        level = level_of("if", node, node.children or (), parent, parent.names)
        place = Place(f"{around.name}, if", around.location, around.plain, node.span)
        return block(level, place)

    def variant(self, node: Node, parent: Level, around: Place) -> tuple[Condition, Block]:
        """limit_except: its own level for all methods but those named (GET includes HEAD); the script is not run."""
        level = level_of("limit_except", node, node.children or (), parent, parent.names)
        place = Place(f"{around.name}, limit_except", around.location, around.plain, node.span)
        allowed = [word.text.upper() for word in node.args]
        if "GET" in allowed:
            allowed.append("HEAD")
        listed = AnyOf(tuple(Test(METHOD, Text("is", name)) for name in allowed))
        return Not(listed), block(level, place)
