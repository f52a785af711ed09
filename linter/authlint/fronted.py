"""Findings of a gateway to which clients come through another one: what the first does about it counts.

Such a finding stands where its requests, sent through the first gateway, have the fate that it tells. A route to
which no way leads through the first is left as it is: somebody else may come there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.behind import crossings, further, leads_on
from authlint.finding import NOTHING_GIVEN, Exchange, Finding
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.beyond import Behind
from authlint.model.gateway import Gateway
from authlint.record import field, mutable, replace
from authlint.site import APP, VOUCHED, Endpoint, Site, headers_of
from authlint.text import Span

ABOUT = frozenset(("host", "origin", "access-control-request-method", "access-control-request-headers"))


@mutable
class Front:
    """The ways through one gateway to those behind it."""

    site: Site
    _ways: dict[Span, list[Endpoint]] = field(default_factory=dict)  # by the span of a route behind
    _known: bool = False

    def ways(self, route: Span) -> list[Endpoint]:
        if not self._known:
            self._known = True
            for endpoint in self.site.every:
                if leads_on(self.site.gateway, endpoint.route):
                    for one in self.site.behind(endpoint).routes:
                        self._ways.setdefault(one.span, []).append(endpoint)
        return self._ways.get(route, [])


def standing(
    gateway: Gateway, findings: Sequence[Finding], own: Site, others: Sequence[Site]
) -> list[Finding]:
    """The findings of a gateway that its clients meet; `others` are the gateways that may stand in front of it."""
    fronts = [Front(one) for one in others if one.gateway is not gateway and _is_behind(gateway, one.gateway)]
    probed = {one.span for one in gateway.probed}  # whoever sends these does not come through another gateway
    return [
        one
        for one in findings
        if not fronts or any(label.span in probed for label in one.related) or _stands(one, own, fronts)
    ]


def _is_behind(gateway: Gateway, front: Gateway) -> bool:
    """Whether all ways to a gateway that are known lead through this one."""
    listening = {one.span for one in gateway.listeners}
    for found in _behind(front):
        if listening & {one.span for one in found.gateway.listeners}:
            return not found.exposed
    return False


def _behind(front: Gateway) -> Iterator[Behind]:
    for group in front.upstreams.values() if front.beyond is not None else ():
        for address in group.addresses:
            found = front.beyond.at(address, False, group.span.path) if front.beyond is not None else None
            if isinstance(found, Behind):
                yield found


def _stands(finding: Finding, own: Site, fronts: Sequence[Front]) -> bool:
    if not finding.witness or any(one.given != NOTHING_GIVEN for one in finding.witness):
        return True
    exchange = finding.witness[-1]
    asked = _request(exchange, exchange.url, (APP,))
    routes = {route.span for route in own.ask(asked).routes()}
    ways = [(front, one) for front in fronts for route in routes for one in front.ways(route)]
    return not ways or any(_same(front, endpoint, exchange, routes) for front, endpoint in ways)


def _request(exchange: Exchange, url: str, origins: Sequence[str]) -> Request:
    """The same request for another URL, from one of the origins that are spoken of there."""
    headers = tuple(
        (name, origins[0]) if name == "Origin" and value == APP else (name, value)
        for name, value in exchange.headers
        if name.lower() != "host"
    )
    return Request(exchange.method, url, headers, exchange.body, vouched=VOUCHED)


def _same(front: Front, endpoint: Endpoint, exchange: Exchange, routes: set[Span]) -> bool:
    """Whether the first gateway lets what was told happen. What the first one asks for itself is added."""
    path = exchange.url[exchange.url.index("/", exchange.url.index("://") + 3) :]
    for url in dict.fromkeys((endpoint.base + path, endpoint.url)):
        request = _request(exchange, url, front.site.origins(endpoint))
        plain = request.method == "OPTIONS"  # a preflight never carries credentials
        for name in ("none", *(() if plain else front.site.credentials(endpoint))):
            added = [one for one in headers_of(name) if request.header(one[0]) is None]
            outcome = front.site.ask(replace(request, headers=(*request.headers, *added), _parts=[]))
            if _tells_the_same(outcome, exchange, routes):
                return True
    return False


def _tells_the_same(outcome: Outcome, exchange: Exchange, routes: set[Span]) -> bool:
    if outcome.status is None:
        return True  # nobody knows: what was told may happen
    if outcome.status != exchange.status or not any(any(crossings(world)) for world in outcome.worlds):
        return False
    if routes.isdisjoint(route.span for route in further(outcome).routes):
        return False
    name = "access-control-allow-origin"
    said = any(key.lower() == name for key, _ in exchange.response_headers)
    if said != bool(outcome.get(name)):
        return False
    reached = outcome.upstream
    if exchange.received is None or reached is None:
        return (exchange.received is None) == (reached is None)
    received = {key.lower(): value for key, value in exchange.received}
    for key, _ in exchange.headers:
        lower = key.lower()
        values = [header.value for header in reached.get(lower)]
        if lower not in ABOUT and received.get(lower) != (values[0] if values else None):
            return False
    return True
