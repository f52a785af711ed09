"""What a load balancer in front does to a request before the gateway gets it."""

from __future__ import annotations

from authlint.flow.assume import Front
from authlint.flow.outcome import Header
from authlint.flow.passage import Shared
from authlint.model.unknown import Unknown

WORDS = {"x-forwarded-proto": "https", "x-forwarded-scheme": "https", "x-forwarded-ssl": "on"}
# What proxies are known to write, and this one may where nobody says what it sets.
USUAL = (
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-forwarded-ssl",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "forwarded",
    "x-real-ip",
    "cloudfront-forwarded-proto",
)


def passed_on(shared: Shared, headers: list[Header]) -> list[Header]:
    """The headers of a client's request as they are behind the load balancer."""
    front = shared.assume.front
    if front is None or shared.hops or not front.stands_before(shared.listener):
        return headers
    if front.ends_tls and shared.request.scheme not in ("https", "wss"):
        return headers  # it did not come this way
    shared.assumed[front.said] = None
    if front.sets is None:
        there = {one.name.lower() for one in headers}
        guessed = [Header(name.title(), _nobody_knows(name)) for name in USUAL if name not in there]
        return [*headers, *guessed]
    kept = [one for one in headers if one.name.lower() not in front.sets]
    return [*kept, *(Header(name.title(), _value(shared, front, name)) for name in sorted(front.sets))]


def _value(shared: Shared, front: Front, name: str) -> str | Unknown:
    if name == "x-forwarded-host":
        return shared.request.host
    if front.ends_tls and name in WORDS:
        return WORDS[name]
    if front.ends_tls and name == "x-forwarded-port":
        return "443"
    return _nobody_knows(name)


def _nobody_knows(name: str) -> Unknown:
    return Unknown(f"what the load balancer writes into {name.title()}")
