"""The 401 does not say how to authenticate: there is no WWW-Authenticate.

What happens
    A 401 must carry WWW-Authenticate (RFC 9110, section 11.6.1). Browsers show their login, and git, docker, curl
    --anyauth and package managers send their credentials, only when it asks for them. An answer that a script gives
    by itself has none, and nginx copies into the answer to the client what an auth service says of it, but not what
    add_header writes there.

Bad
    location = /auth {
        internal;
        if ($token_ok) {
            return 204;
        }
        return 401;
    }

Good
    location /files/ {
        auth_request /auth;
        error_page 401 = @challenge;
    }
    location @challenge {
        add_header WWW-Authenticate 'Bearer realm="files"' always;
        return 401;
    }

When it stays quiet
    Keys in a header of their own and sessions have no challenge; nobody passes with an Authorization header; the
    application's challenge is hidden from a page that has a login of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import Assume, Reply
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Challenge, Mend, Remove
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.unchallenged import NAME, Lost, asked_for, lost_challenge, scheme, takings
from authlint_rules.questions.waiting import waiting

ID = "challenge-missing"
REFUSED = Assume(default=Reply(401, (("WWW-Authenticate", 'Basic realm="application"'),)))
REFUSES = "the application answers 401 with a challenge"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        request = site.request(endpoint)
        outcome = site.ask(request)
        if outcome.status == 401 and outcome.answered_by == "gateway":
            lost = outcome.in_every_world(lost_challenge)
            if lost is not None and not outcome.opens and any(asked_for(site, endpoint)):
                yield _finding(site, endpoint, request, outcome, lost)
        elif endpoint.forward is not None and any(takings(endpoint)):
            yield from _hidden(site, endpoint)


def _hidden(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """The application asks for credentials, and those who wait to be asked do not hear of it."""
    client = waiting(site, endpoint)
    for name in list(site.passing(endpoint))[:1] if client is not None else ():
        request = site.request(endpoint)
        outcome = site.ask(request, REFUSED)
        if name == "none" and outcome.status == 401 and not outcome.get(NAME) and not outcome.alternatives:
            taking = next(takings(endpoint))
            lost = Lost(
                taking.span, "hides the application's challenge", "leave this line out where they call", True
            )
            yield _finding(site, endpoint, request, outcome, lost, client)


def _finding(
    site: Site,
    endpoint: Endpoint,
    request: Request,
    outcome: Outcome,
    lost: Lost,
    client: Label | None = None,
) -> Finding:
    checks = tuple(Label(one.span, "asks for a credential") for one in evidence.mechanisms(endpoint))
    supposed = 401 if client is not None else None
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: the 401 does not say how to authenticate",
        primary=Label(lost.span, lost.why),
        related=(client,) if client is not None else checks[:2],
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "401 with WWW-Authenticate", supposed),),
        cure=site.cure(ID, lost.cure),
        stated=(*outcome.assumed, *((REFUSES,) if client is not None else ())),
        mends=tuple(_mends(site, endpoint, lost)),
    )


def _mends(site: Site, endpoint: Endpoint, lost: Lost) -> Iterator[Mend]:
    if lost.taken:
        yield Mend("let the challenge go out", (Remove(lost.span),), safe=True)
        return
    name = scheme(site, endpoint)
    if name and lost.by_service is not None:
        yield Mend(f"ask for {name}", (Challenge(lost.by_service, name, "by-service"),))
    elif name:
        yield Mend(f"ask for {name}", (Challenge(lost.span, name, "there"),))


RULE = Rule(
    id=ID,
    summary="A 401 leaves without WWW-Authenticate",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1",
    manual=__doc__ or "",
    check=check,
)
