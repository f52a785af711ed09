"""CORS headers of a block that another block, put in force after it, replaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from authlint.client.cors import cors_check, preflight_check
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.condition import Condition, Test
from authlint.model.gateway import Block
from authlint.model.step import Branch, HeaderOp
from authlint.model.value import Get, literal
from authlint.site import APP, Endpoint, Site, headers_of, ops_of, origins_in
from authlint.text import Span

ORIGIN = "access-control-allow-origin"
METHODS = (Get("method"), Get("own-method"))
REFUSED = frozenset((401, 403))


@dataclass(frozen=True, slots=True)
class Erased:
    """`lost` sets the header, `by` puts another block's headers in its place: that of a branch, or the route's own.
    `meant`: something shows that pages on other origins use the route."""

    lost: HeaderOp
    by: Span
    origin: str
    request: Request
    outcome: Outcome
    branch: bool = True
    meant: bool = True


def erased(site: Site, endpoint: Endpoint) -> Iterator[Erased]:
    """At most one: an answer that leaves without the header, under a branch that replaced it."""
    branches = [op for op in ops_of(endpoint.route.script) if isinstance(op, Branch) and op.block is not None]
    allowing = [endpoint.route.block, *(op.block for op in branches if op.block is not None)]
    if not branches or all(_allows(block) is None for block in allowing):
        return
    for origin in site.origins(endpoint):
        credential = next(site.passing(endpoint), "none")
        for method in _methods(endpoint, branches):
            request = site.request(endpoint, ("Origin", origin), *headers_of(credential), method=method)
            outcome = site.ask(request)
            found = outcome.in_every_world(lambda world: _replaced(world, endpoint.route.block))
            seen = cors_check(outcome.headers, origin, False).passed
            if found is not None and not outcome.opens and not seen:
                yield Erased(*found, origin, request, outcome)
                return


def _methods(endpoint: Endpoint, branches: list[Branch]) -> Iterator[str]:
    """The route's method, and those that a branch asks for; a preflight's is none of them."""
    yield endpoint.method
    for branch in branches:
        method = _method(branch.when)
        if method not in ("", "OPTIONS", endpoint.method):
            yield method


def _method(when: Condition) -> str:
    return when.how.arg if isinstance(when, Test) and when.value in METHODS and when.how.how == "is" else ""


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
    return next((op for op in block.response if _is_policy(op)), None) if block is not None else None


def overruled(site: Site, endpoint: Endpoint) -> Iterator[Erased]:
    """A route whose own header lines took the place of the policy around it."""
    block = endpoint.route.block
    inner = [op.block for op in ops_of(endpoint.route.script) if isinstance(op, Branch)]
    if endpoint.forward is None or block.open or any(map(_allows, (block, *inner))):
        return
    found = ((op, one.by[0]) for one in block.shadowed for op in one.lost if _is_policy(op))
    lost, by = next(found, (None, None))
    if lost is None or by is None:
        return
    origin = next(iter(origins_in(lost.value, site.gateway.definitions)), APP)
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, ("Origin", origin), *headers_of(credential))
    outcome = site.ask(request)
    told = site.ask(site.preflight(endpoint, origin))
    if outcome.opens or told.status in REFUSED or not all(one.admitted for one in outcome.worlds):
        return
    if not any(world.get(ORIGIN) for world in outcome.worlds):
        meant = _is_told(told, endpoint, origin) or _is_beside(site, endpoint, lost)
        yield Erased(lost, by, origin, request, outcome, branch=False, meant=meant)


def _is_told(told: Outcome, endpoint: Endpoint, origin: str) -> bool:
    """The gateway itself answers preflights for the route, and lets the page go on."""
    return told.answered_by == "gateway" and all(
        preflight_check(world, origin, endpoint.method, (), False).passed for world in told.worlds
    )


def _is_beside(site: Site, endpoint: Endpoint, lost: HeaderOp) -> bool:
    """The same application is reached under the policy by another route: it sends no such header of its own."""
    upstream = site.upstream(endpoint)
    return upstream is not None and any(
        other is not endpoint and lost in other.route.block.response and site.upstream(other) == upstream
        for other in site.siblings[id(endpoint.host)]
    )


def _is_policy(op: HeaderOp) -> bool:
    return op.name.lower() == ORIGIN and literal(op.value) != ""
