"""Kustomize: an overlay says in a file of its own what it changes of an object that lies elsewhere.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ : a patch that looks like an object is
laid over the one of its name; one that is a list of operations is not read, and what it is for is uncertain.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence

from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.compose import document, pieces
from authlint.readers.yaml.tree import Item
from authlint.record import record, replace
from authlint.text import Span

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MOST = 6  # overlays that are looked at, each for itself


@record
class Unread:
    """A patch whose effect is not read, on the Ingress of this name; "": on any."""

    name: str
    span: Span


@record
class Overlays:
    """What the kustomizations of a project say of Ingress objects."""

    files: frozenset[str] = frozenset()  # that hold patches
    unread: tuple[Unread, ...] = ()


NONE = Overlays()


def overlays(texts: Sequence[tuple[str, str]], kinds: Sequence[str] = ("Ingress",)) -> Overlays:
    """Of kustomizations, each a path and its text: what is of interest are objects of these kinds."""
    files: set[str] = set()
    unread: list[Unread] = []
    for path, text in texts:
        for piece in pieces(text):
            item = document(path, piece)
            if isinstance(item, Item):
                for found in _patches(item, os.path.dirname(path), kinds):
                    if isinstance(found, str):
                        files.add(found)
                    else:
                        unread.append(found)
    return Overlays(frozenset(files), tuple(unread))


def _patches(item: Item, folder: str, kinds: Sequence[str]) -> Iterator[str | Unread]:
    for name in ("patchesStrategicMerge", "patches", "patchesJson6902"):
        listed = item.get(name)
        for one in listed.items() if listed is not None else ():
            written = one if one.kind == "text" else one.get("patch") or one.get("path")
            if written is None:
                continue
            if "\n" not in written.text and written.text.endswith((".yaml", ".yml", ".json")):
                yield posixpath.normpath(posixpath.join(folder, written.text))
            elif _is_for(one, written.text, kinds):
                yield Unread(one.text_at("target", "name"), one.words)


def _is_for(one: Item, text: str, kinds: Sequence[str]) -> bool:
    kind = one.text_at("target", "kind")
    return kind in kinds if kind else any(word in text for word in kinds)


def doubted(found: Sequence[Manifest], known: Overlays) -> list[Manifest]:
    """The objects, uncertain where a patch is laid over them or they are one: nobody lays these over each other."""
    return [
        replace(one, uncertain=one.span) if one.path in known.files else _doubted(one, known) for one in found
    ]


def applied(ingresses: Sequence[Manifest], known: Overlays) -> list[list[Manifest]]:
    """The sets of objects that are in force together: as they are, or as each folder of patches makes them."""
    bases = [_doubted(one, known) for one in ingresses if one.routes and one.path not in known.files]
    patches = [one for one in ingresses if not one.routes or one.path in known.files]
    homes: dict[int, list[Manifest]] = {}
    for patch in patches:
        base = _nearest(patch, bases)
        if base is not None:
            homes.setdefault(id(base), []).append(patch)
    folders = sorted({os.path.dirname(one.path) for several in homes.values() for one in several})
    if not folders:
        return [bases] if bases else []
    return [[_patched(base, homes.get(id(base), []), folder) for base in bases] for folder in folders[:MOST]]


def _doubted(ingress: Manifest, known: Overlays) -> Manifest:
    for one in known.unread:
        if one.name in ("", ingress.name):
            return replace(ingress, uncertain=one.span)
    return ingress


def _nearest(patch: Manifest, bases: Sequence[Manifest]) -> Manifest | None:
    """The object of that name whose folder is closest; none where two are as close."""
    named = [base for base in bases if base.name == patch.name]
    ranked = sorted(named, key=lambda base: _shared(base.path, patch.path), reverse=True)
    tied = len(ranked) > 1 and _shared(ranked[0].path, patch.path) == _shared(ranked[1].path, patch.path)
    return ranked[0] if ranked and not tied else None


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    same = [left == right for left, right in zip(one.split("/"), other.split("/"), strict=False)]
    return (*same, False).index(False)


def _patched(base: Manifest, patches: Sequence[Manifest], folder: str) -> Manifest:
    own = tuple(one.item for one in patches if os.path.dirname(one.path) == folder)
    return replace(base, patches=own) if own else base
