"""Which paths a glob of authlint.toml means."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(path: str, glob: str) -> bool:
    """Whether a path relative to the project root (with `/`) is meant.

    `*` and `?` stay within a folder, `**` crosses folders. A glob without `/` means a name anywhere; a
    folder means everything below it.
    """
    return _pattern(glob).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    body = glob.strip().removeprefix("./").rstrip("/")
    anchored = "/" in body
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", body.lstrip("/"))
    special = {"**/": r"(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    regex = "".join(special.get(part) or re.escape(part) for part in parts)
    return re.compile(("" if anchored else r"(?:.*/)?") + regex + r"(?:/.*)?", re.DOTALL)
