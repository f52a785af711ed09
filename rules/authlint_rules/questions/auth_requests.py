"""Where an auth request ends up."""

from __future__ import annotations

from authlint.flow.assume import Assume
from authlint.flow.outcome import Outcome
from authlint.model.gateway import Route
from authlint.model.step import Ask, Files
from authlint.site import Endpoint

NO_FILES = Assume(missing_files=True)
UNTOUCHED = "the folder of files that comes with the server holds nothing of this name"


def has_no_files(endpoint: Endpoint) -> bool:
    """Nobody has said where files are: then there are those that the server comes with."""
    steps = endpoint.host.fallback.block.steps
    return any(isinstance(step, Files) and step.root.span is None for step in steps)


def unanswered(world: Outcome, endpoint: Endpoint) -> Ask | None:
    """The check whose request ended where no route is, with an error."""
    if world.status is None or world.status < 500:
        return None
    return asked_at(world, endpoint.host.fallback)


def asked_at(world: Outcome, route: Route) -> Ask | None:
    """The check whose request this route took."""
    asked: Ask | None = None
    for event in world.trace:
        if isinstance(event.subject, Ask) and event.verb == "asked":
            asked = event.subject
        elif event.auth and event.verb == "route" and isinstance(event.subject, Route):
            return asked if event.subject is route else None
    return None
