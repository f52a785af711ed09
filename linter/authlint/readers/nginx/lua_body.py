"""Where the body of a `*_by_lua_block` ends: at its brace, not at one in a Lua string or comment.

Source: the Lua 5.1 manual, section 2.1 (strings, long brackets, comments).
"""

from __future__ import annotations

import re

from authlint.expression import expression

_LUA = expression(
    r"""([{}])                              # 1: a brace
    | (?:--)?\[(=*)\[                       # 2: the level of a long bracket
    | --[^\n]*
    | "[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"
    | '[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'
    """,
    re.VERBOSE,
)


def lua_body_end(text: str, at: int) -> int:
    """The offset of the `}` that closes the body beginning at `at`, or -1 where there is none."""
    depth = 1
    missing: set[str] = set()  # long brackets known not to be closed: each is looked for once
    while found := _LUA.search(text, at):
        at = found.end()
        brace, level = found[1], found[2]
        if brace == "{":
            depth += 1
        elif brace == "}":
            depth -= 1
            if depth == 0:
                return at - 1
        elif level is not None and level not in missing:
            closing = f"]{level}]"
            end = text.find(closing, at)
            if end < 0:
                missing.add(level)
            else:
                at = end + len(closing)
    return -1
