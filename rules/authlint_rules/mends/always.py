"""Response headers that errors lack."""

from __future__ import annotations

from authlint.intent import Mend, SendAlways
from authlint.model.step import HeaderOp
from authlint.model.value import literal
from authlint.site import Endpoint, blocks_of


def send_always(endpoint: Endpoint, culprit: object) -> tuple[Mend, ...]:
    """Every CORS header that is kept from errors beside the one that is missed, and the Vary that belongs to them."""
    if not isinstance(culprit, HeaderOp) or culprit.statuses is None:
        return ()
    block = next((one for one in blocks_of(endpoint.route) if culprit in one.response), None)
    ops = [op for op in block.response if op.statuses is not None and _belongs(op)] if block else []
    intents = tuple(SendAlways(op.span) for op in ops)
    return (Mend("send the CORS headers with errors too", intents, safe=True),) if intents else ()


def _belongs(op: HeaderOp) -> bool:
    varies = op.name.lower() == "vary" and "origin" in (literal(op.value) or "").lower()
    return varies or op.name.lower().startswith("access-control-")
