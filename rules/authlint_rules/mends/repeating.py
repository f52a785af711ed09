"""Lines of an outer level that a block's own ones replace."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.intent import Mend, Repeat
from authlint.model.step import HeaderOp, Shadowed
from authlint.site import Endpoint, blocks_of
from authlint.text import Span


def repeat_cors(endpoint: Endpoint, lost: HeaderOp, by: Span) -> tuple[Mend, ...]:
    """The CORS lines of the block that has the lost one, behind what takes their place."""
    blocks = [block for block in blocks_of(endpoint.route) if lost in block.response]
    ops = (
        blocks[0].response
        if blocks
        else next((one.lost for one in endpoint.route.block.shadowed if lost in one.lost), ())
    )
    lines = tuple(op.span for op in ops if op.name.lower().startswith("access-control-"))
    return (Mend("repeat the CORS lines", (Repeat(by, lines),), safe=True),) if lines else ()


def repeat(shadow: Shadowed, lost: Sequence[HeaderOp]) -> tuple[Mend, ...]:
    """Those of the lost ones that matter, behind the block's own last one."""
    if not shadow.by:
        return ()
    names = ", ".join(dict.fromkeys(op.name for op in lost))
    lines = tuple(dict.fromkeys(op.span for op in lost))
    return (Mend(f"repeat the lost lines: {names}", (Repeat(shadow.by[-1], lines),), safe=True, unseen=True),)
