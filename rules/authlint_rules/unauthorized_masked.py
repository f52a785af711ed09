"""Programs that call an API do not see the 401: it leaves as a redirect, a page or another error.

What happens
    A program that gets 401 refreshes its token and tries again. Here it gets something else: a redirect to a
    sign-in page that it cannot fill in (and that a browser does not let a page on another origin follow), a page
    with status 200 that it takes for data, or 500. nginx takes the last word of error_page for a path whatever
    it looks like: "error_page 401 =401;" redirects to "=401".

Bad
    location /api/ {
        auth_request /auth;
        error_page 401 =302 https://login.example.com/;
        proxy_pass http://api:8080;
    }

Good
    location /api/ {
        auth_request /auth;
        proxy_pass http://api:8080;
    }

When it stays quiet
    `error_page 401 /page` keeps the status; pages for people may send them to the sign-in; requests that say that
    they come from a script (Accept, X-Requested-With) are answered 401; what answers instead is an application that
    may answer 401 itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import Assume, Reply
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.mends.unmasking import unmask
from authlint_rules.questions.masking import broken, masked, moved

ID = "unauthorized-masked"
REFUSED = Assume(default=Reply(401, (("WWW-Authenticate", "Bearer"),)))
REFUSES = "the application answers 401 to a token that has expired"
# What requests of scripts say of themselves, where a configuration tells them from those of people.
SCRIPT = (
    ("Accept", "application/json"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Dest", "empty"),
)


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        request = site.request(endpoint)
        outcome = site.ask(request)
        unusable = outcome.in_every_world(broken)
        place = unusable or outcome.in_every_world(masked)
        if place is not None and not _told_apart(site, endpoint, None):
            api = evidence.is_api(site, endpoint)
            if (api is not None or unusable is not None) and not outcome.opens:
                yield _finding(site, endpoint, request, outcome, place, api)
        elif endpoint.forward is not None and endpoint.forward.intercept:
            yield from _intercepted(site, endpoint)


def _told_apart(site: Site, endpoint: Endpoint, assume: Assume | None) -> bool:
    """Whether a request that says that it is a script's gets the 401."""
    return any(world.status in (401, 403) for world in site.get(endpoint, *SCRIPT, assume=assume).worlds)


def _intercepted(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """The application's own 401 is answered elsewhere."""
    api = evidence.is_api(site, endpoint)
    for name in list(site.passing(endpoint))[:1] if api is not None else ():
        request = site.request(endpoint, *headers_of(name))
        outcome = site.ask(request, REFUSED)
        by_gateway = all(world.answered_by == "gateway" for world in outcome.worlds)
        place = outcome.in_every_world(moved)
        if (
            place is not None
            and by_gateway
            and not outcome.opens
            and not _told_apart(site, endpoint, REFUSED)
        ):
            yield _finding(site, endpoint, request, outcome, place, api, REFUSES)


def _finding(
    site: Site,
    endpoint: Endpoint,
    request: Request,
    outcome: Outcome,
    place: Label,
    api: Label | None,
    supposed: str = "",
) -> Finding:
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: callers get {outcome.status} where they should get 401",
        primary=place,
        related=(api,) if api is not None and api.span != place.span else (),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "401", 401 if supposed else None),),
        cure=site.cure(ID, "let the 401 go out as it is here, and send only pages for people to the sign-in"),
        stated=(*outcome.assumed, *((supposed,) if supposed else ())),
        mends=unmask(site, endpoint, outcome, place.span),
    )


RULE = Rule(
    id=ID,
    summary="An API's 401 leaves as a redirect, a page or another error",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page",
    manual=__doc__ or "",
    check=check,
)
