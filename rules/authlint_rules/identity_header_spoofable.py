"""A client can say who it is: the header in which the application is told arrives as the client sent it.

What happens
    The gateway finds out who the client is, and tells the application in a header (X-User, Remote-User). On another
    route to the same application the header is neither set nor cleared: what the client writes there arrives, and the
    application believes it. nginx's $remote_user is the name in the client's Basic credentials, checked or not.

Bad
    location /app/ {
        auth_request /auth;
        auth_request_set $user $upstream_http_x_user;
        proxy_set_header X-User $user;
        proxy_pass http://app:8080;
    }
    location /app/public/ {
        proxy_pass http://app:8080;
    }

Good
    location /app/public/ {
        proxy_set_header X-User "";
        proxy_pass http://app:8080;
    }

When it stays quiet
    The header is overwritten or cleared on every way in; no other route to the same application sets it from a check;
    the open route is a probe's, a well-known file's or a picture's, which say the same to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.mends.clearing import clear
from authlint_rules.questions.asked import path_of
from authlint_rules.questions.callers import callers_of
from authlint_rules.questions.identities import identities, raw_user

ID = "identity-header-spoofable"
CLAIMED = "SOMEBODY"
BASIC = ("Authorization", "Basic U09NRUJPRFk6UEFTU1dPUkQ=")  # of SOMEBODY:PASSWORD


def check(site: Site) -> Iterator[Finding]:
    told: dict[tuple[int, str], dict[str, Label]] = {}
    for endpoint in site.endpoints:
        for name, label in identities(site, endpoint):
            upstream = site.upstream(endpoint)
            if upstream is not None:
                told.setdefault((id(endpoint.host), upstream), {}).setdefault(name, label)
    for endpoint in site.endpoints if told else ():
        upstream = site.upstream(endpoint) if endpoint.forward is not None else None
        own = dict(identities(site, endpoint))  # set here by a check: what the client wrote is written over
        for name, label in told.get((id(endpoint.host), upstream or ""), {}).items():
            if name not in own and not _is_about_nobody(endpoint):
                yield from _passed_on(site, endpoint, name, label)
    for endpoint in site.endpoints:
        for name, label in raw_user(endpoint):
            request = site.request(endpoint, BASIC)
            outcome = site.ask(request)
            if _arrives(outcome, name):
                yield _finding(site, endpoint, request, outcome, name, label, ())


def _is_about_nobody(endpoint: Endpoint) -> bool:
    """Probes, well-known files, pictures: whoever asks gets the same."""
    return callers_of(path_of(endpoint)) is not None or evidence.is_asset(endpoint)


def _passed_on(site: Site, endpoint: Endpoint, name: str, label: Label) -> Iterator[Finding]:
    """The header as the client wrote it, in a request that is let in."""
    for credential in list(site.passing(endpoint))[:1]:
        request = site.request(endpoint, (name.title(), CLAIMED), *headers_of(credential))
        outcome = site.ask(request)
        if _arrives(outcome, name) and endpoint.forward is not None:
            place = Label(endpoint.forward.span, f"hands on {name.title()} as the client wrote it")
            yield _finding(site, endpoint, request, outcome, name, place, (label,))


def _arrives(outcome: Outcome, name: str) -> bool:
    """Whether the application gets the name that the client gave, and nothing else under it."""
    if outcome.opens:
        return False
    for world in outcome.worlds:
        values = world.upstream.get(name) if world.upstream is not None and world.admitted else []
        if [header.text for header in values] != [CLAIMED]:
            return False
    return True


def _finding(
    site: Site,
    endpoint: Endpoint,
    request: Request,
    outcome: Outcome,
    name: str,
    place: Label,
    related: tuple[Label, ...],
) -> Finding:
    shown = name.title()
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: clients can tell the application in {shown} that they are somebody else",
        primary=place,
        related=related,
        routes=(endpoint.title,),
        witness=(
            site.exchange(request, outcome, f"{shown} is cleared, or what a check says", shows=(shown,)),
        ),
        cure=site.cure(ID, f'clear it on this route: proxy_set_header {shown} "";'),
        stated=outcome.assumed,
        mends=clear(endpoint, shown) if related else (),
    )


RULE = Rule(
    id=ID,
    summary="Clients can set the header that tells the application who they are",
    level=Level.WARNING,
    reference="https://cwe.mitre.org/data/definitions/290.html",
    manual=__doc__ or "",
    check=check,
)
