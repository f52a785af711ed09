"""What is to change, in words that no dialect owns: a rule says it, the reader of the file turns it into edits.

The set is small and closed. A reader that cannot say one of them in its file says so, and no fix is offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from authlint.record import record
from authlint.text import Span


@record
class Remove:
    """The setting that stands at the span is taken away, with its line if nothing else stands there."""

    span: Span


@record
class Reword:
    """In the setting at the span the word `old`, or `old` as a part of a single word, becomes `new`."""

    span: Span
    old: str
    new: str


@record
class SendAlways:
    """The response header that is set at the span is sent with every status."""

    span: Span


Intent: TypeAlias = Remove | Reword | SendAlways


@record
class Mend:
    """A change that would cure a finding, as its rule sees it; nothing is proven yet.

    `safe`: it follows from the configuration. Otherwise somebody has to decide: it opens something, or chooses a value.
    `title` is what is done, in a few words.
    """

    title: str
    intents: tuple[Intent, ...]
    safe: bool = False


@record
class Edit:
    """The words at the span (none where it is empty) become `text`."""

    span: Span
    text: str


def in_order(edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
    """Each edit once, by place; None where there is none or two overlap."""
    found = sorted(dict.fromkeys(edits), key=lambda one: one.span)
    for one, two in pairwise(found):
        if one.span.path == two.span.path and (one.span.end > two.span.start or one.span == two.span):
            return None
    return tuple(found) or None
