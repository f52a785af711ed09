"""Hosts as the servers that the controller writes for them, and what stands around these in the http block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.readers.kubernetes.caching import zone
from authlint.readers.kubernetes.external import written
from authlint.readers.kubernetes.forwarded import came, maps
from authlint.readers.kubernetes.header_names import header_names
from authlint.readers.kubernetes.hosts import Host
from authlint.readers.kubernetes.limits import zones
from authlint.readers.kubernetes.locations import Locations, World
from authlint.readers.kubernetes.nodes import branch, node
from authlint.readers.nginx.expand import Node
from authlint.text import Span

OPTIONAL = ("off", "optional", "optional_no_ca")


def servers(hosts: Mapping[str, Host], world: World, at: Span) -> tuple[Node, ...]:
    """The http block's directives: settings, upstreams and servers; one server, said to be written `at` that place,
    takes what no host fits."""
    found: list[Node] = [
        *header_names(world.controller),
        *maps(world.controller, at),
        *_settings(world),
        *zones(hosts),
        *zone(hosts.values()),
        *_upstreams(hosts),
    ]
    for host in hosts.values():
        found.append(node(host.span, "server", children=list(_server(host, world))))
        found.extend(_other_name(host, hosts, world))
    if "" not in hosts:
        nobody = [
            node(at, "listen", "80", "default_server"),
            node(at, "listen", "443", "default_server", "ssl"),
            node(at, "server_name", "_"),
            node(at, "return", "404"),
        ]
        found.append(node(at, "server", children=nobody))
    return tuple(found)


def _settings(world: World) -> Iterator[Node]:
    """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/"""
    settings = world.controller
    log = settings.item("log-format-upstream")
    if log is not None and not settings.flag("disable-access-log", False):
        escape = ("escape=json",) if settings.flag("log-format-escape-json", False) else ()
        yield node(log.span, "log_format", "upstreaminfo", *escape, log.text)
        yield node(log.span, "access_log", "/var/log/nginx/access.log", "upstreaminfo")
    for name, item in settings.listed("add-headers", world.maps):
        yield node(item.span, "more_set_headers", f"{name}: {item.text}")
    room = settings.item("large-client-header-buffers")
    if room is not None and len(room.text.split()) == 2:
        yield node(room.span, "large_client_header_buffers", *room.text.split())
    hidden = settings.item("hide-headers")
    if hidden is not None:
        for name in settings.words("hide-headers"):
            yield node(hidden.span, "proxy_hide_header", name)
    errors = settings.item("custom-http-errors")
    codes = [code for code in settings.words("custom-http-errors") if code.isdigit()]
    if errors is not None and codes:
        yield node(errors.span, "error_page", *codes, "=", "@custom-errors")
        if not settings.flag("disable-proxy-intercept-errors", False):
            yield node(errors.span, "proxy_intercept_errors", "on")
    yield from written(settings.item("http-snippet"), settings.file, world.troubles)


def _upstreams(hosts: Mapping[str, Host]) -> Iterator[Node]:
    seen: set[str] = set()
    for host in hosts.values():
        for path in host.paths:
            if path.service and path.service not in seen:
                seen.add(path.service)
                server = node(path.span, "server", path.address)
                yield node(path.span, "upstream", path.service, children=[server])


def _server(host: Host, world: World) -> Iterator[Node]:
    at = host.span
    default = ("default_server",) if not host.name else ()
    yield node(at, "listen", "80", *default)
    # Every server listens there; the controller's own certificate stands in where the host has none.
    yield node(at, "listen", "443", *default, "ssl")
    if not host.tls and host.name:
        yield node(at, "@uncertified")
    aliases = [alias for path in host.paths for alias in path.own.words("server-alias")]
    yield node(at, "server_name", host.name or "_", *dict.fromkeys(aliases))
    yield from _certificates(host)
    yield from _first_snippet(host, world)
    for path in host.paths:
        root = path.own.text("app-root")
        if root.startswith("/"):
            span = path.own.span("app-root") or at
            move = node(span, "return", "302", f"$scheme://$http_host{root}")
            yield branch(span, "$uri", "=", "/", children=[move])
            break
    yield from Locations(host, world).nodes()
    errors = _errors(host, world)
    if errors is not None:
        yield node(errors, "location", "@custom-errors", children=[node(errors, "internal"), *_error(host)])
    settings = world.controller
    yield from written(settings.item("server-snippet"), settings.file, world.troubles)


def _certificates(host: Host) -> Iterator[Node]:
    """auth-tls-secret counts for the whole host: without a certificate a client is answered 400, and a browser sends
    none with a preflight. Who has one nobody can tell."""
    for path in host.paths:
        item = path.own.items.get("auth-tls-secret")
        if item is not None and path.own.text("auth-tls-verify-client") not in OPTIONAL:
            yield node(item.span, "@unsure", "whether the client has a certificate")
            return


def _other_name(host: Host, hosts: Mapping[str, Host], world: World) -> Iterator[Node]:
    """With from-to-www-redirect the name with www. (or without it) is a server that only redirects: no CORS, no
    authentication."""
    asking = [path for path in host.paths if path.own.flag("from-to-www-redirect", False)]
    other = host.name.removeprefix("www.") if host.name.startswith("www.") else f"www.{host.name}"
    if not asking or not host.name or other in hosts:
        return
    at = asking[0].own.span("from-to-www-redirect") or host.span
    code = world.controller.text("http-redirect-code") or "308"
    secure = [node(at, "listen", "443", "ssl"), *([] if host.tls else [node(at, "@uncertified")])]
    answer = node(at, "return", code, f"{came(world.controller).scheme}://{host.name}$uri_without_slash")
    children = [node(at, "listen", "80"), *secure, node(at, "server_name", other), answer]
    yield node(at, "server", children=children)


def _errors(host: Host, world: World) -> Span | None:
    """Where answers to errors were asked for: the default backend of the controller itself says 404 to all."""
    for path in host.paths:
        if path.own.text("custom-http-errors"):
            return path.own.span("custom-http-errors")
    item = world.controller.item("custom-http-errors")
    return item.span if item is not None else None


def _error(host: Host) -> Iterator[Node]:
    """What answers errors in the application's place: a backend of one's own says what it likes."""
    for path in host.paths:
        item = path.own.items.get("default-backend")
        if item is not None:
            yield node(item.span, "@unknown", "what the default backend answers")
            return
    yield node(host.span, "return", "404")


def _first_snippet(host: Host, world: World) -> Iterator[Node]:
    """Of several Ingress objects of a host the first one's counts."""
    for path in host.paths:
        item = path.own.items.get("server-snippet")
        if item is not None and world.controller.snippets is not False:
            yield from written(item, path.ingress.file, world.troubles)
            return
