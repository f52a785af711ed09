"""Tokens are taken long after they have expired, or refused for a second that two clocks differ by.

What happens
    Clocks differ, so a check of tokens allows for some seconds. Too many of them, and a token that was stolen or taken
    back goes on working for that long; none, and fresh tokens are answered 401 ("not valid yet") now and then.

Bad
    clock_skew_seconds: 3600

Good
    clock_skew_seconds: 60

When it stays quiet
    Up to five minutes are allowed. Envoy's clock_skew_seconds: 0 is its default of 60.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.intent import Mend, Reword
from authlint.model.credential import Jwt, Provider
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.issuers import asked_for, header_for
from authlint_rules.questions.told_by_token import claims_of, told

ID = "jwt-clock-skew"
MOST = 300


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for check, provider in asked_for(site, endpoint):
            if provider.verifies and (provider.skew > MOST or provider.skew == 0):
                yield from _judged(site, endpoint, check, provider)


def _judged(site: Site, endpoint: Endpoint, check: Jwt, provider: Provider) -> Iterator[Finding]:
    late = provider.skew > MOST
    claims = claims_of(provider, exp=-MOST) if late else claims_of(provider, nbf=5)
    wanted = "401: it has expired" if late else "200: two clocks may differ by that much"
    shown = ("exp",) if late else ("nbf",)
    outcome, exchange = told(site, endpoint, claims, shown, wanted, header_for(site, endpoint, provider))
    if outcome.alternatives or (not outcome.admitted if late else outcome.status != 401):
        return
    what = (
        f"takes tokens for {provider.skew} seconds after they have expired"
        if late
        else "refuses tokens for a second that two clocks differ by"
    )
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} {what}",
        primary=Label(provider.skew_span or provider.span, "for clocks a minute is enough"),
        related=(Label(provider.span, "the tokens of this provider"),),
        routes=(endpoint.title,),
        witness=(exchange,),
        cure="allow 60 seconds",
        stated=outcome.assumed,
        mends=_mends(provider),
    )


def _mends(provider: Provider) -> tuple[Mend, ...]:
    if provider.skew_span is None:
        return ()
    return (Mend("allow 60 seconds", (Reword(provider.skew_span, str(provider.skew), "60"),)),)


RULE = Rule(
    id=ID,
    summary="Tokens are taken long after they expired, or refused for a second between two clocks",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4",
    manual=__doc__ or "",
    check=check,
)
