"""A setting about authentication or CORS has no effect.

What happens
    The server reads the line, says nothing, and goes on as if it were not there: a name that is misspelt, a value
    that it does not take, a header set on the side where nobody reads it. Whoever wrote it believes that it works.
    What would have to be switched on elsewhere, or be said in another form, has no fix; nor has a realm that was to
    be off, for that would open the route.

Bad
    add_header Access-Control-Allow-Header "Authorization" always;

Good
    add_header Access-Control-Allow-Headers "Authorization" always;

When it stays quiet
    The setting concerns neither authentication nor CORS; what would switch it on may be said elsewhere (--pedantic
    shows those).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.fact import Ignored
from authlint.rule import Rule
from authlint.site import BEARER, Endpoint, Site
from authlint.text import Span
from authlint_rules.mends.slips import corrected

ID = "setting-ignored"
Shown: TypeAlias = tuple[Endpoint, Request, Outcome]


def check(site: Site) -> Iterator[Finding]:
    facts = dict.fromkeys(fact for fact in site.gateway.facts if isinstance(fact, Ignored))
    shown = _passing(site, {fact.span for fact in facts}) if facts else {}
    for fact in facts:
        requests = shown.get(fact.span, [])
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"this setting has no effect: {fact.instead}",
            primary=Label(fact.span, fact.why),
            routes=tuple(endpoint.title for endpoint, _, _ in requests),
            witness=tuple(
                site.exchange(request, outcome, "what this setting was to bring about")
                for _, request, outcome in requests[:1]
            ),
            proof=fact.instead,
            cure=fact.cure,
            assumes=() if fact.sure else ("the server runs with its defaults",),
            pedantic=not fact.sure,
            mends=corrected(fact.slips),
        )


def _places(outcome: Outcome) -> Iterator[Span | None]:
    """What a request came by, and what the application's headers were made of."""
    for world in outcome.worlds:
        yield from (event.span for event in world.trace)
        for header in world.upstream.headers if world.upstream is not None else ():
            if header.op is not None:
                yield header.op.span


def _passing(site: Site, spans: set[Span]) -> dict[Span, list[Shown]]:
    """For each of these places the requests that come by, at most one a route."""
    found: dict[Span, list[Shown]] = {}
    for endpoint in site.endpoints:
        preflight = site.preflight(endpoint, site.origins(endpoint)[0])
        met: dict[Span, Shown] = {}
        for request in (site.request(endpoint), site.request(endpoint, BEARER), preflight):
            outcome = site.ask(request)
            for span in spans.intersection(_places(outcome)):
                met.setdefault(span, (endpoint, request, outcome))
        for span, one in met.items():
            found.setdefault(span, []).append(one)
    return found


RULE = Rule(
    id=ID,
    summary="A setting about authentication or CORS is without effect",
    level=Level.WARNING,
    reference="https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS",
    manual=__doc__ or "",
    check=check,
)
