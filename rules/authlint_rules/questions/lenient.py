"""Tokens that do not hold, where they make no difference; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.tokens import demanded
from authlint.model.credential import Demand, Jwt, Provider
from authlint.model.gateway import Block
from authlint.model.step import Check, Require
from authlint.site import Endpoint, Site
from authlint_rules.questions.told_by_token import LONG, claims_of, told


def bad_token_passes(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A token is asked for, and one that does not hold is as good as one that does: nobody behind can tell."""
    checks = list(_checks(endpoint.route.block))
    for number, check in enumerate(checks):
        if not isinstance(check, Jwt) or id(check) not in endpoint.idle or not check.providers:
            continue
        lenient = _lenient(site, endpoint, check)
        decided_elsewhere = any(map(_hands_on, check.providers)) or checks[number + 1 :]
        if lenient is None or decided_elsewhere:
            continue
        claims = claims_of(check.providers[0], exp=-LONG)
        outcome, exchange = told(site, endpoint, claims, ("exp",), "401: the token does not hold")
        if not outcome.admitted or outcome.alternatives:
            continue
        elsewhere = any(one.forward for one in check.providers)
        yield Finding(
            rule=rule,
            level=Level.WARNING,
            message=f"{endpoint.title} lets requests pass whose token does not hold",
            primary=Label(lenient.span, "no token, an expired or a forged one: all of them pass"),
            related=(Label(check.span, "tokens are checked here"),),
            routes=(endpoint.title,),
            witness=(exchange,),
            cure="require the provider alone, or allow_missing beside it for requests without a token",
            assumes=("the application does not check the token again",) if elsewhere else (),
            pedantic=elsewhere,
            stated=outcome.assumed,
        )


def _checks(block: Block) -> Iterator[Check]:
    for step in block.steps:
        if isinstance(step, Require):
            yield from step.checks


def _lenient(site: Site, endpoint: Endpoint, check: Jwt) -> Demand | None:
    """The demand of this endpoint's requests that any token meets."""
    p = site.arrive(site.request(endpoint))
    demand = None if p is None else demanded(p, check)
    if demand is None:
        return None
    return next((one for one in (demand, *demand.parts) if one.kind == "failed"), None)


def _hands_on(provider: Provider) -> bool:
    """Whether somebody behind can see that a token was good."""
    return bool(provider.payload_header or provider.claim_headers or provider.payload_name)
