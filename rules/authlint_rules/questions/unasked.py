"""Why a request passes unasked where a check is set up; no rule itself."""

from __future__ import annotations

from urllib.parse import urljoin

from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.gateway import Inert
from authlint.model.slip import Misspelt
from authlint.model.step import Address, Ask, Files, Respond
from authlint.record import replace
from authlint.site import Endpoint, Site


def is_open(outcome: Outcome) -> bool:
    """Whether every world lets the request pass without asking for anything."""
    return all(
        world.status is not None
        and world.status not in (401, 403, 407)
        and world.status < 500
        and not any(event.verb == "denied" for event in world.trace)
        for world in outcome.worlds
    )


def request_for(site: Site, endpoint: Endpoint, inert: Inert) -> Request:
    """A request that the check was meant for, where it names a path of the route."""
    path = next((one.new for one in inert.slips if isinstance(one, Misspelt) and one.new[:1] == "/"), "")
    request = site.request(endpoint)
    meant = replace(request, url=urljoin(request.url, path))
    taken = path and all(world.last_route is endpoint.route for world in site.ask(meant).worlds)
    return meant if taken else request


def why_it_passes(world: Outcome, passed: Event) -> str | None:
    """Why a request without credentials passes, if that cannot be meant."""
    if isinstance(passed.subject, Address):
        rule = next((rule for rule in passed.subject.rules if rule.span == passed.span), None)
        if rule is not None and rule.network in ("all", "0.0.0.0/0", "::/0"):
            return "with satisfy any this lets everybody pass: nobody is asked"
    for event in world.trace:
        here = event.auth and event.verb == "answered" and isinstance(event.subject, (Files, Respond))
        if isinstance(passed.subject, Ask) and here and not world.auth_requests:
            return "the auth request ends in a page of this gateway that everybody gets"
    return None
