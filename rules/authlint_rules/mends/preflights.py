"""Preflights that are to be answered before anybody asks for credentials."""

from __future__ import annotations

from authlint import evidence
from authlint.intent import Answer, Mend
from authlint.model.value import Lit, Value
from authlint.site import Endpoint
from authlint.text import Span

ORIGIN, HEADERS = "Access-Control-Allow-Origin", "Access-Control-Allow-Headers"


def answer(endpoint: Endpoint, check: Span) -> tuple[Mend, ...]:
    """In the route, or before the check: with the CORS headers that the route sends now, and Authorization allowed
    where nothing says which headers are."""
    sent: dict[str, tuple[str, Value]] = {}
    for op in evidence.response_ops(endpoint):
        if op.name.lower().startswith("access-control-") and op.verb != "remove":
            sent.setdefault(op.name.lower(), (op.name, op.value))
    if sent and ORIGIN.lower() not in sent:
        return ()
    if sent:
        sent.setdefault(HEADERS.lower(), (HEADERS, Lit("Authorization")))
    headers = tuple(sent.values())
    title = "answer preflights before anybody asks for credentials"
    places = (endpoint.route.span, check) if headers else (check,)
    ways = [*(Answer(place, headers) for place in dict.fromkeys(places)), Answer(check, headers, "skip")]
    return tuple(Mend(title, (one,)) for one in ways)
