"""Why an answer 401 leaves without a challenge; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.flow.outcome import Event, Outcome
from authlint.model.credential import Jwt
from authlint.model.step import Answer, Ask, Basic, HeaderOp, Respond
from authlint.record import record
from authlint.site import Endpoint, Site
from authlint.text import Span
from authlint_rules.questions.attempts import attempts

NAME = "www-authenticate"


@record
class Lost:
    """Why an answer has no challenge, and the words to change."""

    span: Span
    why: str
    cure: str
    taken: bool = False  # by these words, which can go
    by_service: Span | None = None  # where the service that gives the answer is asked


def lost_challenge(world: Outcome) -> Lost | None:
    """What keeps the challenge from the gateway's own 401."""
    if world.status != 401 or world.get(NAME) or world.block is None:
        return None
    subject = world.denial.subject if world.denial is not None else None
    taken = next((op for op in (*world.block.response, *world.block.leaving) if takes(op)), None)
    if isinstance(subject, Jwt) and subject.quiet is not None:
        return Lost(subject.quiet, "keeps the challenge from the answer", "take this line away", True)
    if isinstance(subject, (Basic, Jwt)) and isinstance(taken, HeaderOp):
        return Lost(taken.span, "takes the challenge from every answer", "take this line away", True)
    if subject is not None and not isinstance(subject, Ask):
        return None
    answer = _answer(world, inside=subject is not None)
    if answer is None or answer.span is None:
        return None
    cure = "send a challenge with it: add_header WWW-Authenticate ... always; beside the return"
    if isinstance(subject, Ask):
        # What the internal location adds by add_header is not copied (measured: C26, G02).
        cure = (
            "answer it elsewhere, with a challenge: error_page 401 = @challenge; and in that location "
            "add_header WWW-Authenticate ... always; return 401;"
        )
    by_service = subject.span if isinstance(subject, Ask) else None
    return Lost(answer.span, "answers 401 and does not say how to authenticate", cure, by_service=by_service)


def _answer(world: Outcome, inside: bool) -> Event | None:
    """The 401 that a script or a route gives by itself; `inside`: in an auth request."""
    events = [one for one in world.trace if one.verb == "answered" and one.auth == inside]
    last = events[-1] if events else None
    found = last.subject if last is not None else None
    return last if isinstance(found, (Respond, Answer)) and found.status == 401 else None


def asked_for(site: Site, endpoint: Endpoint) -> Iterator[str]:
    """The values of Authorization, and of it alone, that make the answer another one."""
    for request in attempts(site, endpoint):
        own = [pair for pair in request.headers if pair not in endpoint.headers]
        alone = {name.lower() for name, _ in own} == {"authorization"} and request.url == endpoint.url
        if alone and all(world.admitted for world in site.ask(request).worlds):
            yield own[0][1]


def scheme(site: Site, endpoint: Endpoint) -> str:
    """The one scheme whose credentials are taken; empty where several are, or where none has a name."""
    schemes = {value.partition(" ")[0] for value in asked_for(site, endpoint)}
    return "Bearer" if schemes == {"Bearer"} else ""


def is_taken(site: Site, endpoint: Endpoint, scheme: str) -> bool:
    """Whether a credential of this scheme may let a request pass."""
    for request in attempts(site, endpoint):
        given = request.header("authorization") or ""
        if given.partition(" ")[0].lower() == scheme and any(
            world.admitted or world.status is None for world in site.ask(request).worlds
        ):
            return True
    return False


def takes(op: object) -> bool:
    """Whether an operation takes the challenge from an answer."""
    return isinstance(op, HeaderOp) and op.verb == "remove" and op.name.lower() == NAME


def takings(endpoint: Endpoint) -> Iterator[HeaderOp]:
    """Operations that take the application's challenge away."""
    block, forward = endpoint.route.block, endpoint.forward
    hidden = forward.hide if forward is not None else ()
    for op in (*hidden, *block.response, *block.leaving):
        if isinstance(op, HeaderOp) and takes(op):
            yield op
