"""The page never sees the 401: it leaves without the CORS headers that the 200 has.

What happens
    A token has expired and the answer is 401. A browser shows a page on another origin an answer only if it
    carries Access-Control-Allow-Origin; without it the page sees "CORS error" and status 0, so the code that would
    refresh the token never runs. nginx's add_header leaves a header out on 401 unless it says `always`; an
    error_page sends the headers of its own target instead.

Bad
    add_header Access-Control-Allow-Origin https://app.example.com;

Good
    add_header Access-Control-Allow-Origin https://app.example.com always;

When it stays quiet
    The header is sent with errors too; nothing on the route ends in a 401; nothing shows cross-origin use; the
    configuration has no word for another order (Istio's objects).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import cors_check
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import Assume, Reply
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.step import Cors, HeaderOp, Recover
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.mends.always import send_always

ID = "cors-missing-on-unauthorized"
ALWAYS = "send the CORS headers with errors too: add `always` at the end of each of these lines"
REFUSED = Assume(default=Reply(401, (("WWW-Authenticate", "Bearer"),)))


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if evidence.cross_origin(site, endpoint) is not None:
            yield from _judged(site, endpoint)


def _judged(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    for origin in site.origins(endpoint):
        good = _good(site, endpoint, origin)
        if good is None:
            continue
        if (asked := _bad(site, endpoint, origin)) is None:
            return
        request, bad, supposed = asked
        place = _behind(endpoint, good, bad) or _culprit(good, bad)
        sent = place is not None and isinstance(place[2], HeaderOp)
        cure = site.cure(
            ID, ALWAYS if sent else "repeat the CORS headers, with `always`, where this is answered"
        )
        if place is None or bad.opens or not cure:
            return
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.title}: pages on other origins cannot see the 401",
            primary=place[0],
            related=place[1],
            routes=(endpoint.title,),
            witness=(
                site.exchange(
                    request,
                    bad,
                    f"the 401 with Access-Control-Allow-Origin: {origin}",
                    401 if supposed else None,
                ),
            ),
            cure=cure,
            stated=(*bad.assumed, supposed) if supposed else bad.assumed,
            mends=send_always(endpoint, place[2], place[1]),
        )
        return


def _good(site: Site, endpoint: Endpoint, origin: str) -> HeaderOp | None:
    """The operation that lets the page read the answer to a request that passes."""
    for name in ("none", *site.credentials(endpoint)):
        for world in site.get(endpoint, ("Origin", origin), *headers_of(name)).worlds:
            listed = world.get("access-control-allow-origin")
            if not world.admitted or len(listed) != 1 or listed[0].op is None:
                continue
            if cors_check(world.headers, origin, False).passed:
                return listed[0].op
    return None


def _bad(site: Site, endpoint: Endpoint, origin: str) -> tuple[Request, Outcome, str] | None:
    """The same request with a 401 at its end that the page cannot read."""
    request = site.request(endpoint, ("Origin", origin))
    outcome = site.ask(request)
    if not outcome.alternatives and outcome.status == 401 and any(evidence.mechanisms(endpoint)):
        return None if cors_check(outcome.headers, origin, False).passed else (request, outcome, "")
    if endpoint.forward is None or not evidence.may_refuse(site, endpoint):
        return None
    for name in site.passing(endpoint):
        request = site.request(endpoint, ("Origin", origin), *headers_of(name))
        outcome = site.ask(request, REFUSED)
        if outcome.alternatives or outcome.status != 401 or cors_check(outcome.headers, origin, False).passed:
            return None
        return request, outcome, "the application answers 401 to a token that has expired"
    return None


def _behind(
    endpoint: Endpoint, good: HeaderOp, bad: Outcome
) -> tuple[Label, tuple[Label, ...], object] | None:
    """The policy is a step of its own, and the check that answered stands before it."""
    denial = bad.denial
    for step in endpoint.route.block.steps:
        if isinstance(step, Cors) and good in step.actual and denial is not None and denial.span is not None:
            if any(event.subject is step for event in bad.trace):
                return None
            label = Label(step.span, "comes too late: the check before it answers 401 by itself")
            return label, (Label(denial.span, "the 401 comes from here"),), step
    return None


def _culprit(good: HeaderOp, bad: Outcome) -> tuple[Label, tuple[Label, ...], object] | None:
    """What differs: the operation was skipped for the status, or an error page took its place."""
    denial = bad.denial
    source = (Label(denial.span, "the 401 comes from here"),) if denial is not None and denial.span else ()
    for event in bad.trace:
        if event.verb == "skipped" and event.subject is good:
            return Label(good.span, "not sent with a 401: there is no `always`"), source, good
    for event in bad.trace:
        if event.verb == "went on" and isinstance(event.subject, Recover) and event.span is not None:
            label = Label(event.span, "the 401 is answered elsewhere, without the CORS headers")
            return label, (Label(good.span, "set here for the other answers"),), event.subject
    return (Label(good.span, "not in force where the 401 is answered"), source, good) if source else None


RULE = Rule(
    id=ID,
    summary="A 401 leaves without the CORS headers that other answers have",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
    manual=__doc__ or "",
    check=check,
)
