"""Listeners and their connection managers.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from authlint.model.gateway import HostName, Intake, Listener, VirtualHost, listener
from authlint.model.step import HeaderOp
from authlint.model.value import Opaque
from authlint.readers.envoy.filters import Surroundings, filters
from authlint.readers.envoy.headers import REQUEST, mutation
from authlint.readers.envoy.proto import field, fields, flag, is_set, message, number, text
from authlint.readers.envoy.replies import replies
from authlint.readers.envoy.routes import RouteReader, host_name, takes_all
from authlint.readers.envoy.upstreams import of_router
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.tree import Item
from authlint.record import replace
from authlint.text import Span

SLASHES = {
    "REJECT_REQUEST": "refuse",
    "UNESCAPE_AND_REDIRECT": "redirect",
    "UNESCAPE_AND_FORWARD": "unescape",
    "2": "refuse",
    "3": "redirect",
    "4": "unescape",
}
UNDERSCORES = {"REJECT_REQUEST": "refuse", "DROP_HEADER": "drop", "1": "refuse", "2": "drop"}
MANAGER = "http_connection_manager"


def managers(item: Item) -> Iterator[tuple[Item, Item]]:
    """Each filter chain of a listener that serves HTTP, and its connection manager."""
    chains = fields(item, "filter_chains")
    default = field(item, "default_filter_chain")
    for chain in [*chains, *([default] if default is not None else [])]:
        for one in fields(chain, "filters"):
            found = manager(one)
            if found is not None:
                yield chain, found


def manager(item: Item) -> Item | None:
    typed = field(item, "typed_config")
    if typed is not None:
        package, _, config = message(typed)
        return config if package == MANAGER else None
    return field(item, "config") if text(item, "name").endswith(MANAGER) else None


def listeners(item: Item, around: Surroundings) -> Iterator[Listener]:
    socket = field(item, "address", "socket_address")
    pipe = text(item, "address", "pipe", "path")
    if socket is None and not pipe:
        return
    host = f"unix:{pipe}" if pipe else text(socket, "address")
    shown = "*" if host in ("0.0.0.0", "::", "") or HOLE in host else host
    span = socket.span if socket is not None else item.words
    for chain, config in managers(item):
        tls = _is_tls(item, chain)
        table = around.table(config)
        if table is None:
            continue  # routes come from elsewhere: nobody knows them
        # A port that a template writes, or has a name, is taken to be the usual one.
        port = number(socket, "port_value") or (443 if tls else 80)
        yield _listener(shown, port, tls, config, table, around, _served(chain), span)


def _is_tls(item: Item, chain: Item) -> bool:
    socket = field(chain, "transport_socket")
    names = (text(socket, "name"), message(field(socket, "typed_config"))[1])
    wrapped = any("tls" in name.lower() or "quic" in name.lower() for name in names)
    return wrapped or field(chain, "tls_context") is not None


def _served(chain: Item) -> tuple[HostName, ...]:
    """The names of the certificate's that lead a TLS connection to this chain."""
    listed = map(host_name, fields(chain, "filter_chain_match", "server_names"))
    return tuple(one for one in listed if one is not None)


def _listener(
    address: str,
    port: int,
    tls: bool,
    config: Item,
    table: Item,
    around: Surroundings,
    served: tuple[HostName, ...],
    span: Span,
) -> Listener:
    chain = filters(config)
    reader = RouteReader(chain, replace(around, router_filters=of_router(chain)), table)
    hosts = list(reader.hosts())
    default = next(
        (host for item, host in zip(fields(table, "virtual_hosts"), hosts, strict=True) if takes_all(item)),
        None,
    )
    if default is not None and served and not default.names:
        hosts[hosts.index(default)] = default = _named(default, served)
    if default is None:
        default = reader.nowhere(span)
    return listener(
        address, port, tls, tuple(hosts), default, span, _intake(config, table), tuple(replies(config))
    )


def _named(host: VirtualHost, names: tuple[HostName, ...]) -> VirtualHost:
    return replace(host, names=names)


def _intake(config: Item, table: Item) -> Intake:
    common = field(config, "common_http_protocol_options")
    stripped: Literal["", "own", "any"] = "own" if is_set(config, "strip_matching_host_port") else ""
    if is_set(config, "strip_any_host_port"):
        stripped = "any"
    most = field(config, "max_request_headers_kb")
    early = []
    for one in fields(config, "early_header_mutation_extensions"):
        for item in fields(one, "typed_config", "mutations"):
            op = mutation(item, "request")
            if op is not None:
                early.append(op)
    if is_set(config, "use_remote_address") and not is_set(config, "skip_xff_append"):
        peer = Opaque("the peer's address")
        early.insert(0, HeaderOp("append", "x-forwarded-for", peer, config.words, implied=True, join=","))
    return Intake(
        paths="as-sent",
        dots=flag(config, "normalize_path") is True,
        slashes=is_set(config, "merge_slashes"),
        escaped_slashes=SLASHES.get(text(config, "path_with_escaped_slashes_action"), "keep"),  # type: ignore[arg-type]
        underscores=UNDERSCORES.get(text(common, "headers_with_underscores_action"), "keep"),  # type: ignore[arg-type]
        strip_port=stripped,
        ignore_port=is_set(table, "ignore_port_in_host_matching"),
        once=REQUEST,
        scheme=text(config, "scheme_header_transformation", "scheme_to_overwrite"),
        believes_proto=not is_set(config, "use_remote_address"),
        grpc=True,
        strip_dot=is_set(config, "strip_trailing_host_dot"),
        early=tuple(early),
        most=None if most is None else (number(config, "max_request_headers_kb") or 0) << 10 or None,
        most_span=None if most is None else most.span,
    )
