"""The block that a route puts in force, and a route that is looked for again on the way."""

from __future__ import annotations

from authlint.flow.passage import Passage
from authlint.flow.routing import Hosting, choose_host, choose_route
from authlint.flow.script import Undecided
from authlint.flow.values import holds
from authlint.model.gateway import Block, Route
from authlint.model.step import Reroute, Step


def block_of(p: Passage, route: Route) -> Block:
    """The block that a route puts in force: the last variant that fits, else its own."""
    block = route.block
    for when, other in route.variants:
        if holds(p, when):
            block = other
    return block


def begin_again(p: Passage) -> None:
    """The request goes round once more, with the host that it has now."""
    p.forget()
    hosting = choose_host(p.shared.listener, p.headers[0].text)
    if isinstance(hosting, Hosting):
        p.shared.host = hosting.host


def routed_again(p: Passage, step: Reroute, rest: list[Step]) -> list[Step] | Undecided:
    """What is still to be done once the route was looked for again."""
    p.reroutes = False
    route = choose_route(p, p.shared.host.table, p.shared.host.fallback)
    block = block_of(p, route) if isinstance(route, Route) else p.in_force
    if not isinstance(route, Route) or block is p.in_force:
        return rest
    p.route = route
    p.note("went on", "the route is looked for again", route.span, route)
    p.enter(block)
    if step not in block.steps:
        return Undecided("which filters run where a route is looked for again", step.span)
    return list(block.steps[block.steps.index(step) + 1 :])


def enter_route(p: Passage) -> bool:
    """Puts the block in force that the request's route would, and does nothing of what it says. False where it has
    other filters than a request without a route: which of them run then nobody has found out."""
    route = choose_route(p, p.shared.host.table, p.shared.host.fallback)
    if not isinstance(route, Route):
        return True
    block = block_of(p, route)
    same = block.leaving == p.shared.host.block.leaving
    p.enter(block)
    return same
