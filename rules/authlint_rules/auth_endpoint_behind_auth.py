"""Nobody can sign in: the sign-in page asks for what one gets by signing in.

What happens
    A request without a session is sent to the sign-in page, which stands behind the same check. The browser goes in
    circles ("too many redirects"), or gets a bare 401 where the page should be. It looks fine to everybody whose
    session is still good.

Bad
    server {
        auth_request /_session;
        error_page 401 = @sign-in;
        location @sign-in {
            return 302 $scheme://$http_host/sign-in/?from=$request_uri;
        }
        location /sign-in/ {
            proxy_pass http://login:9000;
        }
    }

Good
        location /sign-in/ {
            auth_request off;
            proxy_pass http://login:9000;
        }

When it stays quiet
    The sign-in page is on another host, or lets everybody in; a page for the error 401 is shown beside a password
    prompt of the browser; the same application is both what is protected and what is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from authlint import evidence
from authlint.finding import Exchange, Finding, Label, Level
from authlint.flow.assume import AUTH_SERVICE
from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.credential import Call
from authlint.model.gateway import Route
from authlint.model.step import Ask, Recover
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.exempting import exempt
from authlint_rules.questions.asked import asking, is_served, path_of, refused_again, span_of
from authlint_rules.questions.signing_in import SIGN_IN, callbacks, exempted, redirected

ID = "auth-endpoint-behind-auth"
WANTED = "the sign-in, open to everybody"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for way in (*exempted(site, endpoint), *callbacks(site, endpoint)):
            shown = site.exchange(way.request, way.outcome, WANTED)
            yield _finding(site, endpoint, way.denial, endpoint.route, [shown], [way.label])
        outcome = site.get(endpoint)
        denial = outcome.in_every_world(lambda world: world.denial)
        if denial is not None and not outcome.opens:
            yield from _page(site, endpoint, outcome)
            yield from _redirect(site, endpoint, outcome, denial)
            yield from _service(site, endpoint, outcome, denial)


def _page(site: Site, endpoint: Endpoint, outcome: Outcome) -> Iterator[Finding]:
    """The 401 is answered with a page of the gateway, and that page is refused too."""
    refusal = outcome.in_every_world(refused_again)
    page = outcome.worlds[0].last_route
    if refusal is not None and page is not None and SIGN_IN.search(page.name.lower()):
        shown = site.exchange(site.request(endpoint), outcome, WANTED)
        yield _finding(site, endpoint, refusal, page, [shown], _sends(outcome))


def _redirect(site: Site, endpoint: Endpoint, outcome: Outcome, denial: Event) -> Iterator[Finding]:
    """The client is sent to a page of this gateway, which sends it away in turn."""
    start = site.request(endpoint)
    request = redirected(start, outcome)
    second = None if request is None else site.ask(request)
    if request is None or second is None or not is_served(request, second, start) or second.opens:
        return
    refusal = second.in_every_world(lambda world: world.denial if _sent_away(world, request) else None)
    if refusal is not None and span_of(refusal) == span_of(denial) and second.route is not None:
        first = site.exchange(start, outcome, "a redirect to the sign-in")
        witness = [first, site.exchange(request, second, WANTED)]
        yield _finding(site, endpoint, refusal, second.route, witness, _sends(outcome))


def _sent_away(world: Outcome, request: Request) -> bool:
    """Refused, or sent to the same page once more."""
    back = redirected(request, world)
    return world.status == 401 or (back is not None and urlsplit(back.url)[:3] == urlsplit(request.url)[:3])


def _service(site: Site, endpoint: Endpoint, outcome: Outcome, denial: Event) -> Iterator[Finding]:
    """Pages of the very service that is asked, where that is not the application itself."""
    upstream = site.upstream(endpoint)
    asked = {one.address or one.name for world in outcome.worlds for one in world.auth_requests}
    if asked != {upstream} or not SIGN_IN.search(path_of(endpoint).lower()):
        return
    behind: dict[bool, set[str | None]] = {True: set(), False: set()}
    for other in site.siblings[id(endpoint.host)]:
        same = any(one.span == span_of(denial) for one in evidence.mechanisms(other))
        behind[same].add(site.upstream(other))
    if behind[True] != {upstream} and upstream not in behind[False]:
        shown = site.exchange(site.request(endpoint), outcome, WANTED)
        yield _finding(site, endpoint, denial, endpoint.route, [shown], [])


def _sends(outcome: Outcome) -> list[Label]:
    spans = [event.span for event in outcome.worlds[0].trace if isinstance(event.subject, Recover)]
    return [Label(span, "clients without a session are sent there") for span in spans[:1] if span is not None]


def _finding(
    site: Site, endpoint: Endpoint, denial: Event, page: Route, witness: list[Exchange], also: list[Label]
) -> Finding:
    """`page` is the route of the sign-in."""
    place = next((one for one in site.siblings[id(endpoint.host)] if one.route is page), None)
    title = place.title if place is not None else page.name
    asks = asking(site, place or endpoint, denial)
    path = urlsplit(witness[-1].url).path
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"nobody can sign in: {title} asks for what one gets there",
        primary=Label(asks, "asks at the sign-in too"),
        related=(Label(page.span, "the sign-in is here"), *also),
        routes=(title,),
        witness=tuple(witness),
        cure=site.cure(
            ID, "switch this check off for the sign-in; where the first rule that fits counts, do it first"
        ),
        stated=(AUTH_SERVICE,) if isinstance(denial.subject, (Ask, Call)) else (),
        mends=exempt(place or endpoint, asks, path, whole=SIGN_IN.search(page.name.lower()) is not None),
    )


RULE = Rule(
    id=ID,
    summary="The sign-in needs the authentication that it is to provide",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_request_module.html",
    manual=__doc__ or "",
    check=check,
)
