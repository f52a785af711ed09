"""The preflight is answered, and leaves out a method that the route itself takes.

What happens
    A page asks its browser for PUT, PATCH or DELETE. The preflight's answer must name the method in
    Access-Control-Allow-Methods; GET, HEAD and POST need no mention. Where it is missing the browser never sends the
    request ("Method PUT is not allowed"), while the route's own matcher or limit names that very method.

Bad
    location /api/ {
        limit_except GET POST PUT OPTIONS { deny all; }
        if ($request_method = OPTIONS) { return 204; }
        add_header Access-Control-Allow-Origin https://app.example.com always;
        add_header Access-Control-Allow-Methods "GET, POST" always;
        proxy_pass http://api:8080;
    }

Good
        add_header Access-Control-Allow-Methods "GET, POST, PUT" always;

When it stays quiet
    The method is named to be refused; the preflight goes to the application, which may answer it; the list is *, and
    no credentials are allowed; nothing in the configuration names another method than GET, HEAD and POST.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import preflight_check
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.lists import name_in
from authlint_rules.questions.preflights import answered_here, methods_named, passes, wanted_origins

ID = "method-not-allowed"
METHODS, ORIGIN = "access-control-allow-methods", "access-control-allow-origin"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if endpoint.forward is None or evidence.cross_origin(site, endpoint) is None:
            continue
        missing = [one for one in methods_named(endpoint) if passes(site, endpoint, one)]
        if missing:
            yield from _judged(site, endpoint, missing)


def _judged(site: Site, endpoint: Endpoint, methods: list[str]) -> Iterator[Finding]:
    origin = next(wanted_origins(site, endpoint))
    for method in methods:
        request = site.preflight(endpoint, origin, method)
        outcome = site.ask(request)
        place = outcome.in_every_world(lambda world, method=method: _place(world, origin, method))  # type: ignore[misc]
        if place is None or place.op is None or not answered_here(outcome):
            continue
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.title}: the preflight does not allow {method}, which this route takes",
            primary=Label(place.op.span, f"does not name {method}"),
            related=(Label(endpoint.route.span, f"this route takes {method}"),),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, f"Access-Control-Allow-Methods names {method}"),),
            cure=site.cure(
                ID,
                f'name it in the answer to OPTIONS: add_header Access-Control-Allow-Methods "GET, POST, {method}";',
            ),
            stated=outcome.assumed,
            mends=name_in("Access-Control-Allow-Methods", place.op, method),
        )
        return


def _place(world: Outcome, origin: str, method: str) -> Header | None:
    """Where the method belongs, if the preflight is answered well but for that."""
    if preflight_check(world, origin, method, (), credentials=False).fault != "methods":
        return None
    listed = world.get(METHODS) or world.get(ORIGIN)
    return listed[0] if listed[0].op is not None else None


RULE = Rule(
    id=ID,
    summary="The preflight's answer leaves out a method that the route takes",
    level=Level.WARNING,
    reference="https://fetch.spec.whatwg.org/#http-access-control-allow-methods",
    manual=__doc__ or "",
    check=check,
)
