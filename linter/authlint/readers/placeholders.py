"""Places that somebody else fills in: no edit touches a line that has one."""

from __future__ import annotations

from authlint.expression import expression
from authlint.readers.nginx.template import HOLE, mask

# What a person or a script is to replace: <name> (but not a named group of a pattern), @NAME@, %%NAME%%, __NAME__.
FILLED_IN = expression(rf"{HOLE}|(?<![?P])<[A-Za-z][^<>;{{}}\n]*>|@[A-Z][A-Z0-9_]*@|%%\w+%%|\b__[A-Z]\w*__\b")


def touches_one(text: str, start: int, end: int, *, envsubst: bool = False) -> bool:
    """Whether the lines of these letters have a placeholder, or a template decides whether they are there."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    masked = mask(text, envsubst=envsubst)
    if any(hole.start < last and first < hole.end for hole in masked.holes):
        return True
    return FILLED_IN.search(masked.text, first, last) is not None
