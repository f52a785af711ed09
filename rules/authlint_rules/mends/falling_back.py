"""Headers that are written from what may be empty."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.intent import FallBack, Mend
from authlint.model.step import HeaderOp
from authlint.model.value import Pick, parts
from authlint.site import Site


def fall_back(site: Site, op: HeaderOp, *, checked: bool) -> Iterator[Mend]:
    """Where the variable is empty the client's own header goes on: at the line, or in what fills the variable. One that
    the gateway has `checked` itself may be a password for it, which the application has not had so far."""
    picks = [one.span for one in parts(op.value, site.gateway.definitions) if isinstance(one, Pick)]
    for span in dict.fromkeys((op.span, *picks)):
        title = (
            "send no header where the variable is empty" if checked else "fall back to what the client sent"
        )
        yield Mend(title, (FallBack(span, "Authorization", own=not checked),))
