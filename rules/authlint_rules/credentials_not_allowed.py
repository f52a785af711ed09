"""The route knows its users by a cookie, and pages on other origins are never allowed to send one.

What happens
    The sign-in works when the application is opened directly. A page on another origin calls it with
    `credentials: "include"`, the session cookie is sent, the answer is 200, and the browser keeps it from the page:
    it lacks `Access-Control-Allow-Credentials: true`. Where the preflight lacks it too, the request is not even sent.
    Without `credentials: "include"` there is no cookie, and the answer is 401 or the sign-in page.

Bad
    location /api/ {
        auth_request /oauth2/auth;
        error_page 401 = /oauth2/sign_in;
        add_header Access-Control-Allow-Origin https://app.example.com always;
        proxy_pass http://api:8080;
    }

Good
    location /api/ {
        auth_request /oauth2/auth;
        error_page 401 = /oauth2/sign_in;
        add_header Access-Control-Allow-Origin https://app.example.com always;
        add_header Access-Control-Allow-Credentials true always;
        proxy_pass http://api:8080;
    }

When it stays quiet
    Tokens and keys, which the page's own script sends; a route that takes a token as well as the cookie; pages are
    told that they may send Authorization; Basic, which a script can send too (authorization-not-allowed says where it
    may not); the CORS headers are the application's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import cors_check
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.mends.credentials import allow
from authlint_rules.questions.cookies import known_by_cookie
from authlint_rules.questions.preflights import wanted_origins

ID = "credentials-not-allowed"
ORIGIN, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if evidence.is_asset(endpoint) or evidence.cross_origin(site, endpoint) is None:
            continue
        if evidence.allows_authorization(endpoint) is None:
            yield from _judged(site, endpoint)


def _judged(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    known = known_by_cookie(site, endpoint)
    if known is None:
        return
    credential, label = known
    found: list[Finding] = []
    for origin in wanted_origins(site, endpoint):
        request = site.request(endpoint, ("Origin", origin), *headers_of(credential))
        outcome = site.ask(request)
        if any(world.get(CREDENTIALS) for world in outcome.worlds):
            return
        place = outcome.in_every_world(lambda world, origin=origin: _refused(world, origin))  # type: ignore[misc]
        if place is None or place.op is None or outcome.opens:
            continue
        found.append(
            Finding(
                rule=ID,
                level=Level.WARNING if place.value == "*" else Level.ERROR,
                message=f"{endpoint.title}: pages on other origins cannot use the session cookie",
                primary=Label(place.op.span, "lets other origins in, but not with their cookies"),
                related=(label,),
                routes=(endpoint.title,),
                witness=(site.exchange(request, outcome, "Access-Control-Allow-Credentials: true"),),
                cure=site.cure(
                    ID,
                    "allow it on this answer and on the one to the preflight: add_header "
                    "Access-Control-Allow-Credentials true always; with the origin by name, not *",
                ),
                stated=outcome.assumed,
                mends=allow(endpoint),
            )
        )
    yield from found[:1]


def _refused(world: Outcome, origin: str) -> Header | None:
    """What lets the origin in, if the gateway wrote it and it is all that is missing."""
    listed = world.get(ORIGIN)
    if not world.admitted or len(listed) != 1 or listed[0].op is None:
        return None
    fault = cors_check(world.headers, origin, credentials=True).fault
    return listed[0] if fault in ("credentials", "wildcard") else None


RULE = Rule(
    id=ID,
    summary="The route knows its users by a cookie, and other origins may not send one",
    level=Level.ERROR,
    reference="https://fetch.spec.whatwg.org/#http-access-control-allow-credentials",
    manual=__doc__ or "",
    check=check,
)
