"""What a check says of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.script import Undecided
from authlint.model.step import Ask
from authlint.model.unknown import Unknown
from authlint.record import record
from authlint.text import Span


@record
class Denied:
    """Refused with this status; `challenges` go to the client. `hard`: no other check can make up for it.

    `location` is where the client is sent instead; `by_service` that the answer is a service's own; `as_is` that
    nothing that is done to the gateway's own answers is done to this one.
    """

    status: int
    span: Span
    subject: object
    challenges: tuple[Header, ...] = ()
    hard: bool = False
    location: str | Unknown | None = None
    by_service: bool = False
    as_is: bool = False


@record
class Passed:
    span: Span


Verdict: TypeAlias = Passed | Denied | Undecided | None
Asker: TypeAlias = Callable[[Passage, Ask], Verdict]
