"""Every request is refused, whatever credential it carries.

What happens
    The route asks for a credential, and what it asks for can never do: a rule in front of the check refuses requests
    that carry it, the header is taken away before the check looks, the list of users or keys is empty, a rule about
    claims runs before the token is read. Clients get 401 or 403 with credentials that are good. A rule that refuses
    them in so many words, and a list without anybody in it, have no fix: nobody here knows what they were meant for.

Bad
    location /reports/ {
        if ($http_authorization) {
            return 403;
        }
        auth_basic "reports";
        auth_basic_user_file /etc/nginx/htpasswd;
        proxy_pass http://reports:8080;
    }

Good
    location /reports/ {
        auth_basic "reports";
        auth_basic_user_file /etc/nginx/htpasswd;
        proxy_pass http://reports:8080;
    }

When it stays quiet
    Everybody is refused on purpose (deny all, return 403, internal); one credential passes, or several together, or
    one that a condition of the configuration names; certain addresses pass without any; a rule with a name of its
    own says it already (competing-authorization, auth-service-blind, auth-reference-dangling); the file with the
    users is not at hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.flow.passwords import users
from authlint.flow.request import Request
from authlint.model.step import Basic, UserFile
from authlint.model.value import literal
from authlint.record import record
from authlint.rule import Rule
from authlint.site import Endpoint, Site, requires
from authlint_rules.auth_service_blind import blind
from authlint_rules.competing_authorization import conflict
from authlint_rules.mends.passing import let_pass
from authlint_rules.questions.asked import lets_addresses_pass
from authlint_rules.questions.attempts import refused_throughout, stated
from authlint_rules.questions.refusing import Why, why_refused

ID = "auth-unsatisfiable"
ANYBODY = ("Authorization", "Basic YW55Ym9keTpQQVNTV09SRA==")  # of anybody:PASSWORD


@record
class Cause:
    """Why nobody passes, and a request that shows it."""

    why: Why
    request: Request
    outcome: Outcome


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if not lets_addresses_pass(endpoint):
            causes = [*_without_users(site, endpoint), *_refused(site, endpoint)]
            yield from (_finding(site, endpoint, cause) for cause in causes[:1])


def _without_users(site: Site, endpoint: Endpoint) -> Iterator[Cause]:
    """A password is asked for, and there is nobody who has one."""
    for basic in (one for require in requires(endpoint.route) for one in require.checks):
        why = _nobody(site, basic) if isinstance(basic, Basic) else None
        request = site.request(endpoint, ANYBODY)
        outcome = site.ask(request) if why is not None else None
        denial = outcome.in_every_world(_refusal) if outcome is not None else None
        if why is None or outcome is None or denial is None or not isinstance(basic, Basic) or outcome.opens:
            continue
        if denial.subject == basic:
            cure = "name a file with users: a name and a hash of the password in each line"
            yield Cause(Why(why, basic.users.span, cure, basic), request, outcome)


def _refusal(world: Outcome) -> Event | None:
    return None if world.admitted else world.denial


def _nobody(site: Site, basic: Basic) -> str | None:
    if not isinstance(basic.users, UserFile):
        return None if users(basic.users.lines) else "there are no users in this list"
    path = literal(basic.users.path)
    state = "unknown" if path is None else site.files.state(path)
    if state == "directory":
        return "this is a directory and no file with users"
    text = site.files.read(path) if state == "file" and path is not None else None
    return None if text is None or text.strip() else "this file is empty: it has no users"


def _refused(site: Site, endpoint: Endpoint) -> Iterator[Cause]:
    tried = refused_throughout(site, endpoint)
    asked = tried[0][1].in_every_world(lambda world: world.denial) if tried is not None else None
    if tried is None or asked is None or conflict(site, endpoint) or any(blind(site, endpoint)):
        return
    for request, outcome in tried[1:]:
        found = [why_refused(endpoint, asked, request, world) for world in outcome.worlds]
        why = found[0]
        if why is not None and None not in found:
            yield Cause(why, request, outcome)


def _finding(site: Site, endpoint: Endpoint, cause: Cause) -> Finding:
    why = cause.why
    asking = dict.fromkeys(check.span for check in evidence.mechanisms(endpoint) if check.span != why.span)
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"nobody can call {endpoint.title}: every request is refused, whatever credential it carries",
        primary=Label(why.span, why.why),
        related=tuple(Label(span, "asks for a credential") for span in asking),
        routes=(endpoint.title,),
        witness=(site.exchange(cause.request, cause.outcome, "200: the credential is good"),),
        cure=why.cure,
        stated=(*cause.outcome.assumed, *stated(site, endpoint)),
        mends=tuple(let_pass(endpoint, why.subject)),
    )


RULE = Rule(
    id=ID,
    summary="Every request is refused, whatever credential it carries",
    level=Level.ERROR,
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
    manual=__doc__ or "",
    check=check,
)
