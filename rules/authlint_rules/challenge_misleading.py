"""WWW-Authenticate asks for something else than the route takes, asks twice, or asks those who have passed.

What happens
    Clients do what the challenge says: a browser shows its login for Basic, git and curl choose the first scheme that
    they know. A challenge for a scheme that nobody takes leads to a login that cannot succeed. What add_header says
    goes out beside the challenge that auth_basic sends by itself. With `always` it goes out with a 200 too, without it
    with nothing but that; which answers it was for nobody says, so that there is no fix.

Bad
    auth_basic "reports";
    auth_basic_user_file /etc/nginx/htpasswd;
    add_header WWW-Authenticate 'Basic realm="reports"' always;

Good
    auth_basic "reports";
    auth_basic_user_file /etc/nginx/htpasswd;

When it stays quiet
    Several schemes, and each of them lets somebody pass; the challenge is the application's or the auth service's own;
    a page for the 401 repeats it, for it is protected too; nobody passes at all (auth-unsatisfiable).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Mend
from authlint.model.credential import Call
from authlint.model.step import Ask, HeaderOp
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.mends.challenges import leave_answers_alone, leave_out, name_scheme
from authlint_rules.questions.unchallenged import is_taken

ID = "challenge-misleading"
NAME = "www-authenticate"
SCHEMES = ("basic", "bearer")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        outcome = site.get(endpoint)
        if outcome.status == 401 and not outcome.opens:
            found = list(_of_refusals(site, endpoint, outcome))
            yield from found[:1] or _of_answers(site, endpoint)
        else:
            yield from _of_answers(site, endpoint)


def _of_refusals(site: Site, endpoint: Endpoint, outcome: Outcome) -> Iterator[Finding]:
    request = site.request(endpoint)
    # What a service says that is asked is a guess, unless the configuration writes it.
    denial = outcome.in_every_world(lambda world: world.denial)
    guessed = denial is None or isinstance(denial.subject, (Ask, Call))
    told = [header for header in outcome.get(NAME) if header.op is not None or not guessed]
    asked = [(header.text.partition(" ")[0].lower(), header.op) for header in told]
    schemes = [scheme for scheme, _ in asked]
    for scheme, op in asked:
        if op is None or scheme not in SCHEMES or is_taken(site, endpoint, scheme):
            continue
        taken = [one for one in SCHEMES if one != scheme and is_taken(site, endpoint, one)]
        if taken:
            what = f"asks for {scheme.title()}, which nobody takes here"
            message = f"{endpoint.title}: the 401 asks for {scheme.title()}, which does not let anybody pass"
            mends = name_scheme(site, endpoint, op, taken[0])
            yield _finding(site, endpoint, request, outcome, Label(op.span, what), message, mends=mends)
    for scheme in schemes:
        place = outcome.in_every_world(lambda world, scheme=scheme: _second(world, scheme))  # type: ignore[misc]
        if schemes.count(scheme) > 1 and place is not None:
            message = f"{endpoint.title}: the 401 asks for {scheme.title()} twice"
            mends = leave_out(site, endpoint, place.span)
            yield _finding(site, endpoint, request, outcome, place, message, mends=mends)


def _second(world: Outcome, scheme: str) -> Label | None:
    """What adds a challenge to the one that is there."""
    for header in world.get(NAME):
        if header.op is not None and header.text.lower().startswith(scheme):
            return Label(header.op.span, "the check sends this challenge by itself: now there are two")
    return None


def _of_answers(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A challenge to those who have passed."""
    if not any(op.name.lower() == NAME and op.verb != "remove" for op in evidence.response_ops(endpoint)):
        return
    for name in list(site.passing(endpoint))[:1]:
        request = site.request(endpoint, *headers_of(name))
        outcome = site.ask(request)
        op = outcome.in_every_world(_added)
        if op is None or outcome.opens:
            continue
        never = op.statuses is not None and 401 not in op.statuses
        what = "sent with 200 and never with 401: there is no `always`" if never else "sent with every answer"
        message = f"{endpoint.title}: an answer {outcome.status} asks for credentials"
        level = Level.WARNING if never else Level.INFO
        mends = leave_answers_alone(site, endpoint, op)
        yield _finding(site, endpoint, request, outcome, Label(op.span, what), message, level, mends)


def _added(world: Outcome) -> HeaderOp | None:
    return next((header.op for header in world.get(NAME) if world.admitted), None)


def _finding(
    site: Site,
    endpoint: Endpoint,
    request: Request,
    outcome: Outcome,
    place: Label,
    message: str,
    level: Level = Level.WARNING,
    mends: tuple[Mend, ...] = (),
) -> Finding:
    checks = [Label(one.span, "asks for a credential") for one in evidence.mechanisms(endpoint)]
    return Finding(
        rule=ID,
        level=level,
        message=message,
        primary=place,
        related=tuple(label for label in checks if label.span != place.span)[:2],
        routes=(endpoint.title,),
        witness=(
            site.exchange(request, outcome, "one challenge, with a 401, for each scheme that is taken"),
        ),
        cure=site.cure(
            ID, "leave this line out where a check sends its own challenge; name only schemes that are taken"
        ),
        stated=outcome.assumed,
        mends=mends,
    )


RULE = Rule(
    id=ID,
    summary="A challenge asks for what is not taken, asks twice, or goes out with a 200",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1",
    manual=__doc__ or "",
    check=check,
)
