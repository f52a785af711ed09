"""Regular expressions that are compiled when they are first used: a run needs a third of ours, and to compile all of
them took a tenth of one over a small file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as expression  # what ours is to mypy
else:

    def expression(pattern, flags=0):
        """What `re.compile` makes of it, but later. For those of a module: one that is made to be used is compiled."""
        return Expression(pattern, flags)


__all__ = ["Expression", "expression"]


class Expression:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Asked once for each name: what the compiled one has is kept here."""
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found
