"""Clusters as upstreams (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.gateway import Probe, Upstream
from authlint.readers.envoy.proto import field, fields, text
from authlint.readers.yaml.tree import Item


def clusters(items: list[Item]) -> dict[str, Upstream]:
    found: dict[str, Upstream] = {}
    for item in items:
        name = field(item, "name")
        if name is not None and not name.masked:
            probes = tuple(_probes(item, name.text))
            group = Upstream(name.text, tuple(_addresses(item)), name.span, probes, _is_tls(item))
            found.setdefault(name.text, group)
    return found


def _is_tls(item: Item) -> bool:
    """Whether connections are encrypted; other sockets than a plain one may do that too."""
    plain = "envoy.transport_sockets.raw_buffer"
    socket = field(item, "transport_socket")
    older = field(item, "tls_context") or field(item, "transport_socket_matches")
    return older is not None or (socket is not None and text(socket, "name") != plain)


def _probes(item: Item, cluster: str) -> Iterator[Probe]:
    """Health checks over HTTP, but for those that send headers of their own or take other answers than 200; their
    Host is the cluster's name unless it is given
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto)."""
    for one in fields(item, "health_checks"):
        check = field(one, "http_health_check")
        path = field(check, "path")
        special = fields(check, "request_headers_to_add") or fields(check, "expected_statuses")
        if path is not None and not path.masked and not special:
            yield Probe(path.text, text(check, "host") or cluster, path.span)


def _addresses(item: Item) -> Iterator[str]:
    for group in fields(item, "load_assignment", "endpoints"):
        for one in fields(group, "lb_endpoints"):
            yield from _address(field(one, "endpoint", "address"))
    for old in fields(item, "hosts"):
        yield from _address(old)


def _address(item: Item | None) -> Iterator[str]:
    host = text(item, "socket_address", "address")
    port = text(item, "socket_address", "port_value")
    if host and port:
        yield f"{host}:{port}"
    elif pipe := text(item, "pipe", "path"):
        yield f"unix:{pipe}"
