"""CORS headers of a block that another block, put in force after it, replaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from authlint.client.cors import cors_check
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.condition import Condition, Test
from authlint.model.gateway import Block
from authlint.model.step import Branch, HeaderOp
from authlint.model.value import Get, literal
from authlint.site import Endpoint, Site, headers_of, ops_of
from authlint.text import Span

ORIGIN = "access-control-allow-origin"
METHODS = (Get("method"), Get("own-method"))


@dataclass(frozen=True, slots=True)
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
    ops = block.response if block is not None else ()
    return next((op for op in ops if op.name.lower() == ORIGIN and literal(op.value) != ""), None)
