"""CORS is configured and never takes effect.

What happens
    The policy stands where nobody looks for it, knows no origin that a browser sends, or is replaced where it should
    apply. The preflight then goes on to authentication, and the page sees a CORS error whatever it does.

Bad
    location /v1/ {
        add_header Access-Control-Allow-Origin https://app.example.com always;
        if ($request_method != OPTIONS) {
            add_header X-Served-By gateway;
        }
        proxy_pass http://app;
    }

Good
    location /v1/ {
        add_header Access-Control-Allow-Origin https://app.example.com always;
        add_header X-Served-By gateway;
        proxy_pass http://app;
    }

When it stays quiet
    The policy works on the route after all; parts of the configuration could not be read; it is switched off in so
    many words.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.client.cors import cors_check
from authlint.finding import Finding, Label, Level
from authlint.model.gateway import Inert
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of
from authlint_rules.questions.erasing import Erased, erased, overruled

ID = "cors-policy-inert"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        found: dict[Inert, None] = {}
        for block in blocks_of(endpoint.route):
            if not block.open:
                found.update(dict.fromkeys(one for one in block.inert if one.meant == "cross-origin"))
        for inert in found:
            yield from _inert(site, endpoint, inert)
        for one in (*erased(site, endpoint), *overruled(site, endpoint)):
            yield _lost(site, endpoint, one)


def _inert(site: Site, endpoint: Endpoint, inert: Inert) -> Iterator[Finding]:
    origin = site.origins(endpoint)[0]
    request = site.preflight(endpoint, origin)
    outcome = site.ask(request)
    if outcome.opens or any(cors_check(world.headers, origin, False).passed for world in outcome.worlds):
        return
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title}: CORS is configured and has no effect",
        primary=Label(inert.span, inert.why),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "2xx with the CORS headers"),),
        cure=inert.cure,
        stated=outcome.assumed,
    )


def _lost(site: Site, endpoint: Endpoint, one: Erased) -> Finding:
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title}: the CORS headers are lost on the answer itself",
        primary=Label(
            one.by,
            "inside `if`, this replaces all header lines in effect before"
            if one.branch
            else "a header line of its own, and the route has none of those around it",
        ),
        related=(Label(one.lost.span, "has no effect on these requests"),),
        routes=(endpoint.title,),
        witness=(site.exchange(one.request, one.outcome, f"Access-Control-Allow-Origin: {one.origin}"),),
        cure="move the line out of the `if`, or repeat the CORS lines inside it"
        if one.branch
        else "repeat the CORS lines beside it",
        assumes=() if one.meant else ("pages on other origins use this route",),
        pedantic=not one.meant,
        stated=one.outcome.assumed,
    )


RULE = Rule(
    id=ID,
    summary="CORS is configured and never takes effect",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
    manual=__doc__ or "",
    check=check,
)
