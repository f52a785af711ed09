"""Any origin, with credentials: browsers refuse the answer, or every site may read it.

What happens
    Access-Control-Allow-Credentials: true asks the browser to send cookies. Together with
    Access-Control-Allow-Origin: * it refuses every such answer, and the page sees a CORS error. If the gateway
    echoes whatever origin asks instead, the browser is content, and every site that a signed-in user visits may
    read this API in the user's name.

Bad
    add_header Access-Control-Allow-Origin *;
    add_header Access-Control-Allow-Credentials true;

Good
    map $http_origin $allowed_origin {
        default "";
        https://app.example.com $http_origin;
    }
    ...
    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Vary Origin always;

When it stays quiet
    Credentials are not allowed; the origin is one of a list; the headers are on fonts, images and scripts only.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome
from authlint.flow.request import Request
from authlint.intent import AllowCredentials, Mend
from authlint.rule import Rule
from authlint.site import STRANGER, Endpoint, Site, headers_of

ID = "wildcard-origin-with-credentials"
ORIGIN, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if evidence.is_asset(endpoint) or evidence.cross_origin(site, endpoint) is None:
            continue
        for request in _requests(site, endpoint):
            outcome = site.ask(request)
            pair = outcome.in_every_world(_pair)
            if pair is not None:
                yield _finding(site, endpoint, request, outcome, *pair)


def _requests(site: Site, endpoint: Endpoint) -> Iterator[Request]:
    yield site.preflight(endpoint, STRANGER)
    credential = next(site.passing(endpoint), "none")
    yield site.request(endpoint, ("Origin", STRANGER), *headers_of(credential))


def _pair(world: Outcome) -> tuple[Header, Header] | None:
    """The two headers that contradict each other, if the gateway itself wrote them."""
    origins, credentials = world.get(ORIGIN), world.get(CREDENTIALS)
    if len(origins) != 1 or len(credentials) != 1 or credentials[0].value != "true":
        return None
    if origins[0].value not in ("*", STRANGER) or origins[0].op is None or credentials[0].op is None:
        return None
    return origins[0], credentials[0]


def _finding(
    site: Site, endpoint: Endpoint, request: Request, outcome: Outcome, origin: Header, credentials: Header
) -> Finding:
    assert origin.op is not None
    assert credentials.op is not None
    star = origin.value == "*"
    if star:
        message = f"{endpoint.title}: browsers refuse every answer to a request with cookies"
        label = "the wildcard does not count where credentials are allowed"
    else:
        message = f"{endpoint.title}: every site may read this with the user's cookies"
        label = "whatever origin asks is allowed"
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=message,
        primary=Label(origin.op.span, label),
        related=(Label(credentials.op.span, "credentials are allowed here"),),
        routes=(endpoint.title,),
        witness=(
            site.exchange(request, outcome, "no Access-Control-Allow-Origin for an origin that nobody knows"),
        ),
        cure=site.cure(
            ID,
            "name the origins that may (a map of $http_origin with an empty default, and Vary: Origin), or take "
            "Access-Control-Allow-Credentials away if no cookies are needed",
        ),
        stated=outcome.assumed,
        mends=(Mend("allow no credentials", (AllowCredentials(credentials.op.span, allowed=False),)),),
    )


RULE = Rule(
    id=ID,
    summary="Any origin is allowed together with credentials",
    level=Level.ERROR,
    reference="https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
    manual=__doc__ or "",
    check=check,
)
