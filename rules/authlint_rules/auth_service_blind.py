"""The service that decides who may pass never gets the credential that it decides by.

What happens
    A request with a good token or session is answered 401, or sent to the sign-in again and again. The service that
    is asked works when it is called directly: on the way to it the gateway has taken Authorization or the cookie
    away, with a line that was meant for the application, or does not send what it was not told to.

Bad
    location = /_session {
        internal;
        proxy_pass http://login:9000/session;
        proxy_pass_request_headers off;
    }

Good
    location = /_session {
        internal;
        proxy_pass http://login:9000/session;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }

When it stays quiet
    Nothing says which credential the service judges by, and one arrives; the service gets the credential under
    another name; it gets the client's address, and may judge by that; it is asked over gRPC with all headers; part
    of the configuration was not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome, Reached
from authlint.intent import Include, Mend, Remove, Turn
from authlint.model.credential import Call, Jwt
from authlint.model.step import Ask, Forward
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint.text import Span
from authlint_rules.questions.judged_by import Want, asked_in_vain, wants

ID = "auth-service-blind"
GOOD = {"Authorization": "token", "Cookie": "session cookie"}


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        found = next(blind(site, endpoint), None)
        if found is not None:
            yield found


def blind(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """What the one service that is asked should get and does not, the surest first."""
    services = {one.span: one for one in evidence.mechanisms(endpoint) if isinstance(one, (Ask, Call))}
    for service in services.values() if len(services) == 1 else ():
        for want in wants(site, endpoint, service):
            outcome = site.get(endpoint, want.header)
            asked = outcome.in_every_world(partial(asked_in_vain, service=service, header=want.header))
            if asked is not None and not outcome.opens:
                yield _finding(site, endpoint, service, want, outcome, asked)


def _taker(outcome: Outcome, service: Ask | Call, asked: Reached, name: str) -> Span:
    """The words that keep the credential from the service."""
    for removed, op in asked.removed:
        if removed == name and op is not None:
            return op.span
    for event in outcome.worlds[0].trace:
        if isinstance(event.subject, Jwt) and event.verb == "passed":
            return next(
                (one.forward_span for one in event.subject.providers if not one.forward), service.span
            )
        if event.auth and isinstance(event.subject, Forward):
            return event.subject.client_headers_span or event.subject.span
    return _listing(service) or service.span


def _listing(service: Ask | Call) -> Span | None:
    """The list of what is sent to the service, where there is one."""
    return service.sends_span if isinstance(service, Call) else None


def _finding(
    site: Site, endpoint: Endpoint, service: Ask | Call, want: Want, outcome: Outcome, asked: Reached
) -> Finding:
    name = want.header[0]
    status = outcome.status or outcome.worlds[0].status
    primary = _taker(outcome, service, asked, name.lower())
    here = [Label(service.span, "the service is asked here")] if service.span != primary else []
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title} answers {status} to a good {GOOD.get(name, name)}: the auth service never gets it",
        primary=Label(primary, f"keeps {name} from the service"),
        related=(*here, *want.why),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint, want.header), outcome, "200: the credential is good"),),
        cure=site.cure(ID, f"send {name} to the service, as the client sent it"),
        assumes=want.assumes,
        pedantic=bool(want.assumes),
        stated=outcome.assumed,
        mends=_mends(asked, name.lower(), primary, listed=primary in (_listing(service), service.span)),
    )


def _mends(asked: Reached, name: str, span: Span, *, listed: bool) -> tuple[Mend, ...]:
    if any(removed == name and op is not None for removed, op in asked.removed):
        return (Mend(f"take away what drops {name.title()}", (Remove(span),), safe=True),)
    if listed:
        return (Mend(f"send {name.title()} to the service", (Include(span, name),), safe=True),)
    return (Mend("hand the token on to the service", (Turn(span, "forward-token"),)),)


RULE = Rule(
    id=ID,
    summary="The auth service never gets the credential that it judges by",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_request_module.html",
    manual=__doc__ or "",
    check=check,
)
