"""Virtual hosts of a server of a Gateway: the names that it and a VirtualService have in common.

Read in Istio's pilot/pkg/networking/core/gateway.go (buildGatewayHTTPRouteConfig) and pkg/config/host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.istio.objects import Object
from authlint.readers.istio.routes import Port, routes, takes_all
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import record


@record
class Named:
    """A host that a server and a VirtualService share, at the place of the one that says it more exactly."""

    host: Item
    service: Object


def virtual_hosts(server: Item, namespace: str, services: Sequence[Object], port: Port) -> list[Item]:
    """Without hosts of which nobody knows how their routes are put together."""
    shared: dict[str, list[Named]] = {}
    for service in services:
        for one in _shared(server, namespace, service):
            shared.setdefault(one.host.text.lower(), []).append(one)
    found: list[Item] = []
    redirects = server.text_at("tls", "httpsRedirect") == "true"
    for name, several in shared.items():
        listed = _merged([routes(one.service, port) for one in several])
        unsure = any(one.service.unsure or not _is_seen(one.service) for one in several)
        if listed is not None and not unsure and listed:
            found.append(_host(several[0].host, name, port, listed, server if redirects else None))
    return found


def _host(place: Item, name: str, port: Port, listed: list[Item], redirecting: Item | None) -> Item:
    said = redirecting.at("tls", "httpsRedirect") if redirecting is not None else None
    value: dict[str, Value | None] = {
        "name": f"{name}:{port.number}",
        "domains": [written(place, name)],
        "routes": listed,
        "require_tls": written(said, "ALL") if said is not None else None,
    }
    return written(place, value)


def _is_seen(service: Object) -> bool:
    """Whether it is for all namespaces: where the proxies run is not said."""
    return set(service.words("exportTo")) <= {"*"}


def _shared(server: Item, namespace: str, service: Object) -> Iterator[Named]:
    listed = server.get("hosts")
    for own in listed.items() if listed is not None else ():
        where, slash, name = own.text.rpartition("/")
        where = namespace if where == "." else where
        if slash and where not in ("*", service.namespace):
            continue
        for other in service.listed("hosts"):
            if within(other.text, name):
                yield Named(other, service)
            elif within(name, other.text):
                yield Named(written(own, name), service)


def within(name: str, other: str) -> bool:
    """Whether every host of one name is one of the other's."""
    name, other = name.lower(), other.lower()
    if other == "*" or name == other:
        return True
    return other.startswith("*") and name != "*" and name.removeprefix("*").endswith(other[1:])


def _merged(several: list[list[Item]]) -> list[Item] | None:
    """The routes of objects with one host, those that take everything last; None where their order, which nobody
    knows, matters."""
    if len(several) == 1:
        return several[0]
    rest = [[one for one in listed if not takes_all(one)] for listed in several]
    for number, listed in enumerate(rest):
        for other in rest[number + 1 :]:
            if any(_meet(one, two) for one in listed for two in other):
                return None
    last = [one for listed in several for one in listed if takes_all(one)]
    return None if len(last) > 1 else [*(one for listed in rest for one in listed), *last]


def _meet(one: Item, other: Item) -> bool:
    """Whether a request may fit both."""
    mine, its = _plain(one), _plain(other)
    if mine is None or its is None:
        return True
    return mine.startswith(its) or its.startswith(mine)


def _plain(route: Item) -> str | None:
    """What the path of a route begins with, if that can be read off."""
    match = route.get("match")
    if match is None or match.text_at("case_sensitive") == "false":
        return None
    return match.text_at("path") or match.text_at("prefix") or None
