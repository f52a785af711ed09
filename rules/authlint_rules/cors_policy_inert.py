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
from authlint.flow.outcome import Outcome
from authlint.model.gateway import Block, Inert
from authlint.model.step import Branch, HeaderOp, Shadowed
from authlint.model.value import literal
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of, headers_of, ops_of

ID = "cors-policy-inert"
ORIGIN = "access-control-allow-origin"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        found: dict[Inert, None] = {}
        for block in blocks_of(endpoint.route):
            if not block.open:
                found.update(dict.fromkeys(one for one in block.inert if one.meant == "cross-origin"))
        for inert in found:
            yield from _inert(site, endpoint, inert)
        yield from _erased(site, endpoint)


def _inert(site: Site, endpoint: Endpoint, inert: Inert) -> Iterator[Finding]:
    origin = site.origins(endpoint)[0]
    request = site.preflight(endpoint, origin)
    outcome = site.ask(request)
    if outcome.opens or any(world.get(ORIGIN) for world in outcome.worlds):
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


def _erased(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """An `if` with header lines of its own replaces the location's, on the requests that matter."""
    own = _origin_op(endpoint.route.block.response)
    branches = {id(op.block) for op in ops_of(endpoint.route.script) if isinstance(op, Branch)}
    if own is None or len(branches) == 0:
        return
    for origin in site.origins(endpoint):
        credential = next(site.passing(endpoint), "none")
        request = site.request(endpoint, ("Origin", origin), *headers_of(credential))
        outcome = site.ask(request)
        shadow = outcome.in_every_world(lambda world: _replaced(world, branches, own))
        if shadow is None or outcome.opens or cors_check(outcome.headers, origin, False).passed:
            continue
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title}: the CORS headers are lost on the answer itself",
            primary=Label(shadow.by[0], "inside `if`, this replaces all header lines of the location"),
            related=(Label(own.span, "has no effect on these requests"),),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, f"Access-Control-Allow-Origin: {origin}"),),
            cure="move the line out of the `if`, or repeat the CORS lines inside it",
            stated=outcome.assumed,
        )
        return


def _origin_op(ops: tuple[HeaderOp, ...]) -> HeaderOp | None:
    return next((op for op in ops if op.name.lower() == ORIGIN and literal(op.value) != ""), None)


def _replaced(world: Outcome, branches: set[int], own: HeaderOp) -> Shadowed | None:
    """The lines that took the place of the location's, if the answer left under an `if` without any of CORS."""
    block: Block | None = world.block
    if block is None or id(block) not in branches or not world.admitted or world.get(ORIGIN):
        return None
    return next((one for one in block.shadowed if own in one.lost and one.by), None)


RULE = Rule(
    id=ID,
    summary="CORS is configured and never takes effect",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
    manual=__doc__ or "",
    check=check,
)
