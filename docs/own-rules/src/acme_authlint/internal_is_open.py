"""A path below /internal/ is served without credentials.

What happens
    Everything below /internal/ is for staff. Somebody has added a route there, and nobody is asked who it is.

Bad
    location /internal/reports/ {
        proxy_pass http://reports:8080;
    }

Good
    location /internal/reports/ {
        auth_basic "staff";
        auth_basic_user_file /etc/nginx/staff;
        proxy_pass http://reports:8080;
    }

When it stays quiet
    The request is refused, whoever refuses it; the configuration does not decide what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.rule import Rule
from authlint.site import Site

ID = "acme/internal-is-open"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if not endpoint.route.match.text.startswith("/internal/"):
            continue
        request = site.request(endpoint)
        outcome = site.ask(request)
        # What is not known is run both ways: it is open only if it is in each of these worlds.
        if not all(world.admitted and world.unasked for world in outcome.worlds) or outcome.opens:
            continue
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title} is open: what is internal asks for credentials",
            primary=Label(endpoint.route.span, "asks nobody who it is"),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "401: no credentials were sent"),),
            cure="ask for the password of the staff, as the other routes there do",
            stated=outcome.assumed,
        )


RULE = Rule(
    id=ID,
    summary="A path below /internal/ is served without credentials",
    level=Level.ERROR,
    reference="https://wiki.acme.example/gateways#internal",
    manual=__doc__ or "",
    check=check,
)
