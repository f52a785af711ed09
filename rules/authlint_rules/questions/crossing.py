"""Two gateways in a row, the first of which spoils what the second goes by; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Crossed, Event, Outcome
from authlint.flow.request import Request
from authlint.model.credential import Allow, ApiKey, Jwt
from authlint.model.gateway import Route
from authlint.model.step import Basic, HeaderOp
from authlint.record import record
from authlint.site import BASIC, BEARER, Endpoint, Site
from authlint.text import Span
from authlint_rules.mends.handing_on import hand_on


@record
class Lost:
    """What took the header away in front, and what asks for it behind."""

    op: HeaderOp
    asked: Span
    name: str  # of the gateway behind


def lost_in_front(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """The first gateway keeps Authorization to itself, and the second asks for it: nobody gets through both."""
    if not site.behind(endpoint).routes or site.let_in(endpoint) is not None:
        return
    for credential in (BASIC, BEARER):
        request = site.request(endpoint, credential)
        outcome = site.ask(request)
        lost = outcome.in_every_world(partial(_lost, request=request))
        if lost is not None and not outcome.opens:
            yield _finding(rule, site, endpoint, lost, request, outcome)
            return


def _lost(world: Outcome, request: Request) -> Lost | None:
    """The header's end, where a check behind it would have taken this very credential."""
    crossed: Crossed | None = None
    route: Route | None = None
    for event in world.trace:
        if isinstance(event.subject, Crossed):
            crossed = event.subject
        elif isinstance(event.subject, Route) and event.verb == "route":
            route = event.subject
        elif event.verb == "denied" and not event.auth:
            return _between(crossed, event, route, request) if crossed is not None and event.span else None
    return None


def _between(crossed: Crossed, denial: Event, route: Route | None, request: Request) -> Lost | None:
    header = (request.header("authorization") or "").partition(" ")[0].lower()
    checks: list[object] = [denial.subject]
    if isinstance(denial.subject, Allow) and denial.subject.reads_claims:
        # It misses the claims of a token that another check would have read.
        checks = [one for require in route.requires for one in require.checks] if route is not None else []
    suits = isinstance(denial.subject, Basic) if header == "basic" else any(map(_takes_tokens, checks))
    if not suits or denial.span is None or crossed.received.get("authorization"):
        return None
    for name, op in crossed.received.removed:
        if name == "authorization" and op is not None:
            return Lost(op, denial.span, crossed.behind.name)
    return None


def _takes_tokens(check: object) -> bool:
    if isinstance(check, Jwt):
        return any(place.name == "authorization" for one in check.providers for place in one.places)
    return isinstance(check, ApiKey) and any(place.name == "authorization" for place in check.places)


def _finding(
    rule: str, site: Site, endpoint: Endpoint, lost: Lost, request: Request, outcome: Outcome
) -> Finding:
    return Finding(
        rule=rule,
        level=Level.ERROR,
        message=f"nobody gets through to {endpoint.title}: Authorization ends here, and {lost.name} asks for it again",
        primary=Label(lost.op.span, "the client's Authorization ends here"),
        related=(Label(lost.asked, "the gateway behind this one asks for it"),),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "200: the credential is good"),),
        cure=site.cure(
            f"{rule}:in-front",
            "ask for credentials in one of the two gateways only, or let the first hand Authorization on",
        ),
        stated=outcome.assumed,
        mends=hand_on(lost.op, safe=not any(evidence.mechanisms(endpoint))),
    )
