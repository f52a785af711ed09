"""Authentication is let go when it fails.

What happens
    The service that judges requests is down, restarts or answers too late, or a token does not hold, and the gateway
    lets the request pass instead of refusing it. Whoever can make the service fail gets in without credentials, and
    an outage of it goes unnoticed.

Bad
    location = /auth {
        internal;
        proxy_pass http://login.example.com/check;
        error_page 500 502 504 =200 /ok;
    }

    - name: envoy.filters.http.ext_authz
      typed_config:
        failure_mode_allow: true

Good
    location = /auth {
        internal;
        proxy_pass http://login.example.com/check;
    }

    - name: envoy.filters.http.ext_authz
      typed_config:
        failure_mode_allow: false

When it stays quiet
    Another check stands behind and refuses; the answer is a page about the outage, and not what is protected; tokens
    are only read, and their claims go on to who decides; an error page keeps its status (no "=").
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Given, Label, Level
from authlint.flow.assume import Reply
from authlint.flow.outcome import Event, Outcome
from authlint.intent import Mend, Reword
from authlint.model.credential import Call
from authlint.model.step import Ask, Recover
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.lenient import bad_token_passes

ID = "auth-fails-open"
CURES = {
    Recover: 'leave the "=" away here, so that what is refused stays refused',
    Call: "take this away: the request is then refused, and the outage is seen",
}


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if any(isinstance(one, (Ask, Call)) for one in evidence.mechanisms(endpoint)):
            yield from _service(site, endpoint)
        yield from bad_token_passes(ID, site, endpoint)


def _service(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    refused, good = site.get(endpoint), site.let_in(endpoint)
    if not refused.auth_requests or good is None:
        return
    if refused.admitted:
        turned = _culprit(refused)
        if turned is not None and turned.auth and _same_answer(refused, good):
            what = f"{endpoint.title} lets everybody pass: what the auth service refuses becomes a yes"
            yield _finding(site, endpoint, what, Level.ERROR, turned, refused, Given())
        return
    down = tuple(one.address or one.name or "" for one in refused.auth_requests)
    assume = site.supposing({name: Reply("unreachable") for name in down})
    outcome = site.get(endpoint, assume=assume)
    culprit = _culprit(outcome)
    if outcome.admitted and not outcome.alternatives and culprit is not None and _same_answer(outcome, good):
        what = f"{endpoint.title} lets everybody pass while its auth service does not answer"
        yield _finding(site, endpoint, what, Level.WARNING, culprit, outcome, Given(down=down))


def _culprit(outcome: Outcome) -> Event | None:
    """What let the request go on although the service did not let it pass."""
    for event in outcome.trace:
        if event.verb == "went on" and isinstance(event.subject, Recover):
            return event
        if event.verb == "passed" and isinstance(event.subject, Call) and event.subject.fails_open:
            return event
    return None


def _same_answer(one: Outcome, other: Outcome) -> bool:
    """Whether both got what is protected, and not one a page about an error."""
    if one.upstream is None or other.upstream is None:
        found = [out.decided.span if out.decided is not None else None for out in (one, other)]
        return one.upstream is other.upstream and found[0] == found[1]
    theirs = [(out.upstream.address, out.upstream.name) for out in (one, other) if out.upstream is not None]
    return theirs[0] == theirs[1]


def _finding(
    site: Site, endpoint: Endpoint, what: str, level: Level, culprit: Event, outcome: Outcome, given: Given
) -> Finding:
    subject = culprit.subject
    span = subject.open_span if isinstance(subject, Call) else culprit.span
    asked = next(one for one in evidence.mechanisms(endpoint) if isinstance(one, (Ask, Call)))
    wanted = "401 or an error: nobody has said yes"
    request = site.request(endpoint)
    return Finding(
        rule=ID,
        level=level,
        message=what,
        primary=Label(span or asked.span, "turns the failure into a yes"),
        related=(Label(asked.span, "the service is asked here"),) if asked.span != span else (),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, wanted, given=given),),
        cure=CURES.get(type(subject), ""),
        stated=outcome.assumed,
        mends=(Mend("refuse when the service fails", (Reword(span, "true", "false"),)),) if span else (),
    )


RULE = Rule(
    id=ID,
    summary="Authentication is let go when its service or its tokens fail",
    level=Level.WARNING,
    reference="https://owasp.org/www-community/Fail_securely",
    manual=__doc__ or "",
    check=check,
)
