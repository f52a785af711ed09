"""A request with a token is redirected, and the token does not arrive.

What happens
    Browsers and curl leave Authorization out when a redirect leads to another scheme, host or port, and some libraries
    (that of .NET, for one) leave it out always; a preflight may not be redirected at all, and a 301 makes a GET of a
    POST. The client sees 401 from the place that it was sent to. nginx writes its own scheme and port into the
    Location, and knows nothing of the TLS that ended in front of it.

Bad
    rewrite ^([^.]*[^/])$ $1/ permanent;

    location /api/ {
        proxy_pass http://api:8080;
    }

Good
    location / {
        rewrite ^([^.]*[^/])$ $1/ permanent;
    }
    location /api/ {
        proxy_pass http://api:8080;
    }

When it stays quiet
    The redirect leads from http to https on the same host; it leads somewhere else than to the same resource (a
    sign-in, a manual); nothing shows that programs call the route; only the slash of a prefix is added, and scheme,
    host and port stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Mend, Spare, Turn
from authlint.model.step import ops_of
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.redirected import loss, may_redirect, redirecting, with_token

ID = "redirect-loses-credentials"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if not may_redirect(endpoint) or (
            endpoint.forward is None and evidence.is_api(site, endpoint) is None
        ):
            continue
        for request in with_token(site, endpoint):
            outcome = site.ask(request)
            place = outcome.in_every_world(redirecting)
            why = loss(site, request, outcome, endpoint) if place is not None and not outcome.opens else ""
            api = evidence.is_api(site, endpoint) if why else None
            if place is None or api is None or not _is_told(endpoint, api):
                continue
            yield _finding(site, endpoint, request, outcome, Label(place.span, why), api)
            break


def _is_told(endpoint: Endpoint, api: Label) -> bool:
    """Whether more than other origins speaks for an API: public data is read from everywhere, and a name that
    was given up sends all of its requests on."""
    return all(op.span != api.span for op in evidence.response_ops(endpoint))


def _finding(
    site: Site, endpoint: Endpoint, request: Request, outcome: Outcome, place: Label, api: Label
) -> Finding:
    related = (evidence.tls_before(site, endpoint), api)
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: a request with a token is redirected to {outcome.value('location')}",
        primary=place,
        related=tuple(label for label in related if label is not None and label.span != place.span),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "an answer from where the request was sent to"),),
        cure=site.cure(
            ID,
            "leave the API out of this redirect; where the server redirects by itself, `absolute_redirect off;` "
            "lets scheme, host and port alone",
        ),
        stated=outcome.assumed,
        mends=tuple(_mends(endpoint, place)),
    )


def _mends(endpoint: Endpoint, place: Label) -> Iterator[Mend]:
    yield Mend("redirect without a scheme, host and port", (Turn(place.span, "relative-redirects"),))
    match = endpoint.route.match
    own = any(op.span == place.span for op in ops_of(endpoint.route.script))
    if match.kind in ("prefix", "segments") and match.text != "/" and not own:
        yield Mend(f"leave {match.text} out of the redirect", (Spare(place.span, match.text),))


RULE = Rule(
    id=ID,
    summary="A redirect makes clients leave Authorization out",
    level=Level.WARNING,
    reference="https://fetch.spec.whatwg.org/#http-redirect-fetch",
    manual=__doc__ or "",
    check=check,
)
