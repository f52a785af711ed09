"""Credentials that are to reach what is behind."""

from __future__ import annotations

from authlint.intent import Mend, Remove, Turn
from authlint.model.step import HeaderOp


def hand_on(op: object, *, safe: bool) -> tuple[Mend, ...]:
    """What ends the header goes; a check that ends it by itself hands its token on."""
    if not isinstance(op, HeaderOp):
        return ()
    if op.implied:
        return (Mend("forward the token that was verified", (Turn(op.span, "forward-token"),)),)
    return (Mend(f"take away what drops {op.name}", (Remove(op.span),), safe=safe),)
