"""Servers and what they listen on (https://nginx.org/en/docs/http/ngx_http_core_module.html#listen)."""

from __future__ import annotations

from authlint.model.gateway import (
    Buffers,
    HeaderNames,
    HostName,
    Inside,
    Intake,
    Listener,
    Match,
    Route,
    Server,
    VirtualHost,
    listener,
)
from authlint.model.step import Op
from authlint.readers.nginx import access, release
from authlint.readers.nginx.blocks import Place, block
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level, level_of
from authlint.readers.nginx.likeness import likenesses
from authlint.readers.nginx.locations import LocationReader
from authlint.readers.nginx.rewriting import script
from authlint.readers.nginx.sizes import size_of
from authlint.readers.nginx.template import HOLE
from authlint.record import field, mutable, record, replace
from authlint.text import Span

# ngx_http_process_request_header: answered before any phase (measured: 405 where auth_basic is on).
REFUSED = frozenset(("TRACE", "CONNECT"))


@record
class Listen:
    address: str
    port: int
    tls: bool
    default: bool
    span: Span
    later: bool = False  # HTTP/2 or HTTP/3 is spoken too


@mutable
class Endpoint:
    """One address and port, while servers are collected."""

    tls: bool
    span: Span
    later: bool = False
    hosts: list[VirtualHost] = field(default_factory=list)
    default: VirtualHost | None = None


class ServerReader:
    def __init__(self) -> None:
        self.locations = LocationReader()

    def listeners(self, http: Level) -> tuple[Listener, ...]:
        endpoints: dict[tuple[str, int], Endpoint] = {}
        nodes = [node for node in http.own("server") if node.children is not None]
        around = [node for node in http.children if node.name != "server"]
        groups = {node.arg(0): node for node in http.own("upstream")}
        alike = likenesses([node.children or () for node in nodes], around, groups)
        for node, like in zip(nodes, alike, strict=True):
            level = level_of("server", node, node.children or (), http, http.names)
            self._join(endpoints, self.server(level, node.span, like=like), listens(level, node))
        return _listeners(endpoints, _intake(http), http.names.server)

    def bare(self, http: Level, children: tuple[Node, ...], span: Span) -> tuple[Listener, ...]:
        """Locations whose server is somewhere else: a server that nobody has seen."""
        level = level_of("server", None, children, http, http.names)
        host = self.server(level, span, declared=False)
        return (listener("*", 80, False, (host,), host, span, _intake(http)),)

    def _join(
        self, endpoints: dict[tuple[str, int], Endpoint], host: VirtualHost, found: list[Listen]
    ) -> None:
        for listen in found:
            endpoint = endpoints.setdefault((listen.address, listen.port), Endpoint(listen.tls, listen.span))
            endpoint.tls = endpoint.tls or listen.tls
            endpoint.later = endpoint.later or listen.later
            endpoint.hosts.append(host)
            if listen.default and endpoint.default is None:
                endpoint.default = host

    def server(self, level: Level, span: Span, declared: bool = True, like: str | None = None) -> VirtualHost:
        return VirtualHost(
            names=tuple(host_names(level)),
            span=span,
            make=lambda: self.inside(level, span),
            header_names=HeaderNames(
                level.flag("underscores_in_headers", False), not level.flag("ignore_invalid_headers", True)
            ),
            merge_slashes=level.flag("merge_slashes", True),
            buffers=_buffers(level),
            refused=REFUSED,
            declared=declared,
            certified=not level.own("@uncertified"),
            like=like,
        )

    def inside(self, level: Level, span: Span) -> Inside:
        title = " ".join(word.text for node in level.own("server_name") for word in node.args)
        place = Place(f"server {title}".strip(), "", False, span)
        inner = block(level, place)
        real = access.real_address(level)
        ops: tuple[Op, ...] = script(level.names, level.children, None)
        return Inside(
            script=(*((real,) if real is not None else ()), *ops),
            block=inner,
            table=self.locations.routes(level),
            fallback=Route(place.name, Match("everything", ""), span, inner),
        )


def _buffers(level: Level) -> Buffers:
    """https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers; lines are packed into
    them as measured with both releases, to the byte."""
    first, large = level.last("client_header_buffer_size"), level.last("large_client_header_buffers")
    usual = Buffers()
    return Buffers(
        (size_of(first.arg(0)) if first is not None else None) or usual.first,
        int(large.arg(0)) if large is not None and large.arg(0).isdigit() else usual.number,
        (size_of(large.arg(1)) if large is not None else None) or usual.size,
        span=None if large is None else large.span,
    )


def _intake(http: Level) -> Intake:
    # 444: https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return
    return Intake(lines=release.lines(http.names.server), plain=400, silence=444)


def _listeners(
    endpoints: dict[tuple[str, int], Endpoint], intake: Intake, server: Server
) -> tuple[Listener, ...]:
    found: list[Listener] = []
    later = release.beside_http2(server)
    for (address, port), endpoint in endpoints.items():
        default = endpoint.default or endpoint.hosts[0]
        hosts = tuple(endpoint.hosts)
        own = replace(intake, protocols=later) if endpoint.later else intake
        found.append(listener(address, port, endpoint.tls, hosts, default, endpoint.span, own))
    return tuple(found)


def listens(level: Level, node: Node) -> list[Listen]:
    """The addresses of a server; without any it is port 80 of all of them."""
    found = [one for one in map(listen, level.own("listen")) if one is not None]
    old_tls = any(one.arg(0) == "on" for one in level.own("ssl"))
    if old_tls:
        found = [replace(one, tls=True) for one in found]
    if not found and level.own("listen"):
        return []
    if level.flag("http2", False):
        found = [replace(one, later=True) for one in found]
    return found or [Listen("*", 80, False, False, node.span)]


def listen(node: Node) -> Listen | None:
    words = [word.text for word in node.args]
    if not words:
        return None
    where, flags = words[0], words[1:]
    if HOLE in where:
        where = "443" if "ssl" in flags else "80"
    tls = "ssl" in flags or "quic" in flags
    default = "default_server" in flags or "default" in flags
    later = "http2" in flags or "quic" in flags
    if where.startswith("unix:"):
        return Listen(where, 0, tls, default, node.span, later)
    address, port = _address(where)
    return None if port is None else Listen(address, port, tls, default, node.span, later)


def _address(where: str) -> tuple[str, int | None]:
    """[::] is a wildcard of its own: nginx keeps it apart from 0.0.0.0, but both are reached by name."""
    if where.isdigit():
        return "*", int(where)
    if where.startswith("["):
        host, _, rest = where[1:].partition("]")
        port = rest.lstrip(":")
        return "*" if host == "::" else host, int(port) if port.isdigit() else 80 if not port else None
    host, colon, port = where.rpartition(":")
    if not colon:
        return where, 80
    return "*" if host in ("*", "0.0.0.0") else host, int(port) if port.isdigit() else None


def host_names(level: Level) -> list[HostName]:
    """https://nginx.org/en/docs/http/server_names.html"""
    found: list[HostName] = []
    for node in level.own("server_name"):
        for number, word in enumerate(node.args):
            text, span = word.text, node.word(number)
            if HOLE in text or text.startswith("$"):
                continue
            if text.startswith("~"):
                found.append(HostName("pattern", text[1:], span))
            elif text.startswith("*."):
                found.append(HostName("ends", text[1:].lower(), span))
            elif text.startswith("."):
                found += [HostName("exact", text[1:].lower(), span), HostName("ends", text.lower(), span)]
            elif text.endswith(".*"):
                found.append(HostName("starts", text[:-2].lower(), span))
            else:
                found.append(HostName("exact", text.lower(), span))
    return found
