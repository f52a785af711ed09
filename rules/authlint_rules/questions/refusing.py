"""Why a request is refused that carries what was asked for; no rule itself."""

from __future__ import annotations

from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.credential import Allow, ApiKey, Call, Jwt
from authlint.model.step import Basic, Branch, HeaderOp, Respond
from authlint.record import record
from authlint.site import BASIC, Endpoint, ops_of, requires
from authlint.text import Span


@record
class Why:
    """What refuses, the words to change, what to do about it, and the step or check that they belong to."""

    why: str
    span: Span
    cure: str
    subject: object


def why_refused(endpoint: Endpoint, asked: Event, request: Request, world: Outcome) -> Why | None:
    """What refused a request that has what was asked for, and what to do about it."""
    branch: Branch | None = None
    for event in world.trace:
        subject, has = event.subject, _has(request, event.subject) or _has(request, asked.subject)
        if isinstance(subject, Branch) and event.verb == "applied":
            branch = subject
        elif isinstance(subject, Respond) and has and branch is not None and subject in ops_of(branch.ops):
            return Why(
                "refuses requests that carry the credential",
                branch.span,
                "let these requests pass here",
                branch,
            )
        elif isinstance(subject, HeaderOp) and has and subject.verb != "append" and event.verb == "applied":
            if request.header(subject.name) is not None:
                why = f"changes {subject.name} before the check looks at it"
                return Why(why, subject.span, "leave it alone here", subject)
        elif event.verb == "denied" and isinstance(subject, Call) and "TOKEN" in str(request.headers):
            return _taken_away(world)
        elif event.verb == "denied" and not event.auth:
            return _of_check(endpoint, event, world) if _has(request, subject) else None
    return None


def _taken_away(world: Outcome) -> Why | None:
    """A token that one check accepts and keeps, so that the service behind gets none."""
    for event in world.trace:
        if isinstance(event.subject, Jwt) and event.verb == "passed":
            for one in event.subject.providers:
                if not one.forward:
                    cure = "let the token go on behind this check"
                    why = "takes the token away: the service that is asked gets none"
                    return Why(why, one.forward_span, cure, one)
    return None


def _has(request: Request, subject: object) -> bool:
    """Whether a request carries what a check asks for."""
    text = " ".join((request.url, *(value for _, value in request.headers)))
    match subject:
        case Basic():
            return BASIC[1] in text
        case Jwt() | Allow():
            return "TOKEN" in text
        case ApiKey(keys=keys):
            return any(key in text for key in ("KEY", *(key for _, key in keys)))
    return False


def _of_check(endpoint: Endpoint, event: Event, world: Outcome) -> Why | None:
    """What is wrong with the check itself."""
    checks = [one for require in requires(endpoint.route) for one in require.checks]
    span = event.span
    match event.subject:
        case ApiKey(keys=(), span=where) as keyed:
            return Why("there are no keys in this list", where, "put the keys in", keyed)
        case ApiKey(places=places) as keyed if endpoint.listener.intake.underscores != "keep":
            dropped = [one for one in places if one.kind == "header" and "_" in one.name]
            if dropped and len(dropped) == len(places):
                why = "names a header with an underscore, which the listener does not let in"
                return Why(why, dropped[0].span, "use a name with hyphens, or let underscores in", keyed)
        case Jwt(providers=providers) as jwt if span is not None:
            if all(span not in (one.span, one.keys.span) for one in providers):
                reasons = [one.what for one in world.trace if one.span == span and one.verb == "skipped"]
                why = reasons[0] if reasons else "no token will do"
                return Why(why, span, "name a provider that is defined", jwt)
        case Allow(action="allow", policies=policies) as allow if allow in checks:
            behind = any(isinstance(one, Jwt) for one in checks[checks.index(allow) :])
            if behind and policies and all(one.reads_claims for one in policies):
                why = "is about claims, and runs before the token is read"
                return Why(why, allow.span, "put it behind the tokens", allow)
    return None
