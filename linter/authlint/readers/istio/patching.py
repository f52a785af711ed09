"""What an EnvoyFilter puts into a gateway's chain of filters, where it does nothing but that.

https://istio.io/latest/docs/reference/config/networking/envoy-filter/ (applyTo: HTTP_FILTER)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.istio.clusters import cluster_at
from authlint.readers.istio.objects import Object
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import written
from authlint.record import record

MANAGER = "envoy.filters.network.http_connection_manager"
CORS, ROUTER = "envoy.filters.http.cors", "envoy.filters.http.router"
FIRST = ""
NAMING = ("cluster", "cluster_name", "clusterName")


@record
class Insert:
    """A filter, as it is written there, in front of the first one of this name, or of all (FIRST)."""

    item: Item
    before: str


def inserted(one: Object) -> Insert | None:
    """None for an object that does anything else, or more than one thing."""
    patches = one.listed("configPatches")
    if len(patches) != 1 or one.at("targetRefs") is not None:
        return None
    (patch,) = patches
    value, operation = patch.at("patch", "value"), patch.at("patch", "operation")
    before = _place(patch)
    if before is None or value is None or operation is None:
        return None
    if value.get("typed_config") is None or not value.text_at("name"):
        return None
    return Insert(_standing(value, operation), before)


def _standing(item: Item, operation: Item) -> Item:
    """The filter; what says that it is asked stands where it is said that it is put in, and at which place."""
    if item.kind == "map":
        entries = {one.name: _standing(one, operation) for one in item.entries()}
        if "typed_config" in entries:
            entries["name"] = written(operation, item.text_at("name"))
        return written(item, entries)
    if item.kind == "list":
        return written(item, [_standing(one, operation) for one in item.items()])
    return written(operation, item.text) if item.name in NAMING else item


def _place(patch: Item) -> str | None:
    if patch.text_at("applyTo") != "HTTP_FILTER" or not _is_for_every_chain(patch.get("match")):
        return None
    other = patch.text_at("match", "listener", "filterChain", "filter", "subFilter", "name")
    match patch.text_at("patch", "operation"):
        case "INSERT_FIRST" if not other:
            return FIRST
        case "INSERT_BEFORE" if other in (CORS, ROUTER):
            return other
    return None


def _is_for_every_chain(match: Item | None) -> bool:
    if match is None:
        return False
    said = {one.name for one in match.entries()}
    listener = match.get("listener")
    chain = listener.get("filterChain") if listener is not None else None
    filter_ = chain.get("filter") if chain is not None else None
    if said - {"context", "listener"} or match.text_at("context") not in ("GATEWAY", "ANY", ""):
        return False
    for part, name in ((listener, "filterChain"), (chain, "filter")):
        if part is not None and {one.name for one in part.entries()} - {name}:
            return False
    return filter_ is None or filter_.text_at("name") == MANAGER


def placed(filters: Sequence[Item], inserts: Sequence[Insert]) -> list[Item]:
    """The chain with what is put into it. Where there is no cors filter it would stand right before the route's."""
    found = list(filters)
    for one in inserts:
        names = [item.text_at("name") for item in found]
        at = 0
        if one.before != FIRST:
            name = one.before if one.before in names else ROUTER
            at = names.index(name)
        found.insert(at, one.item)
    return found


def clusters(inserts: Sequence[Insert]) -> Iterator[Item]:
    """Those that the filters name: the control plane makes one of every Service."""
    seen: set[str] = set()
    for one in (place for insert in inserts for place in _named(insert.item)):
        if one.text and one.text not in seen:
            seen.add(one.text)
            yield _cluster(one)


def _named(item: Item) -> Iterator[Item]:
    for one in item.entries() if item.kind == "map" else item.items():
        if one.name in NAMING and one.kind == "text":
            yield one
        else:
            yield from _named(one)


def _cluster(place: Item) -> Item:
    """Its name is `outbound|port|subset|host`, unless somebody else defines it."""
    parts = place.text.split("|")
    host, port = (parts[3], parts[1]) if len(parts) == 4 and parts[1].isdigit() else (place.text, "80")
    return cluster_at(place, place.text, f"{host}:{port}")
