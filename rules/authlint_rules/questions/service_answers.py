"""What an auth service answers to a request that it lets pass, and how far that gets; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from authlint.finding import Label
from authlint.flow.assume import Assume, Reply
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.credential import Call
from authlint.model.step import Ask
from authlint.model.value import Get
from authlint.record import record
from authlint.site import Endpoint, Site, headers_of
from authlint.text import Span
from authlint_rules.questions.losing import remover, switched_off, wanted_elsewhere

Headers = tuple[tuple[str, str], ...]
COOKIES = "set-cookie"
RENEWED = "session=RENEWED; Path=/"


@record
class Lost:
    """A header of the service's answer that ends in the gateway; `answer` is what the service is taken to answer."""

    header: str
    answer: Headers
    span: Span
    why: str
    related: tuple[Label, ...] = ()
    assumes: tuple[str, ...] = ()


@record
class _Fetched:
    header: str
    span: Span
    variable: str = ""  # that keeps it


def asked_for(site: Site, endpoint: Endpoint, answer: Headers) -> tuple[Request, Outcome]:
    """A good request, where the service answers 200 with these headers."""
    passing = list(site.passing(endpoint)) or ["none"]
    request = site.request(endpoint, *headers_of("cookie" if "cookie" in passing else passing[0]))
    asked = next((one for world in site.ask(request).worlds for one in world.auth_requests), None)
    name = None if asked is None else asked.address or asked.name
    return request, site.ask(request, _answers(name, answer) if name is not None else None)


@lru_cache(maxsize=256)  # an outcome is kept by the identity of what was assumed
def _answers(name: str, headers: Headers) -> Assume:
    return Assume(replies={name: Reply(200, headers)})


def lost_on_the_way(site: Site, endpoint: Endpoint, service: Ask | Call) -> Iterator[Lost]:
    """What is fetched from the answer and arrives nowhere."""
    fetched = [one for one in _fetched(service) if _is_sent(site, endpoint, one.header)]
    if not fetched:
        return
    answer = tuple((one.header.title(), _text(one.header)) for one in fetched)
    _, outcome = asked_for(site, endpoint, answer)
    if outcome.opens or any(not world.admitted or world.upstream is None for world in outcome.worlds):
        return
    for one in fetched:
        if not any(_arrives(world, one.header) for world in outcome.worlds):
            yield from _explained(site, endpoint, one, answer, outcome)


def _fetched(service: Ask | Call) -> Iterator[_Fetched]:
    if isinstance(service, Ask):
        for one in service.sets:
            if isinstance(one.value, Get) and one.value.kind == "upstream-header":
                yield _Fetched(one.value.name.lower(), one.span, one.name)
        return
    for test in (*service.takes, *service.appends, *service.success_headers):
        if test.how == "is" and test.arg.lower() not in ("content-length", "host"):
            yield _Fetched(test.arg.lower(), service.span)


def _is_sent(site: Site, endpoint: Endpoint, header: str) -> bool:
    """Whether the service may answer with this header, as far as anybody says."""
    asked = next((one for world in site.get(endpoint).worlds for one in world.auth_requests), None)
    declared = site.service(asked) if asked is not None else None
    return declared is None or declared.sends is None or header in map(str.lower, declared.sends)


def _text(header: str) -> str:
    return RENEWED if header == COOKIES else f"of-the-service-{header}"


def _arrives(world: Outcome, header: str) -> bool:
    text = _text(header).partition(";")[0]
    reached = world.upstream.headers if world.upstream is not None else ()
    return any(text in one.text for one in (*reached, *world.headers))


def _explained(
    site: Site, endpoint: Endpoint, one: _Fetched, answer: Headers, outcome: Outcome
) -> Iterator[Lost]:
    """The words that lose it, where they are sure."""
    label = Label(one.span, "fetched from the answer here")
    if not one.variable:
        op = remover(outcome, one.header)
        if op is not None:
            why = "takes away what the service has just said: this runs behind the check"
            yield Lost(one.header.title(), answer, op.span, why, (label,))
        return
    shadow = switched_off(site, endpoint, one.variable)
    if shadow is not None:
        yield Lost(
            one.header.title(),
            answer,
            shadow,
            "with this line the block inherits no other of its kind",
            (label,),
        )
    elif (read := site.gateway.reads()) is not None and one.variable not in read:
        needed = one.header == COOKIES or wanted_elsewhere(site, endpoint, one.header)
        assumes = () if needed else (f"the application wants {one.header.title()}",)
        yield Lost(one.header.title(), answer, one.span, f"nothing uses ${one.variable}", (), assumes)
