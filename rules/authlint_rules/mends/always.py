"""Response headers that errors lack."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.finding import Label
from authlint.intent import Answer, Mend, SendAlways
from authlint.model.step import Cors, HeaderOp
from authlint.model.value import literal
from authlint.site import Endpoint, blocks_of


def send_always(endpoint: Endpoint, culprit: object, source: Sequence[Label]) -> tuple[Mend, ...]:
    """Every CORS header that is kept from errors beside the one that is missed, and the Vary that belongs to them; a
    policy that is a step of its own comes before the check that answers, which is the `source`."""
    if isinstance(culprit, Cors) and source:
        return (Mend("let the CORS policy come before the check", (Answer(source[0].span, ()),)),)
    if not isinstance(culprit, HeaderOp) or culprit.statuses is None:
        return ()
    block = next((one for one in blocks_of(endpoint.route) if culprit in one.response), None)
    ops = [op for op in block.response if op.statuses is not None and _belongs(op)] if block else []
    intents = tuple(SendAlways(op.span) for op in ops)
    return (Mend("send the CORS headers with errors too", intents, safe=True),) if intents else ()


def _belongs(op: HeaderOp) -> bool:
    varies = op.name.lower() == "vary" and "origin" in (literal(op.value) or "").lower()
    return varies or op.name.lower().startswith("access-control-")
