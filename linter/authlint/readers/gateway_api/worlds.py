"""Objects that are there once for each cluster: folders of which each is applied by itself.

A repository often holds the same objects for staging and for production, in folders side by side. What lies in none of
these folders is taken to belong to each of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from authlint.readers.kubernetes.manifests import Manifest

# What an object must say to be one, and not a patch of another.
NEEDED = {
    "SecurityPolicy": ("targetRef", "targetRefs", "targetSelectors"),
    "HTTPRoute": ("rules",),
    "Gateway": ("listeners",),
}
MOST = 8  # folders that are looked at, each for itself


def worlds(manifests: Sequence[Manifest]) -> list[list[Manifest]]:
    """The objects that are in force together; all of them where folders do not tell them apart."""
    branches = _branches(manifests)
    if not branches:
        return [list(manifests)]
    found = []
    for branch in branches[:MOST]:
        others = [one for one in branches if one != branch]
        found.append([one for one in manifests if not any(_lies_in(one.path, other) for other in others)])
    return found


def _branches(manifests: Sequence[Manifest]) -> list[str]:
    """The folders side by side; none where one of them would lie in another, or one object twice in one."""
    found: dict[str, None] = {}
    for several in _copies(manifests):
        folders = [os.path.dirname(one.path) for one in several]
        common = os.path.commonpath([f"/{one}" for one in folders])[1:]
        parts = [folder[len(common) :].strip("/").partition("/")[0] for folder in folders]
        if not all(parts) or len(set(parts)) < len(parts) or not all(map(_is_whole, several)):
            return []
        found.update(dict.fromkeys(os.path.join(common, part) for part in parts))
    listed = list(found)
    nested = any(_lies_in(one, other) for one in listed for other in listed if one != other)
    return [] if nested else listed


def _copies(manifests: Sequence[Manifest]) -> Iterator[list[Manifest]]:
    """Objects of one name that differ."""
    named: dict[tuple[str, str, str, str], list[Manifest]] = {}
    for one in manifests:
        if one.kind in NEEDED:
            named.setdefault((one.group, one.kind, one.namespace, one.name), []).append(one)
    yield from (several for several in named.values() if len({one.written for one in several}) > 1)


def _is_whole(one: Manifest) -> bool:
    return any(one.item.at("spec", name) is not None for name in NEEDED[one.kind])


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
