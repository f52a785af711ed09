"""Other spellings of a path, which an application may take for the same; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.site import Endpoint
from authlint_rules.questions.asked import path_of


def respelt(endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    """Other spellings of the path, and why they are not covered."""
    text, kind = endpoint.focus or endpoint.route.match.text, endpoint.route.match.kind
    path = path_of(endpoint)
    if text == "/" or not path.startswith("/") or "%" in path:
        return
    if kind in ("prefix", "segments") and text.endswith("/"):
        yield text.rstrip("/"), "does not cover the path without its slash"
    if kind == "exact" and "." not in path.rpartition("/")[2]:
        yield path.rstrip("/") + "/", "covers this path alone, and not the one with a slash"
    if kind in ("pattern", "full"):
        return
    first = path[1:].partition("/")[0]
    rest = path[1 + len(first) :]
    if first.isalpha():
        yield f"/{first.upper()}{rest}", "is compared letter by letter: capitals are another path"
        yield f"/{first};x=1{rest}", "is compared letter by letter: a parameter makes another path"
    yield f"/{path}", "is compared before slashes are merged"
    yield f"/%{ord(path[1]):x}{path[2:]}", "is compared before the path is decoded"
    yield f"/x/..{path}", "is compared before the path is made plain"
