"""One answer carries two origins in Access-Control-Allow-Origin: browsers refuse it, whichever they are.

What happens
    The browser says "contains multiple values, but only one is allowed". The header comes twice: from two lines of
    one level, from two gateways in a row, from the gateway and the application behind it; or one line lists several
    origins. nginx's add_header adds to what is there, it replaces nothing.

Bad
    location /api/ {
        add_header Access-Control-Allow-Origin https://app.example.com always;
        add_header Access-Control-Allow-Origin https://admin.example.com always;
        proxy_pass http://api:8080;
    }

Good
    map $http_origin $allowed {
        https://app.example.com   $http_origin;
        https://admin.example.com $http_origin;
    }
    location /api/ {
        add_header Access-Control-Allow-Origin $allowed always;
        proxy_pass http://api:8080;
    }

When it stays quiet
    The other header is hidden (proxy_hide_header) or replaced (more_set_headers); an empty value, which is not sent.
    That an application sends the header too is a guess: with --pedantic it is made where another route hides the
    header of the same application, and where the application is another site's, over https by its public name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Mend, Remove
from authlint.model.step import HeaderOp
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.questions.preflights import wanted_origins
from authlint_rules.questions.second_origin import guessed

ID = "duplicate-allow-origin"
ORIGIN = "access-control-allow-origin"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if evidence.cross_origin(site, endpoint) is None:
            continue
        found = next(_doubled(site, endpoint), None)
        if found is not None:
            yield found
        elif endpoint.forward is not None:
            yield from guessed(ID, site, endpoint)


def _doubled(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    for request in _requests(site, endpoint):
        outcome = site.ask(request)
        ops = outcome.in_every_world(_writers)
        if ops is None:
            continue
        values = [
            one
            for world in outcome.worlds[:1]
            for header in world.get(ORIGIN)
            for one in _origins(header.text)
        ]
        first, last = ops[0], ops[-1]
        alone = first.span == last.span
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title}: browsers refuse this answer, it allows two origins: {' and '.join(values[:2])}",
            primary=Label(last.span, "lists several origins" if alone else "is sent as well"),
            related=() if alone else (Label(first.span, "the other one is set here"),),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "one Access-Control-Allow-Origin, with one origin"),),
            cure=site.cure(
                ID,
                "send one: a map of $http_origin that gives back the origins that may, and nothing for others; hide "
                "the one that comes from behind with proxy_hide_header",
            ),
            stated=outcome.assumed,
            mends=() if alone or first.value != last.value else _mends(last),
        )


def _mends(last: HeaderOp) -> tuple[Mend, ...]:
    return (Mend("send it once", (Remove(last.span),), safe=True),)


def _requests(site: Site, endpoint: Endpoint) -> Iterator[Request]:
    credential = next(site.passing(endpoint), "none")
    for origin in wanted_origins(site, endpoint):
        yield site.request(endpoint, ("Origin", origin), *headers_of(credential))
        yield site.preflight(endpoint, origin)


def _origins(text: str) -> list[str]:
    return [one for one in re.split(r"[,\s]+", text) if one]


def _writers(world: Outcome) -> list[HeaderOp] | None:
    """The operations that wrote the header, if it has two values and the configuration wrote all of them."""
    listed = world.get(ORIGIN)
    if sum(len(_origins(header.text)) for header in listed) < 2:
        return None
    ran = [one.subject for one in world.trace if one.verb == "applied" and isinstance(one.subject, HeaderOp)]
    ops = list(dict.fromkeys(op for op in ran if op.name.lower() == ORIGIN))
    return ops if ops and len(ops) >= sum(bool(header.text) for header in listed) else None


RULE = Rule(
    id=ID,
    summary="One answer carries two values in Access-Control-Allow-Origin",
    level=Level.ERROR,
    reference="https://fetch.spec.whatwg.org/#concept-cors-check",
    manual=__doc__ or "",
    check=check,
)
