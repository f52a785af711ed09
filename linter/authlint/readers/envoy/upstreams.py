"""Filters between the router and a cluster: what they do to a request is done last.

https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/upstream_filters; that a cluster's own list
takes the place of the router's was measured on 1.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.step import Amend, Step, Unsure
from authlint.readers.envoy.filters import Filter, Surroundings, filters
from authlint.readers.envoy.headers import mutation
from authlint.readers.envoy.injecting import injected
from authlint.readers.envoy.proto import entries, field, fields
from authlint.readers.yaml.tree import Item


def of_cluster(item: Item) -> tuple[Filter, ...]:
    """The filters that a cluster has of its own."""
    options = entries(item, "typed_extension_protocol_options")
    return tuple(one for option in options for one in filters(option))


def of_router(chain: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Those of the router, for clusters without their own."""
    routers = (one for one in chain if one.kind == "router")
    return tuple(one for router in routers for one in filters(router.config, "upstream_http_filters"))


def steps(cluster: str, around: Surroundings) -> Iterator[Step]:
    for one in around.upstream_filters.get(cluster) or around.router_filters:
        if one.kind == "header_mutation":
            listed = fields(one.config, "mutations", "request_mutations")
            ops = [op for op in (mutation(item, "request") for item in listed) if op is not None]
            unclear = len(ops) < len(listed) or any(op.name.startswith(":") for op in ops)
            if unclear or field(one.config, "mutations", "response_mutations") is not None:
                yield Unsure(f"what the filter {one.name} changes on the way to the upstream", one.span)
            elif ops:
                yield Amend(tuple(ops))
        elif one.kind == "credential_injector":
            yield from injected(one, around)
        elif one.kind not in ("upstream_codec", "buffer", "compressor", "decompressor", "tap"):
            yield Unsure(f"what the filter {one.name} does on the way to the upstream", one.span)
