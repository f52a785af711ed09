"""Two checks want different schemes in the one Authorization header, so nobody passes both.

What happens
    A request has one Authorization header. Where a password (Basic) and a token (Bearer) are both asked for in it,
    the password is refused by the one check and the token by the other: every client gets 401, and each credential
    looks wrong though it is good. There is no fix: each way out of it leaves one of the two checks unasked.

Bad
    location /robot/ {
        auth_basic "staff";
        auth_basic_user_file /etc/nginx/htpasswd;
        if ($http_authorization !~ "^Bearer ") {
            return 401;
        }
        proxy_pass http://robot:8080;
    }

Good
    location /robot/ {
        auth_basic off;
        if ($http_authorization !~ "^Bearer ") {
            return 401;
        }
        proxy_pass http://robot:8080;
    }

When it stays quiet
    One of the two is enough (satisfy any); the realm is off for a Bearer token; one of the two looks in another
    header, a cookie or the URL; Authorization is replaced on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.credential import ApiKey, Jwt
from authlint.model.step import Basic, Branch, Respond
from authlint.record import record
from authlint.rule import Rule
from authlint.site import Endpoint, Site, ops_of
from authlint.text import Span
from authlint_rules.questions.asked import is_about, would_hold
from authlint_rules.questions.attempts import refused_throughout, stated

ID = "competing-authorization"


@record
class Refusal:
    """A request with nothing but an Authorization header, and what refused it: a check, or a branch of a script
    (perhaps of an auth request) that answers it."""

    given: str
    subject: object
    span: Span
    request: Request
    outcome: Outcome

    @property
    def wants(self) -> str:
        names = {Basic: "a password (Basic)", ApiKey: "an API key", Jwt: "a token (Bearer)"}
        return names.get(type(self.subject), "a token")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        found = conflict(site, endpoint)
        if found is not None:
            yield _finding(site, endpoint, *found)


def conflict(site: Site, endpoint: Endpoint) -> tuple[Refusal, Refusal] | None:
    """Two credentials, each of which would do for the check that refuses the other."""
    found: list[Refusal] = []
    for request, outcome in refused_throughout(site, endpoint) or ():
        given = request.header("authorization")
        events = (
            [_refusal(site, world) for world in outcome.worlds]
            if len(request.headers) == 1 + len(endpoint.headers)
            else []
        )
        event = next(iter(events), None)
        if given is not None and event is not None and event.span is not None and None not in events:
            found.append(Refusal(given, event.subject, event.span, request, outcome))
    for one, other in permutations(found, 2):
        different = one.subject != other.subject and not isinstance(other.subject, Branch)
        if different and _suits(one, other.subject) and _suits(other, one.subject):
            return one, other
    return None


def _refusal(site: Site, world: Outcome) -> Event | None:
    branch: Event | None = None
    for event in world.trace:
        subject = event.subject
        if isinstance(subject, Branch) and event.verb == "applied" and is_about(site, subject.when):
            branch = event
        elif isinstance(subject, Respond) and subject.status in (401, 403) and branch is not None:
            inside = isinstance(branch.subject, Branch) and subject in ops_of(branch.subject.ops)
            return branch if inside else None
        elif event.verb == "denied" and not event.auth:
            return event
    return None


def _suits(refusal: Refusal, subject: object) -> bool:
    """Whether the credential would do for this check."""
    given = refusal.given
    match subject:
        case Basic(header=header):
            return header == "authorization" and given.lower().startswith("basic ")
        case Jwt(providers=providers):
            places = [place for one in providers for place in one.places if place.name == "authorization"]
            return any(given == place.prefix + "TOKEN" for place in places)
        case ApiKey(places=places, keys=keys):
            key = given.removeprefix("Bearer ") in {"KEY", *(key for _, key in keys)}
            return key and any(place.name == "authorization" for place in places)
        case Branch(when=when):
            trace = refusal.outcome.worlds[0].trace
            seen = any(event.subject == subject and event.verb == "skipped" for event in trace)
            return seen or would_hold(when, given) is False
    return False


def _finding(site: Site, endpoint: Endpoint, one: Refusal, other: Refusal) -> Finding:
    first, second = (one, other) if isinstance(one.subject, Basic) else (other, one)
    shown = [site.exchange(run.request, run.outcome, "200: the credential is good") for run in (one, other)]
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"nobody can call {endpoint.title}: {first.wants} and {second.wants} are both asked for in "
        "one Authorization header",
        primary=Label(first.span, f"wants {first.wants} in Authorization"),
        related=(Label(second.span, f"wants {second.wants} in the same header"),),
        routes=(endpoint.title,),
        witness=tuple(shown),
        cure="ask for one of the two here, let either do, or have one of them look in another header",
        stated=tuple(dict.fromkeys((*one.outcome.assumed, *other.outcome.assumed, *stated(site, endpoint)))),
    )


RULE = Rule(
    id=ID,
    summary="Two checks want different schemes in one Authorization header",
    level=Level.ERROR,
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2",
    manual=__doc__ or "",
    check=check,
)
