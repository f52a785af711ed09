"""What was meant, where that follows from what is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from authlint.intent import Deliver, Intent, Mend, Move, Quote, Reword
from authlint.model.near import nearest
from authlint.model.slip import Misdirected, Misplaced, Misspelt, Slip, Unquoted
from authlint.model.step import Ask
from authlint.model.value import literal
from authlint.site import Endpoint
from authlint.text import Span


def corrected(slips: Sequence[Slip]) -> tuple[Mend, ...]:
    """All of them at once: one alone may be no better than none."""
    if not slips:
        return ()
    safe = not any(_decides(one) for one in slips)
    return (Mend(_title(slips), tuple(_intent(one) for one in slips), safe=safe),)


def near(span: Span, name: str, names: Iterable[str]) -> tuple[Mend, ...]:
    """The one of these that is much like what is named at the span and is not there."""
    meant = nearest(name, names)
    return corrected((Misspelt(span, name, meant, decides=True),)) if meant else ()


def other_location(endpoint: Endpoint, asked: Ask) -> tuple[Mend, ...]:
    """The location that takes auth requests, if one has much the same name."""
    table, path = endpoint.host.table, literal(asked.path)
    names = [*table.exact, *(one.match.text for one in table.prefixes if one.internal)]
    return near(asked.span, path, names) if path else ()


def _decides(slip: Slip) -> bool:
    match slip:
        case Unquoted():
            return False
        case Misdirected():
            return True
    return slip.decides


def _title(slips: Sequence[Slip]) -> str:
    words = [one.new for one in slips if isinstance(one, Misspelt)]
    if words:
        return f"write {' and '.join(words)}"
    match slips[0]:
        case Unquoted():
            return "put quotes around it"
        case Misdirected(to=to):
            return f"send it to the {to}"
    return "write it where it counts"


def _intent(slip: Slip) -> Intent:
    match slip:
        case Misspelt():
            return Reword(slip.span, slip.old, slip.new)
        case Unquoted():
            return Quote(slip.span)
        case Misplaced():
            return Move(slip.span, slip.lines, slip.before)
    return Deliver(slip.span, slip.to)
