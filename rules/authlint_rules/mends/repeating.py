"""Lines of an outer level that a block's own ones replace."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.intent import Mend, Repeat
from authlint.model.step import HeaderOp, Shadowed


def repeat(shadow: Shadowed, lost: Sequence[HeaderOp]) -> tuple[Mend, ...]:
    """Those of the lost ones that matter, behind the block's own last one."""
    if not shadow.by:
        return ()
    names = ", ".join(dict.fromkeys(op.name for op in lost))
    lines = tuple(dict.fromkeys(op.span for op in lost))
    return (Mend(f"repeat the lost lines: {names}", (Repeat(shadow.by[-1], lines),), safe=True),)
