"""Pages on other origins see the 401, and cannot read what it asks for.

What happens
    A script gets the 401 and wants to know why: WWW-Authenticate says whether the token has expired or lacks a scope.
    Across origins it may read a handful of headers only; this one must be named in Access-Control-Expose-Headers.
    Without that `response.headers.get("WWW-Authenticate")` is null, though the header is there.

Bad
    add_header Access-Control-Allow-Origin https://app.example.com always;

Good
    add_header Access-Control-Allow-Origin https://app.example.com always;
    add_header Access-Control-Expose-Headers WWW-Authenticate always;

When it stays quiet
    The header is exposed; the challenge is one for the browser's own prompt (Basic); pages cannot see the 401 at all
    (cors-missing-on-unauthorized). That a script reads the header is a guess: it is reported with --pedantic.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import cors_check, joined, words
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome
from authlint.model.step import HeaderOp
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.lists import name_in
from authlint_rules.questions.preflights import wanted_origins

ID = "challenge-not-exposed"
CHALLENGE, EXPOSED = "www-authenticate", "access-control-expose-headers"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)) and evidence.cross_origin(site, endpoint) is not None:
            yield from _judged(site, endpoint)


def _judged(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    for origin in wanted_origins(site, endpoint):
        request = site.request(endpoint, ("Origin", origin))
        outcome = site.ask(request)
        place = outcome.in_every_world(lambda world, origin=origin: _hidden(world, origin))  # type: ignore[misc]
        if place is None or place.op is None or outcome.opens:
            continue
        yield Finding(
            rule=ID,
            level=Level.INFO,
            message=f"{endpoint.title}: pages on other origins cannot read the challenge of the 401",
            primary=Label(place.op.span, "lets the 401 be seen, but not its WWW-Authenticate"),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "Access-Control-Expose-Headers: WWW-Authenticate"),),
            cure=site.cure(
                ID,
                "name it there too: add_header Access-Control-Expose-Headers WWW-Authenticate always;",
            ),
            assumes=("a script of the page reads WWW-Authenticate",),
            stated=outcome.assumed,
            pedantic=True,
            mends=name_in(
                "Access-Control-Expose-Headers", _exposing(outcome) or place.op, "WWW-Authenticate"
            ),
        )
        return


def _exposing(outcome: Outcome) -> HeaderOp | None:
    return next((one.op for one in outcome.worlds[0].get(EXPOSED)), None)


def _hidden(world: Outcome, origin: str) -> Header | None:
    """What shows the page the 401, if that has a token's challenge and does not expose it."""
    challenges = world.get(CHALLENGE)
    if world.status != 401 or not any(one.text.lower().startswith("bearer") for one in challenges):
        return None
    if not cors_check(world.headers, origin, credentials=False).passed:
        return None
    listed = joined(world.headers, EXPOSED)
    named = {word.lower() for word in words(listed if isinstance(listed, str) else "") or ()}
    # The wildcard stands for every header where no credentials are sent
    # (https://fetch.spec.whatwg.org/#http-access-control-expose-headers).
    return None if named & {CHALLENGE, "*"} else world.get("access-control-allow-origin")[0]


RULE = Rule(
    id=ID,
    summary="Pages on other origins cannot read the challenge of a 401",
    level=Level.INFO,
    reference="https://fetch.spec.whatwg.org/#http-access-control-expose-headers",
    manual=__doc__ or "",
    check=check,
)
