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
    The policy works on the route after all; a route leaves out what others of the gateway have in force; parts of the
    configuration could not be read; it is switched off in so many words.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.client.cors import cors_check
from authlint.finding import Finding, Label, Level
from authlint.intent import Answer, Mend
from authlint.model.gateway import Inert
from authlint.model.slip import Misspelt
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of
from authlint_rules.mends.repeating import repeat_cors
from authlint_rules.mends.slips import corrected
from authlint_rules.questions.erasing import Erased, erased, overridden

ID = "cors-policy-inert"
OUT_OF_IF = "move the line out of the `if`, or repeat the CORS lines inside it"
BESIDE = "repeat the CORS lines beside it, or move it to where they are"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        found: dict[Inert, None] = {}
        for block in blocks_of(endpoint.route):
            if not block.open:
                found.update(dict.fromkeys(one for one in block.inert if one.meant == "cross-origin"))
        for inert in found:
            yield from _inert(site, endpoint, inert)
        for one in erased(site, endpoint):
            yield _lost(
                site, endpoint, one, "inside `if`, this replaces all header lines in effect before", OUT_OF_IF
            )
        outer = overridden(site, endpoint)
        if outer is not None:
            yield _lost(
                site, endpoint, outer, "this replaces all header lines of the levels around it", BESIDE
            )


def _inert(site: Site, endpoint: Endpoint, inert: Inert) -> Iterator[Finding]:
    meant = [one.new for one in inert.slips if isinstance(one, Misspelt)]
    origin = meant[0] if meant else site.origins(endpoint)[0]
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
        mends=corrected(inert.slips) or (Mend("switch CORS on", (Answer(inert.span, ()),)),),
    )


def _lost(site: Site, endpoint: Endpoint, one: Erased, why: str, cure: str) -> Finding:
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title}: the CORS headers are lost on the answer itself",
        primary=Label(one.by, why),
        related=(Label(one.lost.span, "has no effect on these requests"),),
        routes=(endpoint.title,),
        witness=(site.exchange(one.request, one.outcome, f"Access-Control-Allow-Origin: {one.origin}"),),
        cure=cure,
        stated=one.outcome.assumed,
        mends=repeat_cors(endpoint, one.lost, one.by),
    )


RULE = Rule(
    id=ID,
    summary="CORS is configured and never takes effect",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
    manual=__doc__ or "",
    check=check,
)
