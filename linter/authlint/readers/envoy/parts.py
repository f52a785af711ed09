"""The parts of a configuration, whatever holds them: a bootstrap, discovered resources, a dump, or nothing around them.

https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/xds_api (files), and
https://www.envoyproxy.io/docs/envoy/latest/operations/admin (GET /config_dump)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from authlint.readers.envoy.documents import documents
from authlint.readers.envoy.proto import field as member
from authlint.readers.envoy.proto import fields, message, text
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import field, mutable

# The text of another file, by its path; None where it is not there.
Other = Callable[[str], str | None]
# Where a dump holds resources: the message, the list in it, the way from there to the resource, and its kind.
DUMPED = (
    ("ListenersConfigDump", "static_listeners", ("listener",), "Listener"),
    ("ListenersConfigDump", "dynamic_listeners", ("active_state", "listener"), "Listener"),
    ("ClustersConfigDump", "static_clusters", ("cluster",), "Cluster"),
    ("ClustersConfigDump", "dynamic_active_clusters", ("cluster",), "Cluster"),
    ("RoutesConfigDump", "static_route_configs", ("route_config",), "RouteConfiguration"),
    ("RoutesConfigDump", "dynamic_route_configs", ("route_config",), "RouteConfiguration"),
)
STATIC = (("listeners", "Listener"), ("clusters", "Cluster"), ("secrets", "Secret"))


@mutable
class Parts:
    """Resources by kind. `dynamic`: there may be clusters that were not read."""

    found: dict[str, list[Item]] = field(default_factory=dict)
    dynamic: bool = False
    files: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Item]:
        return self.found.get(kind, [])

    def add(self, kind: str, item: Item) -> None:
        self.found.setdefault(kind, []).append(item)

    def routes(self, name: str) -> Item | None:
        return next((one for one in self.of("RouteConfiguration") if text(one, "name") == name), None)


def parts(item: Item, other: Other, troubles: list[Trouble]) -> Parts:
    found = Parts()
    for kind, one in _resources(item):
        found.add(kind, one)
    found.dynamic = _is_dynamic(item)
    for path in _discovered(item, found):
        _take(item, path, other, found, troubles)
    return found


def _resources(item: Item) -> Iterator[tuple[str, Item]]:
    for one in fields(item, "resources"):
        yield message(one)[1], one
    if member(item, "filter_chains") is not None:
        yield "Listener", item
    around = member(item, "static_resources") or item
    dumps = {message(one)[1]: one for one in fields(item, "configs")}
    if "BootstrapConfigDump" in dumps and "ListenersConfigDump" not in dumps:
        around = member(dumps["BootstrapConfigDump"], "bootstrap", "static_resources") or item
    for name, kind in STATIC:
        yield from ((kind, one) for one in fields(around, name))
    for dump, listed, way, kind in DUMPED:
        for one in fields(dumps.get(dump), listed):
            resource = member(one, *way)
            if resource is not None:
                yield kind, resource


def _is_dynamic(item: Item) -> bool:
    """Whether clusters may come from a control plane, or from another file."""
    if member(item, "static_resources") is None and member(item, "configs") is None:
        return True
    return any(member(item, "dynamic_resources", name) is not None for name in ("cds_config", "ads_config"))


def _discovered(item: Item, found: Parts) -> list[str]:
    """Files that a configuration names as sources of clusters and routes."""
    sources = [member(item, "dynamic_resources", "cds_config")]
    for listener in found.of("Listener"):
        chains = [*fields(listener, "filter_chains"), member(listener, "default_filter_chain")]
        for one in (one for chain in chains for one in fields(chain, "filters")):
            sources.append(member(one, "typed_config", "rds", "config_source"))
    named = (text(one, "path") or text(one, "path_config_source", "path") for one in sources)
    return list(dict.fromkeys(path for path in named if path))


def _take(item: Item, named: str, other: Other, found: Parts, troubles: list[Trouble]) -> None:
    """A file of discovered resources: where it is said to lie, or beside the file that names it."""
    folder = os.path.dirname(item.path)
    places = dict.fromkeys(
        (os.path.join(folder, named.lstrip("/")), os.path.join(folder, os.path.basename(named)))
    )
    for path in places:
        content = other(path)
        if content is None:
            continue
        found.files.append(path)
        for read in documents(path, content, troubles, every=True):
            for kind, one in _resources(read):
                if kind in ("Cluster", "RouteConfiguration"):
                    found.add(kind, one)
        return
