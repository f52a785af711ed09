"""CORS headers of a block that another block, put in force after it, replaces."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.client.cors import cors_check, preflight_check
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.gateway import Block
from authlint.model.step import Branch, HeaderOp
from authlint.model.value import literal
from authlint.record import record
from authlint.site import Endpoint, Site, blocks_of, headers_of, ops_of, origins_in
from authlint.text import Span
from authlint_rules.questions.branching import ways_in

ORIGIN = "access-control-allow-origin"


@record
class Erased:
    """`lost` sets the header, `by` puts another block's headers in its place."""

    lost: HeaderOp
    by: Span
    origin: str
    request: Request
    outcome: Outcome


def erased(site: Site, endpoint: Endpoint) -> Iterator[Erased]:
    """At most one: an answer that leaves without the header, under a branch that replaced it."""
    branches = [op for op in ops_of(endpoint.route.script) if isinstance(op, Branch) and op.block is not None]
    allowing = [endpoint.route.block, *(op.block for op in branches if op.block is not None)]
    if not branches or all(_allows(block) is None for block in allowing):
        return
    for origin in site.origins(endpoint):
        credential = next(site.passing(endpoint), "none")
        for method, more in ways_in(endpoint, branches):
            headers = (("Origin", origin), *headers_of(credential), *more)
            request = site.request(endpoint, *headers, method=method)
            outcome = site.ask(request)
            found = outcome.in_every_world(lambda world: _replaced(world, endpoint.route.block))
            seen = cors_check(outcome.headers, origin, False).passed
            if found is not None and not outcome.opens and not seen:
                yield Erased(*found, origin, request, outcome)
                return


def overridden(site: Site, endpoint: Endpoint) -> Erased | None:
    """An outer level's header that the route's own lines replace, if no route at all has it in force (where one has,
    leaving it out here may be meant), or preflights for this route are told that it is there."""
    block = endpoint.route.block
    if endpoint.forward is None or any(_allows(one) is not None for one in blocks_of(endpoint.route)):
        return None
    for shadow in block.shadowed:
        lost = next((op for op in shadow.lost if _is_allowing(op)), None)
        if lost is None:
            continue
        known = origins_in(lost.value, site.gateway.definitions)
        origin = next(known, site.origins(endpoint)[0])
        if _is_in_force(site, lost.span) and not _is_told(site, endpoint, origin):
            continue
        request = site.request(
            endpoint, ("Origin", origin), *headers_of(next(site.passing(endpoint), "none"))
        )
        outcome = site.ask(request)
        bare = all(world.admitted and not world.get(ORIGIN) for world in outcome.worlds)
        if bare and not outcome.opens and outcome.upstream is not None:
            return Erased(lost, shadow.by[0] if shadow.by else block.span, origin, request, outcome)
    return None


def _is_told(site: Site, endpoint: Endpoint, origin: str) -> bool:
    """The gateway itself answers preflights for the route, and lets the page go on."""
    told = site.ask(site.preflight(endpoint, origin))
    return told.answered_by == "gateway" and all(
        preflight_check(world, origin, endpoint.method, (), False).passed for world in told.worlds
    )


def _is_in_force(site: Site, span: Span) -> bool:
    for _, host in site.gateway.hosts():
        routes = host.table.routes()
        blocks = [block for route in routes for block in blocks_of(route)]
        if not any(route.match.kind == "prefix" and route.match.text == "/" for route in routes):
            blocks += blocks_of(host.fallback)
        if any(op.span == span for block in blocks for op in block.response):
            return True
    return False


def _replaced(world: Outcome, first: Block) -> tuple[HeaderOp, Span] | None:
    """The header that was in effect and no longer is, and what took its place."""
    if not world.admitted or world.get(ORIGIN):
        return None
    lost = _allows(first)
    last: Branch | None = None
    for event in world.trace:
        if event.verb == "applied" and isinstance(event.subject, Branch) and event.subject.block is not None:
            last = event.subject
            own = _allows(last.block)
            lost = own if own is not None else lost
    if lost is None or last is None or last.block is not world.block or _allows(last.block) is not None:
        return None
    assert last.block is not None
    own_lines = [line for one in last.block.shadowed if lost in one.lost for line in one.by]
    added = [op.span for op in last.block.response if op not in first.response]
    return lost, (*own_lines, *added, last.span)[0]


def _allows(block: Block | None) -> HeaderOp | None:
    return next((op for op in block.response if _is_allowing(op)), None) if block is not None else None


def _is_allowing(op: HeaderOp) -> bool:
    return op.name.lower() == ORIGIN and literal(op.value) != ""
