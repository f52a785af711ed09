"""Names that are missing from a list in a header."""

from __future__ import annotations

from authlint.intent import Include, Mend, Send
from authlint.model.step import HeaderOp
from authlint.model.value import Lit


def name_in(header: str, op: HeaderOp, name: str) -> tuple[Mend, ...]:
    """The name joins the list, if `op` is what sends it; otherwise a header is sent beside `op` that lists it alone."""
    if op.name.lower() == header.lower():
        return (Mend(f"add {name} to {header}", (Include(op.span, name),), safe=True),)
    return (Mend(f"send {header}: {name}", (Send(op.span, "client", header, Lit(name)),)),)
