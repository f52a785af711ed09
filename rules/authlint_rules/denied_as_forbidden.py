"""A request without credentials is answered 403, and 401 is what would tell the client to send some.

What happens
    403 says that credentials would not help. Clients that wait to be asked (browsers, git, curl --anyauth) never send
    theirs, and a program that refreshes its token on 401 does not do it here. Where several schemes are taken, or a
    policy refuses that can say nothing but 403, there is no fix.

Bad
    if ($http_authorization = "") {
        return 403;
    }

Good
    if ($http_authorization = "") {
        add_header WWW-Authenticate Bearer always;
        return 401;
    }

When it stays quiet
    Nobody passes with an Authorization header alone: the route is closed, or asks for an address, a key or a cookie;
    the 403 is an auth service's own; the configuration has no word for another answer (Istio's policies).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.credential import Allow
from authlint.model.step import Answer, Ask, Respond
from authlint.rule import Rule
from authlint.site import Site
from authlint_rules.mends.challenges import ask_instead
from authlint_rules.questions.unchallenged import asked_for

ID = "denied-as-forbidden"


def check(site: Site) -> Iterator[Finding]:
    cure = site.cure(ID, "answer 401, with add_header WWW-Authenticate ... always; beside it")
    for endpoint in site.endpoints if cure else ():
        request = site.request(endpoint)
        outcome = site.ask(request)
        place = outcome.in_every_world(_place) if outcome.status == 403 else None
        if place is None or outcome.opens or not any(asked_for(site, endpoint)):
            continue
        yield Finding(
            rule=ID,
            level=Level.INFO,
            message=f"{endpoint.title}: a request without credentials is answered 403, and not 401",
            primary=place,
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "401 with WWW-Authenticate"),),
            cure=cure,
            stated=outcome.assumed,
            mends=ask_instead(site, endpoint, place.span),
        )


def _place(world: Outcome) -> Label | None:
    """The words that answer 403 by themselves."""
    denial = world.denial
    subject = denial.subject if denial is not None else None
    if world.answered_by != "gateway" or not (subject is None or isinstance(subject, (Ask, Allow))):
        return None
    if isinstance(subject, Allow):
        return Label(subject.span, "answers 403 where the credential is missing")
    inside = isinstance(subject, Ask)
    for event in reversed(world.trace):
        if event.verb == "answered" and event.auth == inside and isinstance(event.subject, (Respond, Answer)):
            found = event.subject.status == 403 and event.span is not None
            return (
                Label(event.span, "answers 403 where the credential is missing")
                if found and event.span
                else None
            )
    return None


RULE = Rule(
    id=ID,
    summary="A missing credential is answered 403",
    level=Level.INFO,
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4",
    manual=__doc__ or "",
    check=check,
)
