"""Objects that are there once for each cluster: folders of which each is applied by itself.

A repository often holds the same objects for staging and for production, in folders side by side. What lies in none of
these folders is taken to belong to each of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from authlint.readers.kubernetes.manifests import Manifest
from authlint.record import replace
from authlint.text import Span

# Of a group and a kind what an object must say to be one, and not a patch of another; nothing: whatever it says.
Needed = Mapping[tuple[str, str], tuple[str, ...]]
MOST = 8  # folders that are looked at, each for itself


def worlds(manifests: Sequence[Manifest], needed: Needed) -> list[list[Manifest]]:
    """The objects that are in force together; all of them where folders do not tell them apart. Where something is
    laid over one of a name, all of that name are uncertain, in whatever folder."""
    return _split(_doubted(manifests, needed), needed)


def _doubted(manifests: Sequence[Manifest], needed: Needed) -> list[Manifest]:
    unsure: dict[int, Span] = {}
    for several in _named(manifests, needed):
        patch = next(
            (one for one in several if one.uncertain is not None or not _is_whole(one, needed)), None
        )
        if patch is not None and len(several) > 1:
            unsure.update(dict.fromkeys(map(id, several), patch.span))
    return [replace(one, uncertain=unsure[id(one)]) if id(one) in unsure else one for one in manifests]


def _split(manifests: Sequence[Manifest], needed: Needed) -> list[list[Manifest]]:
    branches = _outermost(_branches(manifests, needed))
    if len(branches) < 2:
        return [list(manifests)]
    found = []
    for branch in branches[:MOST]:
        others = [one for one in branches if one != branch]
        inside = [one for one in manifests if not any(_lies_in(one.path, other) for other in others)]
        found += _split(inside, needed)
    return found[:MOST]


def _branches(manifests: Sequence[Manifest], needed: Needed) -> list[str]:
    """The folders side by side in which objects lie that have one name, alike or not."""
    found: dict[str, None] = {}
    copies = (several for several in _named(manifests, needed) if len(several) > 1)
    for several in copies:
        if any(one.uncertain is not None for one in several):
            continue
        folders = [os.path.dirname(one.path) for one in several]
        common = os.path.commonpath([f"/{one}" for one in folders])[1:]
        parts = [folder[len(common) :].strip("/").partition("/")[0] for folder in folders]
        if all(parts) and len(set(parts)) == len(parts):
            found.update(dict.fromkeys(os.path.join(common, part) for part in parts))
    return list(found)


def _outermost(branches: Sequence[str]) -> list[str]:
    return [one for one in branches if not any(_lies_in(one, other) for other in branches if one != other)]


def _named(manifests: Sequence[Manifest], needed: Needed) -> list[list[Manifest]]:
    found: dict[tuple[str, str, str, str], list[Manifest]] = {}
    for one in manifests:
        if (one.group, one.kind) in needed:
            found.setdefault((one.group, one.kind, one.namespace, one.name), []).append(one)
    return list(found.values())


def _is_whole(one: Manifest, needed: Needed) -> bool:
    names = needed[one.group, one.kind]
    return not names or any(one.item.at("spec", name) is not None for name in names)


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
