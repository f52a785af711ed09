"""A request as it comes in: taken in by its virtual host, before anything is done with it."""

from __future__ import annotations

from authlint.flow.assume import NOTHING, Assume
from authlint.flow.choices import Choices
from authlint.flow.files import Files, Nowhere
from authlint.flow.front import passed_on
from authlint.flow.intake import take_in
from authlint.flow.passage import Passage, Shared
from authlint.flow.request import Request
from authlint.flow.routing import Hosting, choose_host, choose_listener, choose_route
from authlint.model.gateway import Gateway, Route, VirtualHost


def arrive(
    gateway: Gateway, request: Request, files: Files | None = None, assume: Assume = NOTHING
) -> Passage | None:
    """A request that has been taken in by its virtual host, before anything is done with it; None where nobody
    takes it."""
    chosen = choose_listener(gateway, request, assume.front)
    hosting = None if chosen is None else choose_host(chosen[0], request.host)
    if chosen is None or not isinstance(hosting, Hosting):
        return None
    shared = Shared(gateway, chosen[0], hosting.host, request, assume, files or Nowhere(), Choices({}))
    shared.method = request.method
    taken = take_in(shared)
    refused = taken.refusal is not None
    headers = passed_on(shared, taken.headers)
    return Passage(shared, taken.path, taken.query, headers, method=request.method, refused=refused)


def route_of(
    gateway: Gateway, request: Request, assume: Assume = NOTHING
) -> tuple[VirtualHost, Route] | None:
    """The virtual host and the route that take a request; None where that takes more than a look at its path: a
    script runs before, the request is refused, or something is not known."""
    p = arrive(gateway, request, assume=assume)
    if p is None or p.refused or p.shared.host.script or p.shared.listener.intake.early:
        return None
    route = choose_route(p, p.shared.host.table, p.shared.host.fallback)
    if p.shared.choices.reasons or not isinstance(route, Route):
        return None
    return p.shared.host, route
