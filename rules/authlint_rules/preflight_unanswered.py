"""The gateway answers the preflight itself, and not as one: browsers never send the request.

What happens
    Before a cross-origin request with a token or with PUT a browser sends OPTIONS, the preflight. Here the gateway
    answers that itself: with a redirect, 403, 404 or 405, or with a 2xx that lacks Access-Control-Allow-Origin. The
    page gets a CORS error, and the request that follows in curl is never sent. Common causes: `return 204` in a place
    where the add_header lines are not in force, limit_except or a route's method matcher that leaves OPTIONS out, or
    a test of the method that never matches ("options", or = with "GET|OPTIONS"). A redirect that takes the preflight
    too has no fix: which requests it was for nobody here says.

Bad
    server {
        if ($request_method = OPTIONS) { return 204; }
        location /api/ {
            add_header Access-Control-Allow-Origin https://app.example.com always;
            add_header Access-Control-Allow-Headers Authorization always;
            proxy_pass http://api:8080;
        }
    }

Good
    server {
        location /api/ {
            if ($request_method = OPTIONS) { return 204; }
            add_header Access-Control-Allow-Origin https://app.example.com always;
            add_header Access-Control-Allow-Headers Authorization always;
            proxy_pass http://api:8080;
        }
    }

When it stays quiet
    Nothing shows that the route is called from other origins with more than a form could send; the preflight goes to
    the application, which may answer it; the request itself is redirected or refused too; one of the known origins
    gets its answer; part of the configuration was not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import Verdict, preflight_check
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.preflights import answer_as_one, compare_with_options
from authlint_rules.questions.preflights import (
    announced,
    answered_here,
    methods_named,
    never_true,
    passes,
    wanted_origins,
)

ID = "preflight-unanswered"
FAULTS = ("status", "redirect", "origin")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if endpoint.forward is None or evidence.is_asset(endpoint):
            continue
        meant = evidence.cross_origin(site, endpoint)
        if meant is None or announced(site, endpoint) is None:
            continue
        yield from _badly(site, endpoint, meant)
        yield from _never(site, endpoint, meant)


def _badly(site: Site, endpoint: Endpoint, meant: Label) -> Iterator[Finding]:
    asked: list[tuple[Request, Outcome, Verdict]] = []
    for origin in wanted_origins(site, endpoint):
        request = site.preflight(endpoint, origin)
        outcome = site.ask(request)
        verdict = _fault(outcome, origin, endpoint.method)
        if verdict is None:
            return
        asked.append((request, outcome, verdict))
    request, outcome, verdict = asked[0]
    place = _place(endpoint, outcome)
    if not any(passes(site, endpoint, one) for one in (endpoint.method, "POST", *methods_named(endpoint))):
        return
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"browsers cannot call {endpoint.title}: {verdict.why}",
        primary=place,
        related=(meant,),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "2xx with the CORS headers"),),
        cure=site.cure(
            ID,
            "answer OPTIONS where the CORS headers are in force, in the location itself: "
            "if ($request_method = OPTIONS) { ...the CORS headers...; return 204; }",
        ),
        stated=outcome.assumed,
        mends=answer_as_one(endpoint, place.span),
    )


def _fault(outcome: Outcome, origin: str, method: str) -> Verdict | None:
    """Why the gateway's own answer is none to a preflight; a check of credentials is another rule's matter."""
    if not answered_here(outcome) or any(world.denial is not None for world in outcome.worlds):
        return None
    for world in outcome.worlds:
        verdict = preflight_check(world, origin, method, (), credentials=False)
        if verdict.fault not in FAULTS or (
            verdict.fault == "origin" and world.get("access-control-allow-origin")
        ):
            return None
    return verdict


def _place(endpoint: Endpoint, outcome: Outcome) -> Label:
    """What answered; where no route fits, the route whose method matcher leaves OPTIONS out."""
    world = outcome.worlds[0]
    if world.last_route is endpoint.host.fallback and world.last_route is not endpoint.route:
        return Label(endpoint.route.span, "this route does not take the preflight, and no other does")
    denied = [event.span for event in world.trace if event.verb == "denied"]
    decided = [world.decided.span] if world.decided is not None else []
    span = next((one for one in (*denied, *decided) if one is not None), endpoint.route.span)
    return Label(span, f"answers the preflight with {world.status}, and nothing that a browser could use")


def _never(site: Site, endpoint: Endpoint, meant: Label) -> Iterator[Finding]:
    """A test for OPTIONS that no request meets, where the preflight then goes to the application."""
    test, written = next(never_true(endpoint), (None, ""))
    request = site.preflight(endpoint, site.origins(endpoint)[0])
    outcome = site.ask(request)
    if test is None or outcome.opens or any(world.answered_by != "upstream" for world in outcome.worlds):
        return
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} is to answer preflights, and hands them on: its test of the method never matches",
        primary=Label(test, "methods are upper case, and = compares the whole word"),
        related=(meant,),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "an answer of the gateway's own"),),
        cure="compare with OPTIONS: if ($request_method = OPTIONS), or ~ for several methods",
        stated=outcome.assumed,
        mends=compare_with_options(test, written),
    )


RULE = Rule(
    id=ID,
    summary="The gateway answers the preflight itself, and not as one",
    level=Level.ERROR,
    reference="https://fetch.spec.whatwg.org/#cors-preflight-fetch",
    manual=__doc__ or "",
    check=check,
)
