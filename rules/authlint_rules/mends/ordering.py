"""What is never reached, because something before it takes its requests."""

from __future__ import annotations

from authlint.intent import Mend, Move
from authlint.site import Endpoint, Site
from authlint.text import Span


def put_first(meant: Span, by: Span) -> tuple[Mend, ...]:
    return (Mend("put it before the one that takes its requests", (Move(by, (meant,), before=True),)),)


def put_first_of_two(site: Site, meant: Endpoint, by: Endpoint | None) -> tuple[Mend, ...]:
    """Of two routes for the same requests, if both lead to the same: the other one then has none."""
    there = site.upstream(meant)
    if by is None or there is None or there != site.upstream(by):
        return ()
    return put_first(meant.route.span, by.route.span)
