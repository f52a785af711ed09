"""Requests whose token says something of its own: that it has expired, or who has issued it; no rule itself."""

from __future__ import annotations

import time
from collections.abc import Mapping

from authlint.finding import Exchange, Given
from authlint.flow.outcome import Outcome
from authlint.model.credential import Provider
from authlint.record import replace
from authlint.site import BEARER, Endpoint, Site

WORD = "TOKEN"
TIMES = ("exp", "nbf", "iat")
LONG = 3600


def claims_of(provider: Provider, **others: str | int) -> dict[str, str | int]:
    """What a token of this provider says, as far as it is asked about it; times are seconds from now."""
    own: dict[str, str | int] = {"exp": LONG}
    if provider.issuer:
        own["iss"] = provider.issuer
    if provider.audiences:
        own["aud"] = provider.audiences[0]
    return own | others


def told(
    site: Site,
    endpoint: Endpoint,
    claims: Mapping[str, str | int],
    shown: tuple[str, ...],
    wanted: str,
    header: tuple[str, str] = BEARER,
) -> tuple[Outcome, Exchange]:
    """What becomes of a request with a token that says this; a person is told the claims that are `shown`.

    `header` is where the token is put, with the word TOKEN in its place.
    """
    made = _text(claims)
    outcome = site.get(endpoint, (header[0], header[1].replace(WORD, made)))
    given = Given(claims=tuple((name, claims[name]) for name in shown))
    exchange = site.exchange(site.request(endpoint, header), outcome, wanted, given=given)
    received = exchange.received
    if received is not None:
        received = tuple((name, value.replace(made, WORD)) for name, value in received)
    return outcome, replace(exchange, received=received)


def _text(claims: Mapping[str, str | int]) -> str:
    import base64
    import json

    now = int(time.time())
    said = {
        name: now + value if name in TIMES and isinstance(value, int) else value
        for name, value in claims.items()
    }
    parts = ({"alg": "RS256", "typ": "JWT"}, said)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join((*encoded, "c2lnbmF0dXJl"))
