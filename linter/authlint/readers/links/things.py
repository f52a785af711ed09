"""The objects of a cluster that say where requests to a Service end: Services, workloads, ConfigMaps.

Documents are told from their bytes, and only those are parsed that may be about what is looked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from authlint.expression import expression
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.compose import Broken, document, pieces
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod")
KIND = expression(
    rb"kind[\"']?[ \t]*:[ \t]*[\"']?(Service|ConfigMap|Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|List)\b"
)
DEEPEST = 3  # lists in lists
GENERATED = "generated ConfigMap"
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml")


@record
class Thing:
    """An object. `namespace` is empty where it does not say it."""

    kind: str
    namespace: str
    name: str
    item: Item
    file: str  # the text of its file

    @property
    def path(self) -> str:
        return self.item.path

    @property
    def span(self) -> Span:
        name = self.item.at("metadata", "name")
        return name.span if name is not None else self.item.words

    @cached_property
    def pod(self) -> Item | None:
        """The spec of a workload's pods."""
        return self.item.get("spec") if self.kind == "Pod" else self.item.at("spec", "template", "spec")

    @cached_property
    def labels(self) -> dict[str, str]:
        """Of a workload's pods."""
        names = ("metadata", "labels") if self.kind == "Pod" else ("spec", "template", "metadata", "labels")
        return texts(self.item.at(*names))


def texts(item: Item | None) -> dict[str, str]:
    return {one.name: one.text for one in item.entries()} if item is not None else {}


class Things:
    """The objects of a project's documents, by kind; `read` gives a document's text, `raw` its bytes."""

    def __init__(
        self, paths: Sequence[str], raw: Callable[[str], bytes], read: Callable[[str], str | None]
    ) -> None:
        self.paths, self.raw, self.read = paths, raw, read
        self.parsed: dict[str, list[Thing]] = {}

    @cached_property
    def kinds(self) -> dict[str, list[str]]:
        """The documents in which each kind of object is spoken of."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            raw = self.raw(path)
            for kind in {one.decode() for one in KIND.findall(raw)} if b"kind" in raw else ():
                found.setdefault(kind, []).append(path)
        return found

    def of(self, kinds: Iterable[str], words: Iterable[str]) -> Iterator[Thing]:
        """The objects of these kinds in documents that have one of the words."""
        wanted = frozenset(kinds)
        looked = [word.encode() for word in words if word]
        paths = dict.fromkeys(path for kind in (*wanted, "List") for path in self.kinds.get(kind, ()))
        for path in sorted(paths):
            raw = self.raw(path)
            if any(word in raw for word in looked):
                yield from (one for one in self._things(path) if one.kind in wanted)

    def generated(self) -> Iterator[Thing]:
        """ConfigMaps that a kustomization makes of files
        (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/)."""
        for path in self.paths:
            if os.path.basename(path) in KUSTOMIZATIONS and b"configMapGenerator" in self.raw(path):
                text = self.read(path) or ""
                for piece in pieces(text):
                    item = document(path, piece)
                    listed = item.get("configMapGenerator") if isinstance(item, Item) else None
                    for one in listed.items() if listed is not None else ():
                        if one.text_at("name") and HOLE not in one.text_at("name"):
                            yield Thing(GENERATED, "", one.text_at("name"), one, text)

    def _things(self, path: str) -> list[Thing]:
        if path not in self.parsed:
            text = self.read(path)
            self.parsed[path] = list(_parsed(path, text)) if text is not None else []
        return self.parsed[path]


def _parsed(path: str, text: str) -> Iterator[Thing]:
    for piece in pieces(text):
        if KIND.search(piece.text.encode("utf-8", "replace")):
            item = document(path, piece)
            if item is not None and not isinstance(item, Broken):
                yield from _unpacked(item, text, 0)


def _unpacked(item: Item, text: str, depth: int) -> Iterator[Thing]:
    kind = item.text_at("kind")
    if kind.endswith("List") and depth < DEEPEST:
        listed = item.get("items")
        for one in listed.items() if listed is not None else ():
            yield from _unpacked(one, text, depth + 1)
        return
    name = item.text_at("metadata", "name")
    if name and HOLE not in name:
        yield Thing(kind, item.text_at("metadata", "namespace"), name, item, text)


def the_one(found: Sequence[Thing], near: str) -> Thing | None:
    """The only one, or of several the only one in the folder of the file `near`: a folder is applied as a whole."""
    if len(found) == 1:
        return found[0]
    beside = [one for one in found if os.path.dirname(one.path) == os.path.dirname(near)]
    return beside[0] if len(beside) == 1 else None
