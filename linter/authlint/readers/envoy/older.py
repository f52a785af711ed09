"""Configuration of the API before v3, which Envoy does not take since 1.20 (measured on 1.40: it does not start)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.expression import expression
from authlint.model.fact import Rejected
from authlint.readers.envoy.proto import field, fields
from authlint.readers.yaml.tree import Item

V2 = expression(r"envoy\.(?:api\.v2|config)\.[\w.]*\bv2(?:alpha\d*)?\.|envoy\.api\.v2\.")
SINCE = "Envoy 1.20 and later does not start with this file"
CURE = "write the v3 names: envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager and so on"


def outdated(listeners: list[Item]) -> Iterator[Rejected]:
    """One finding for all of a file: the first filter that is written as v2 wants it."""
    for listener in listeners:
        chains = [*fields(listener, "filter_chains"), field(listener, "default_filter_chain")]
        for one in (one for chain in chains for one in fields(chain, "filters")):
            kind = field(one, "typed_config", "@type")
            if kind is not None and V2.search(kind.text):
                yield Rejected("this is a type of the API v2", SINCE, CURE, kind.span)
                return
            config = field(one, "config")
            if config is not None and field(one, "typed_config") is None:
                yield Rejected("untyped config belongs to the API v2", SINCE, CURE, config.span)
                return
