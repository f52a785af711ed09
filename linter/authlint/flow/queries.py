"""Query strings taken apart and put together again, as a gateway does it that takes a parameter away."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote


def parameters(query: str | None, decoded: bool = True) -> dict[str, list[str]]:
    """Every parameter with its values in their order; a "+" is no blank (measured on Envoy 1.40: where credentials are
    looked for they are decoded, where routes are chosen they are not)."""
    found: dict[str, list[str]] = {}
    for pair in (query or "").split("&") if query else ():
        name, _, value = pair.partition("=")
        if decoded:
            name, value = unquote(name), unquote(value)
        found.setdefault(name, []).append(value)
    return found


def without(query: str, name: str) -> str | None:
    """The query without a parameter. The others come sorted by name, each with its "=" (measured)."""
    left = parameters(query)
    left.pop(name, None)
    pairs = [f"{key}={value}" for key in sorted(left) for value in left[key]]
    return "&".join(pairs) if pairs else None


def rewritten_query(query: str, given: Iterable[tuple[str, str]], removed: Iterable[str]) -> str | None:
    """The query with parameters set and others taken away; what stands in it stays as it is written (measured)."""
    left = parameters(query, decoded=False)
    left.update((name, [value]) for name, value in given)
    for name in removed:
        left.pop(name, None)
    pairs = [f"{key}={value}" for key in sorted(left) for value in left[key]]
    return "&".join(pairs) if pairs else None
