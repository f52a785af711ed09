"""Mistakes that are planted into a connection manager of Envoy: filters in front of its own, settings of a virtual
host and of a route, routes in front of others, clusters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml
from tests.mutants.mutant import File, Mutant, Try, Unfit, edited, indented, made, sides

# Filters that neither ask for anything nor touch the headers that count here.
PLAIN = frozenset(
    ["router", "compressor", "decompressor", "grpc_web", "grpc_stats", "grpc_http1_bridge", "cors"]
)

REMOVED = ("response_headers_to_remove", "request_headers_to_remove")


@dataclass(frozen=True, slots=True)
class Planting:
    """One mistake, as a diff at each level. `@cluster@` is the cluster of the route that is chosen.

    `path`: what the route's prefix must have in it.
    """

    rule: str
    name: str
    filters: str = ""
    manager: str = ""
    host: str = ""
    routes: str = ""
    route: str = ""
    clusters: str = ""
    also: tuple[str, ...] = ()
    pedantic: bool = False
    refused: bool = False
    path: str = ""
    root: bool = False  # the route's prefix must be "/"

    @property
    def operator(self) -> str:
        return f"{self.rule}/{self.name}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the levels begin: nodes of the composed document."""

    manager: yaml.MappingNode
    filters: yaml.SequenceNode
    host: yaml.MappingNode
    route: yaml.MappingNode
    clusters: yaml.SequenceNode | None


def plant(planting: Planting, file: File) -> Iterator[Try]:
    found = False
    for spot in spots(file.text):
        found = True
        why = unfit(planting, spot)
        if why:
            yield Unfit(planting.operator, file.path, why)
        else:
            yield planted(planting, spot, file)
    if not found:
        yield Unfit(planting.operator, file.path, "no route to a cluster in this file")


@lru_cache(maxsize=512)
def spots(text: str) -> tuple[Spot, ...]:
    return tuple(_spots(text))


def _spots(text: str) -> Iterator[Spot]:
    try:
        documents = [one for one in yaml.compose_all(text, Loader=yaml.SafeLoader) if one is not None]
    except yaml.YAMLError:
        return
    for document in documents:
        clusters = None
        for node in _all(document):
            listed = get(node, "clusters")
            if isinstance(listed, yaml.SequenceNode) and listed.value and get(listed.value[0], "name"):
                clusters = listed
        for node in _all(document):
            filters = get(node, "http_filters")
            if not isinstance(node, yaml.MappingNode):
                continue
            hosts = get(get(node, "route_config"), "virtual_hosts")
            if not isinstance(filters, yaml.SequenceNode) or not isinstance(hosts, yaml.SequenceNode):
                continue
            for host in hosts.value:
                routes = get(host, "routes")
                for route in routes.value if isinstance(routes, yaml.SequenceNode) else ():
                    to_cluster = get(get(route, "route"), "cluster") is not None
                    if (
                        to_cluster
                        and isinstance(host, yaml.MappingNode)
                        and isinstance(route, yaml.MappingNode)
                    ):
                        yield Spot(node, filters, host, route, clusters)


def _all(node: yaml.Node) -> Iterator[yaml.Node]:
    todo, seen = [node], set[int]()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, yaml.MappingNode):
            yield one
            todo.extend(value for _, value in one.value)
        elif isinstance(one, yaml.SequenceNode):
            todo.extend(one.value)


def get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value  # type: ignore[no-any-return]
    return None


def words(node: yaml.Node | None) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""


def unfit(planting: Planting, spot: Spot) -> str:
    for node in (spot.filters, spot.host, spot.route, spot.manager):
        if node.flow_style:
            return "written in one line"
    for one in spot.filters.value:
        kind = words(get(get(one, "typed_config"), "@type")).split(".")
        package = kind[-3] if len(kind) > 3 else words(get(one, "name")).rpartition(".")[2]
        if package not in PLAIN:
            return f"the filter {package} may change all of it"
        if package == "cors" and "filters.http.cors" in planting.filters + planting.host:
            return "has a CORS filter of its own"
    match = get(spot.route, "match")
    prefix = words(get(match, "prefix"))
    if not isinstance(match, yaml.MappingNode) or len(match.value) != 1 or not prefix:
        return "the route takes only some requests"
    if planting.root and prefix != "/":
        return "it must be all of the site, and this is a part of it"
    if planting.path and not re.search(planting.path, prefix):
        return f"the path says nothing of {planting.path}"
    if "prefix_rewrite" in planting.route and len(get(spot.route, "route").value) > 1:  # type: ignore[union-attr]
        return "the route rewrites by itself"
    for own in ("typed_per_filter_config", "response_headers_to_add", "request_headers_to_add", *REMOVED):
        if get(spot.host, own) or get(spot.route, own):
            return f"{own} is there already"
    for own in ("access_log", "local_reply_config", "common_http_protocol_options"):
        if own in planting.manager and get(spot.manager, own):
            return f"{own} is there already"
    if _filtered(spot):
        return "filters of the cluster itself may change all of it"
    if planting.clusters and spot.clusters is None:
        return "the clusters are elsewhere"
    earlier = get(spot.host, "routes").value  # type: ignore[union-attr]
    for one in earlier[: earlier.index(spot.route)]:
        if "prefix" not in [key.value for key, _ in getattr(get(one, "match"), "value", ())]:
            continue
        if prefix.startswith(words(get(get(one, "match"), "prefix"))):
            return "an earlier route takes its requests"
    return ""


def _filtered(spot: Spot) -> bool:
    """Whether the route's cluster has filters of its own, behind those of the listener."""
    name = words(get(get(spot.route, "route"), "cluster"))
    for one in spot.clusters.value if spot.clusters is not None else ():
        if words(get(one, "name")) == name:
            options = get(one, "typed_extension_protocol_options")
            return options is not None and any(get(node, "http_filters") for node in _all(options))
    return False


def planted(planting: Planting, spot: Spot, file: File) -> Mutant:
    right, wrong = (_side(planting, spot, file.text, wrong=wrong) for wrong in (False, True))
    return made(planting, file, right, wrong)


def _side(planting: Planting, spot: Spot, text: str, *, wrong: bool) -> str:
    side = 1 if wrong else 0
    cluster = words(get(get(spot.route, "route"), "cluster"))
    match = get(spot.route, "match")
    edits: list[tuple[int, str]] = []

    def add(level: str, at: yaml.Node, dash: bool = False) -> None:
        new = (
            sides(level, columns=True)[side]
            .replace("@cluster@", cluster)
            .replace("@prefix@", words(get(match, "prefix")))
        )
        if new:
            edits.append(_before(text, new, at, dash))

    add(planting.manager, spot.manager.value[0][0])
    add(planting.filters, spot.filters.value[0], dash=True)
    add(planting.host, spot.host.value[0][0])
    add(planting.routes, get(spot.host, "routes").value[0], dash=True)  # type: ignore[union-attr]
    add(planting.route, spot.route.value[0][0])
    if spot.clusters is not None:
        add(planting.clusters, spot.clusters.value[0], dash=True)
    return edited(text, edits)


def _before(text: str, new: str, node: yaml.Node, dash: bool) -> tuple[int, str]:
    """Lines in front of a node, in its column: keys of a mapping, or items of a list (whose dash is before it)."""
    at = node.start_mark.index
    if dash:
        at = text.rindex("-", 0, at)
    column = at - (text.rfind("\n", 0, at) + 1)
    moved = indented(new, " " * column).lstrip(" ")
    return at, moved + "\n" + " " * column
