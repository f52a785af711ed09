"""Hosts as the servers that the controller writes for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.forwarded import believed
from authlint.readers.kubernetes.header_names import header_names
from authlint.readers.kubernetes.hosts import Host
from authlint.readers.kubernetes.limits import zones
from authlint.readers.kubernetes.locations import Locations
from authlint.readers.kubernetes.nodes import branch, gap, node, snippet
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item


def servers(
    hosts: Mapping[str, Host],
    controller: Controller,
    maps: dict[tuple[str, str], Item],
    troubles: list[Trouble],
) -> tuple[Node, ...]:
    """The http block's directives: upstreams and servers; one server takes what no host fits."""
    found: list[Node] = [*header_names(controller), *believed(controller), *zones(hosts), *_upstreams(hosts)]
    for host in hosts.values():
        found.append(node(host.span, "server", children=list(_server(host, controller, maps, troubles))))
    if "" not in hosts and hosts:
        at = next(iter(hosts.values())).span
        nobody = [
            node(at, "listen", "80", "default_server"),
            node(at, "listen", "443", "default_server", "ssl"),
            node(at, "server_name", "_"),
            node(at, "return", "404"),
        ]
        found.append(node(at, "server", children=nobody))
    return tuple(found)


def _upstreams(hosts: Mapping[str, Host]) -> Iterator[Node]:
    seen: set[str] = set()
    for host in hosts.values():
        for path in host.paths:
            if path.service and path.service not in seen:
                seen.add(path.service)
                server = node(path.span, "server", path.address)
                yield node(path.span, "upstream", path.service, children=[server])


def _server(
    host: Host, controller: Controller, maps: dict[tuple[str, str], Item], troubles: list[Trouble]
) -> Iterator[Node]:
    at = host.span
    default = ("default_server",) if not host.name else ()
    yield node(at, "listen", "80", *default)
    if host.tls or default:
        yield node(at, "listen", "443", *default, "ssl")
    aliases = [alias for path in host.paths for alias in path.own.words("server-alias")]
    yield node(at, "server_name", host.name or "_", *dict.fromkeys(aliases))
    yield from _first_snippet(host, controller, troubles)
    for path in host.paths:
        root = path.own.text("app-root")
        if root.startswith("/"):
            span = path.own.span("app-root") or at
            move = node(span, "return", "302", f"$scheme://$http_host{root}")
            yield branch(span, "$uri", "=", "/", children=[move])
            break
    yield from Locations(host, controller, maps, troubles).nodes()
    errors = next((path.own.span("custom-http-errors") for path in host.paths
        if path.own.text("custom-http-errors")), None)  # fmt: skip
    if errors is not None:
        body = [node(errors, "internal"), node(errors, "return", "404")]
        yield node(errors, "location", "@custom-errors", children=body)


def _first_snippet(host: Host, controller: Controller, troubles: list[Trouble]) -> Iterator[Node]:
    for path in host.paths:
        item = path.own.items.get("server-snippet")
        if item is None or controller.snippets is False:
            continue
        if item.masked:
            yield gap(item.span, "a template writes a part of this snippet")
            return
        yield from snippet(item, path.ingress.file, troubles)
        return
