"""Which issuers' tokens a route asks for; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.flow.tokens import demanded
from authlint.model.credential import Demand, Jwt, Provider
from authlint.site import BEARER, Endpoint, Site, headers_of, requires


def asked_for(site: Site, endpoint: Endpoint) -> Iterator[tuple[Jwt, Provider]]:
    """The providers one of whose tokens a request for this endpoint needs."""
    p = None
    for require in requires(endpoint.route):
        for check in require.checks:
            if isinstance(check, Jwt) and id(check) not in endpoint.idle:
                p = p or site.arrive(site.request(endpoint))
                demand = None if p is None else demanded(p, check)
                for name in dict.fromkeys(named(demand)):
                    provider = check.provider(name)
                    if provider is not None:
                        yield check, provider


def named(demand: Demand | None) -> Iterator[str]:
    """The providers that a demand names."""
    if demand is None:
        return
    if demand.kind == "provider":
        yield demand.provider
    for part in demand.parts:
        yield from named(part)


def header_for(site: Site, endpoint: Endpoint, provider: Provider) -> tuple[str, str]:
    """A header in which this provider looks for its token."""
    if any(place.kind == "header" and place.name == "authorization" for place in provider.places):
        return BEARER
    places = {(place.kind, place.name) for place in provider.places}
    for name in site.credentials(endpoint):
        for header, value in headers_of(name):
            cookie = value.partition("=")[0] if header == "Cookie" else ""
            if "TOKEN" in value and {("header", header.lower()), ("cookie", cookie)} & places:
                return header, value
    return BEARER
