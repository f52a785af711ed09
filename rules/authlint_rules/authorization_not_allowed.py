"""The preflight is answered, but does not allow the Authorization header that the route reads.

What happens
    A page asks its browser for a request with Authorization. The preflight's answer must name that header in
    Access-Control-Allow-Headers. The browser never sends the request, and the page sees "Request header field
    authorization is not allowed". A literal * is no wildcard where credentials are allowed; where they are not, the
    Fetch standard says that it does not cover Authorization, and browsers still let it pass with a warning on
    their console (seen with Chromium 156): that is reported as info.

Bad
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://app.example.com;
        add_header Access-Control-Allow-Headers Content-Type;
        return 204;
    }

Good
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://app.example.com;
        add_header Access-Control-Allow-Headers "Authorization, Content-Type";
        return 204;
    }

When it stays quiet
    The preflight goes to the application, which may answer it; the route takes cookies, or a browser's own login
    with credentials allowed; nothing shows that the route reads Authorization, or a header of its own for keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import preflight, preflight_check
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome
from authlint.model.credential import ApiKey
from authlint.model.step import Basic
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.lists import name_in

ID = "authorization-not-allowed"
HEADERS, ORIGIN = "access-control-allow-headers", "access-control-allow-origin"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if evidence.cross_origin(site, endpoint) is None:
            continue
        reader = evidence.reads_authorization(site, endpoint)
        if reader is not None and not _browser_login(endpoint):
            yield from _judged(site, endpoint, reader, "Authorization")
        for name, label in _keys(endpoint):
            yield from _judged(site, endpoint, label, name)


def _keys(endpoint: Endpoint) -> Iterator[tuple[str, Label]]:
    """Headers of their own in which alone a check looks for its key or token."""
    for check in evidence.mechanisms(endpoint):
        places = check.places if isinstance(check, ApiKey) else ()
        names = {place.name if place.kind == "header" else "" for place in places}
        if len(names) == 1 and not names & {"", "authorization"}:
            yield places[0].name.title(), Label(places[0].span, f"this route reads {places[0].name.title()}")


def _browser_login(endpoint: Endpoint) -> bool:
    """Basic with credentials allowed: the browser's own login needs no header to be named."""
    allowed = any(
        op.name.lower() == "access-control-allow-credentials" for op in evidence.response_ops(endpoint)
    )
    return allowed and any(isinstance(check, Basic) for check in evidence.mechanisms(endpoint))


def _judged(site: Site, endpoint: Endpoint, reader: Label, name: str) -> Iterator[Finding]:
    for origin in site.origins(endpoint):
        request = preflight(endpoint.url, origin, endpoint.method, (name,))
        outcome = site.ask(request)
        place = outcome.in_every_world(lambda world, origin=origin: _place(world, origin, name))  # type: ignore[misc]
        if place is None or place.op is None or outcome.opens or evidence.unheard(site, outcome, HEADERS):
            continue
        level, message, label = _said(outcome, name)
        yield Finding(
            rule=ID,
            level=level,
            message=f"{endpoint.title}: {message}",
            primary=Label(place.op.span, label),
            related=(reader,),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, f"Access-Control-Allow-Headers names {name}"),),
            cure=site.cure(
                ID,
                "add it to the answer to OPTIONS: "
                f'add_header Access-Control-Allow-Headers "{name}, Content-Type";',
            ),
            stated=outcome.assumed,
            mends=name_in("Access-Control-Allow-Headers", place.op, name),
        )
        return


def _said(outcome: Outcome, name: str) -> tuple[Level, str, str]:
    """A literal * is a matter of time; for requests with cookies no browser takes it for a wildcard."""
    if outcome.value(HEADERS) != "*":
        message = f"the preflight does not allow {name}"
        return Level.ERROR, message, f"the answer to the preflight does not name {name}"
    if outcome.value("access-control-allow-credentials") == "true":
        message = "the preflight does not allow Authorization together with cookies"
        return Level.WARNING, message, "for requests with cookies * is no wildcard"
    message = "the preflight allows Authorization only where browsers are lenient"
    return (
        Level.INFO,
        message,
        "by the Fetch standard * does not cover Authorization; Chromium 156 lets it pass",
    )


def _place(world: Outcome, origin: str, name: str) -> Header | None:
    """Where the missing name belongs, if the gateway answers the preflight well but for that."""
    if world.answered_by != "gateway" or world.status is None:
        return None
    verdict = preflight_check(world, origin, "GET", (name,), credentials=False)
    if verdict.fault != "headers":
        return None
    listed = world.get(HEADERS) or world.get(ORIGIN)
    return listed[0] if listed and listed[0].op is not None else None


RULE = Rule(
    id=ID,
    summary="The preflight's answer does not allow the Authorization header",
    level=Level.ERROR,
    reference="https://fetch.spec.whatwg.org/#http-access-control-allow-headers",
    manual=__doc__ or "",
    check=check,
)
