"""What makes another answer of a 401; no rule itself."""

from __future__ import annotations

from authlint.finding import Label
from authlint.flow.outcome import Event, Outcome
from authlint.model.credential import OAuth
from authlint.model.gateway import LocalReply
from authlint.model.step import Ask, Recover


def masked(world: Outcome) -> Label | None:
    """What makes another answer of the gateway's own 401."""
    if world.admitted and world.answered_by == "upstream":
        return None  # an application that answers instead may well answer 401
    if world.status in (None, 401, 403, 429) or world.denial is None:
        return None
    if isinstance(world.denial.subject, OAuth) and not world.denial.subject.refuses:
        return Label(world.denial.subject.span, "sends programs to the sign-in too")
    for event in world.trace:
        if not event.auth and event.span is not None and _moves(event):
            return Label(event.span, _said(world))
    return None


def _moves(event: Event) -> bool:
    if isinstance(event.subject, LocalReply):
        return event.verb == "applied"
    return event.verb == "went on" and isinstance(event.subject, Recover) and 401 in event.subject.statuses


def _said(world: Outcome) -> str:
    location = world.value("location")
    if location is not None and not location.startswith(("/", "http")):
        return f'the 401 leaves as a redirect to "{location}": the last word is always a path'
    return f"the 401 leaves as {world.status}" + (f", to {location}" if location else "")


def broken(world: Outcome) -> Label | None:
    """A 401 of the auth service becomes something that the gateway cannot use: it answers 500."""
    denial = world.denial
    if denial is None or not isinstance(denial.subject, Ask) or world.status != denial.subject.broken:
        return None
    for event in world.trace:
        if event.auth and event.span is not None and _moves(event):
            return Label(event.span, "the auth service's 401 becomes an answer that cannot be used: 500")
    return None


def moved(world: Outcome) -> Label | None:
    moves = [event for event in world.trace if not event.auth and _moves(event)]
    changed = world.status not in (None, 401, 403, 429)
    return Label(moves[0].span, _said(world)) if moves and moves[0].span is not None and changed else None
