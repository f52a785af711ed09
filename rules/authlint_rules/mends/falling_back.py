"""Headers that are written from what may be empty."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.intent import FallBack, Mend
from authlint.model.step import HeaderOp
from authlint.model.value import Pick, parts
from authlint.site import Site


def to_the_clients_own(site: Site, op: HeaderOp) -> Iterator[Mend]:
    """Where the variable is empty the client's own header goes on: at the line, or in what fills the variable."""
    picks = [one.span for one in parts(op.value, site.gateway.definitions) if isinstance(one, Pick)]
    for span in dict.fromkeys((op.span, *picks)):
        yield Mend("fall back to what the client sent", (FallBack(span, "Authorization"),))
