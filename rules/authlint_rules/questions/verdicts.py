"""Auth services that cannot give a verdict, because of how they are asked; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Label
from authlint.flow.assume import Reply
from authlint.flow.outcome import REDIRECTS, Event, Outcome, Reached
from authlint.intent import AskUnder, Mend
from authlint.model.credential import Call
from authlint.model.step import Ask, Forward
from authlint.record import replace
from authlint.site import BEARER, Endpoint, Site
from authlint_rules.questions.attempts import attempts
from authlint_rules.questions.faults import Fault, declared_fault
from authlint_rules.questions.judged_by import SESSIONS
from authlint_rules.questions.known_services import known_by

BODY = "name=value"
WAITING = Reply("timeout")
READS = "the auth service reads the body before it answers"


def faults(site: Site, endpoint: Endpoint, service: Ask | Call) -> Iterator[Fault]:
    """The gravest first."""
    if isinstance(service, Ask):
        yield from _never(site, endpoint, service)
    asked = next(iter(site.get(endpoint).auth_requests), None)
    if asked is not None:
        yield from declared_fault(site, endpoint, service, asked)
        yield from _wrong_page(site, endpoint, service, asked)
        yield from _waits(site, endpoint, service, asked)


def _never(site: Site, endpoint: Endpoint, service: Ask) -> Iterator[Fault]:
    """The auth request ends in an answer of the gateway's own that is neither yes nor no, whoever asks."""
    request = site.request(endpoint)
    outcome = site.ask(request)
    inner = outcome.in_every_world(lambda world: _own_answer(world, service))
    if inner is None or outcome.opens:
        return
    for other in attempts(site, endpoint):
        if any(_own_answer(world, service) is None for world in site.ask(other).worlds):
            return
    place = Label(service.span, "the answer that this leads to is neither yes nor no, whoever asks")
    there = (
        (Label(inner.span, f"it ends here: {inner.what}"),) if inner.span not in (None, service.span) else ()
    )
    cure = "name the location that asks the auth service, by the path that it has (no URL, no variable, no @name)"
    yield Fault(place, there, cure, request, outcome)


def _own_answer(world: Outcome, service: Ask) -> Event | None:
    """The gateway's own answer to an auth request, where it makes the check fail."""
    denial = world.denial
    if denial is None or denial.subject != service or world.status != service.broken:
        return None
    inner = [one for one in world.trace if one.auth and one.verb == "answered"]
    return inner[-1] if inner and not isinstance(inner[-1].subject, Forward) else None


def _wrong_page(site: Site, endpoint: Endpoint, service: Ask | Call, asked: Reached) -> Iterator[Fault]:
    """A service that is known is asked with a path that is not for questions, or its yes does not count."""
    for one in known_by(f"{asked.name}{asked.path}", isinstance(service, Ask)):
        request = site.request(endpoint, BEARER)
        headers = (("Location", "https://login.example/"),) if one.status in REDIRECTS else ()
        outcome = site.ask(request, site.supposing({asked.address or "": Reply(one.status, headers)}))
        if outcome.status is None or (outcome.admitted and outcome.answered_by == "upstream"):
            continue
        span = asked.span if isinstance(service, Ask) else service.span
        mends = (Mend(f"ask it under {one.right}", (AskUnder(span, one.right),)),)
        place = Label(span if isinstance(service, Ask) else service.prefix_span or span, one.why)
        said = (one.said,)
        yield Fault(place, (), one.cure, request, outcome, one.status, said, mends=mends)


def _waits(site: Site, endpoint: Endpoint, service: Ask | Call, asked: Reached) -> Iterator[Fault]:
    """The service is told of a body that it never gets (measured: C15, C16, C42)."""
    forward = endpoint.forward
    if SESSIONS.search(f"{asked.name} {asked.path}"):
        return  # these are known to look at headers alone
    if (
        not isinstance(service, Ask)
        or forward is None
        or endpoint.method != "GET"
        or _is_told(site, endpoint, asked)
    ):
        return
    request = replace(site.request(endpoint, BEARER, method="POST"), body=BODY, _parts=[])
    outcome = site.ask(request, site.supposing({asked.address or "": WAITING}))
    if outcome.status != service.broken or outcome.opens:
        return
    place = Label(asked.span, "gets the Content-Length of a POST and never its body: what reads it, waits")
    cure = 'add to this location: proxy_set_header Content-Length ""; (proxy_pass_request_body off is not enough)'
    yield Fault(place, (), cure, request, outcome, 0, (), (READS,))


def _is_told(site: Site, endpoint: Endpoint, asked: Reached) -> bool:
    """Whether the length is taken away, or nothing is known of how the service is asked."""
    for world in site.get(endpoint).worlds:
        for event in world.trace:
            forward = event.subject
            if event.auth and isinstance(forward, Forward) and forward.span == asked.span:
                names = {op.name.lower() for op in forward.headers}
                return forward.encoding != "http" or "content-length" in names
    return True
