"""HTTP filters and what a route, a virtual host or a route configuration says about each of them.

https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_filters#route-based-filter-chain
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from authlint.model.gateway import Upstream
from authlint.readers.envoy import proto
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Written
from authlint.record import entity, field, mutable, record
from authlint.text import Span


@entity
class Filter:
    """One entry of http_filters; `kind` is the package of its configuration ("jwt_authn")."""

    name: str
    kind: str
    config: Item | None
    disabled: bool
    span: Span


@record
class Own:
    """What one level says about a filter; `message` is the name of the configuration's type."""

    message: str
    config: Item | None
    disabled: bool
    item: Item


@entity
class Spot:
    """Where a chain of filters runs. `levels` are the configurations that may speak of filters, the most specific
    first. forward: to a cluster; answer: a redirect or a direct response; nothing: no route was found."""

    levels: tuple[Item, ...]
    action: Literal["forward", "answer", "nothing"]

    def own(self, name: str) -> list[Own]:
        """What the levels say about the filter of this name, the most specific first."""
        return [one for level in self.levels if (one := own(level, name)) is not None]

    @property
    def speaking(self) -> tuple[Item, ...]:
        """The levels that say something about filters: where they are the same, the same filters do the same."""
        return tuple(level for level in self.levels if speaks(level))


@mutable
class Surroundings:
    """What filters refer to: clusters, and whether others may come from a control plane. `kept` holds what was read
    once for many routes."""

    clusters: Mapping[str, Upstream]
    dynamic: bool
    secrets: Mapping[str, Item] = field(default_factory=dict)
    routes: Callable[[str], Item | None] = lambda name: None  # discovered route configurations, by name
    upstream_filters: Mapping[str, tuple[Filter, ...]] = field(default_factory=dict)  # by cluster
    router_filters: tuple[Filter, ...] = ()  # for clusters without their own
    kept: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def table(self, manager: Item) -> Item | None:
        """The routes of a connection manager; None where they come from nobody who was read."""
        written = proto.field(manager, "route_config")
        name = proto.field(manager, "rds", "route_config_name")
        return written if written is not None or name is None else self.routes(name.text)

    def defined(self, cluster: str) -> bool:
        return self.dynamic or not cluster or cluster in self.clusters


def asked_at(one: Filter, said: Own | None) -> Span:
    """Where a filter was asked for on a route: what a control plane writes for many routes stands at none of theirs."""
    return said.item.span if said is not None and isinstance(said.item, Written) else one.span


def speaks(level: Item) -> bool:
    names = ("typed_per_filter_config", "per_filter_config", "cors")
    return any(proto.field(level, name) is not None for name in names) or (
        proto.field(level, "route", "cors") is not None
    )


def own(level: Item, name: str) -> Own | None:
    for key in ("typed_per_filter_config", "per_filter_config"):
        found = proto.field(level, key)
        entry = found.get(name) if found is not None else None
        if entry is not None:
            return unwrapped(entry)
    return None


def unwrapped(entry: Item) -> Own:
    """An entry of typed_per_filter_config, taken out of a FilterConfig around it."""
    _, kind, config = proto.message(entry)
    if kind == "FilterConfig":
        inner = proto.field(config, "config")
        disabled = proto.is_set(config, "disabled")
        _, kind, config = proto.message(inner) if inner is not None else ("", "", None)
        # An empty one says nothing, and switches the filter on.
        return Own(kind, config if kind else None, disabled, entry)
    return Own(kind, config, False, entry)


def filters(owner: Item | None, name: str = "http_filters") -> tuple[Filter, ...]:
    """The chain of a connection manager, in order; or another one that stands under `name`."""
    return tuple(map(_filter, proto.fields(owner, name)))


def _filter(item: Item) -> Filter:
    name = proto.field(item, "name")
    typed = proto.field(item, "typed_config")
    package, kind, config = (
        proto.message(typed) if typed is not None else ("", "", proto.field(item, "config"))
    )
    if kind == "ExtensionWithMatcher" or proto.field(item, "config_discovery") is not None:
        package, config = "unknown", None
    if not package and name is not None:
        package = name.text.rpartition(".")[2]
    span = name.span if name is not None else item.words
    return Filter(
        name.text if name is not None else "", package, config, proto.is_set(item, "disabled"), span
    )


def disabled(one: Filter, said: list[Own]) -> bool:
    """The most specific level that speaks of the filter decides: what configures it switches it on (measured)."""
    return said[0].disabled if said else one.disabled


def configured(said: list[Own], kind: str = "") -> Iterator[Own]:
    """Those that carry a configuration (of that type)."""
    return (one for one in said if one.config is not None and (not kind or one.message == kind))
