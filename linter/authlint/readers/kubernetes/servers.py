"""Hosts as the servers that the controller writes for them, and what stands around these in the http block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.expression import expression
from authlint.readers.kubernetes import affinity, blocking
from authlint.readers.kubernetes.blocking import firewall
from authlint.readers.kubernetes.caching import taken, zone
from authlint.readers.kubernetes.certificates import certificates
from authlint.readers.kubernetes.external import written
from authlint.readers.kubernetes.failing import pages_for_all, places
from authlint.readers.kubernetes.forwarded import came, maps
from authlint.readers.kubernetes.header_names import header_names
from authlint.readers.kubernetes.hosts import Host
from authlint.readers.kubernetes.limits import zones
from authlint.readers.kubernetes.locations import Locations, World
from authlint.readers.kubernetes.nodes import branch, gap, node
from authlint.readers.kubernetes.passing import SIZE
from authlint.readers.nginx.expand import Node
from authlint.readers.yaml.tree import Item
from authlint.text import Span

ROOT = expression(r"/[A-Za-z0-9\-._~/:$]*")


def servers(hosts: Mapping[str, Host], world: World, at: Span) -> tuple[Node, ...]:
    """The http block's directives: settings, upstreams and servers; one server, said to be written `at` that place,
    takes what no host fits."""
    found: list[Node] = [
        *header_names(world.controller),
        *maps(world.controller, at),
        *_settings(world),
        *zones(hosts),
        *zone(_keys(hosts, world)),
        *blocking.around(world.controller),
        *affinity.variables(hosts.values()),
        *_upstreams(hosts),
    ]
    for host in hosts.values():
        found.append(node(host.span, "server", children=list(_server(host, hosts, world))))
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


def _keys(hosts: Mapping[str, Host], world: World) -> Iterator[Item | None]:
    """The keys by which verdicts of auth services are kept."""
    yield world.controller.item("global-auth-cache-key")
    for host in hosts.values():
        yield from (taken(path.own.get("auth-cache-key")) for path in host.paths)


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
    first = settings.item("client-header-buffer-size")
    if first is not None and SIZE.fullmatch(first.text.strip()):
        yield node(first.span, "client_header_buffer_size", first.text.strip())
    yield from firewall(settings.item("modsecurity-snippet"), settings.flag("enable-modsecurity", False))
    hidden = settings.item("hide-headers")
    if hidden is not None:
        for name in settings.words("hide-headers"):
            yield node(hidden.span, "proxy_hide_header", name)
    turned = settings.item("relative-redirects")
    if turned is not None and settings.flag("relative-redirects", False):
        yield node(turned.span, "absolute_redirect", "off")
    yield from pages_for_all(settings)
    yield from written(settings.item("http-snippet"), settings.file, world.troubles)


def _upstreams(hosts: Mapping[str, Host]) -> Iterator[Node]:
    seen: set[str] = set()
    for host in hosts.values():
        for path in host.paths:
            if path.service and path.service not in seen:
                seen.add(path.service)
                server = node(path.span, "server", path.address)
                yield node(path.span, "upstream", path.service, children=[server])


def _server(host: Host, hosts: Mapping[str, Host], world: World) -> Iterator[Node]:
    at = host.span
    default = ("default_server",) if not host.name else ()
    yield node(at, "listen", "80", *default)
    # Every server listens there; the controller's own certificate stands in where the host has none.
    yield node(at, "listen", "443", *default, "ssl")
    if not host.tls and host.name:
        yield node(at, "@uncertified")
    yield node(at, "server_name", host.name or "_", *_aliases(host, hosts))
    yield from blocking.inside(world.controller)
    yield from certificates(host, world.controller, world.secrets)
    yield from _first_snippet(host, world)
    yield from _roots(host)
    yield from Locations(host, world).nodes()
    settings = world.controller
    yield from written(settings.item("server-snippet"), settings.file, world.troubles)
    yield from places(host, settings)


def _aliases(host: Host, hosts: Mapping[str, Host]) -> list[str]:
    """Those of the first Ingress that has some; a name that is a host of its own is none."""
    for path in host.paths:
        found = sorted(set(path.own.words("server-alias")))
        if found:
            return [alias for alias in found if alias not in hosts]
    return []


def _roots(host: Host) -> Iterator[Node]:
    """app-root stands in the server, once for each location that has one: longer paths come first."""
    paths = sorted(host.paths, key=lambda path: (len(path.text), path.text), reverse=True)
    seen: set[str] = set()
    for path in paths:
        root, span = path.own.text("app-root"), path.own.span("app-root")
        if span is not None and ROOT.fullmatch(root) and root not in seen:
            seen.add(root)
            move = node(span, "return", "302", f"$scheme://$http_host{root}")
            yield branch(span, "$uri", "=", "/", children=[move])


def _other_name(host: Host, hosts: Mapping[str, Host], world: World) -> Iterator[Node]:
    """With from-to-www-redirect the name with www. (or without it) is a server that only redirects: no CORS, no
    authentication."""
    asking = [path for path in host.paths if path.own.flag("from-to-www-redirect", False)]
    other = host.name.removeprefix("www.") if host.name.startswith("www.") else f"www.{host.name}"
    if not asking or not host.name or "*" in host.name or other in hosts:
        return
    at = asking[0].own.span("from-to-www-redirect") or host.span
    code = world.controller.text("http-redirect-code") or "308"
    secure = [node(at, "listen", "443", "ssl"), *([] if host.tls else [node(at, "@uncertified")])]
    answer = node(at, "return", code, f"{came(world.controller).scheme}://{host.name}$uri_without_slash")
    children = [node(at, "listen", "80"), *secure, node(at, "server_name", other), answer]
    yield node(at, "server", children=children)


def _first_snippet(host: Host, world: World) -> Iterator[Node]:
    """Of several Ingress objects of a host the oldest one's counts."""
    if world.controller.snippets is False:
        return
    found = [path for path in host.paths if "server-snippet" in path.own.items]
    if len({path.own.text("server-snippet") for path in found}) > 1:
        yield gap(found[0].own.items["server-snippet"].span, "the oldest Ingress's server-snippet counts")
    for path in found[:1]:
        yield from written(path.own.items["server-snippet"], path.ingress.file, world.troubles)
