"""Objects in manifests: several documents in a file, lists of objects, YAML or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from authlint.readers.trouble import Trouble
from authlint.readers.yaml.compose import Broken, Piece, document, pieces
from authlint.readers.yaml.tree import Item
from authlint.text import Span

# The kinds that are looked into; a document of another kind is not even parsed.
KINDS = re.compile(
    r"kind[\"']?[ \t]*:[ \t]*[\"']?(?:Ingress|IngressList|List|IngressClass|ConfigMap|Secret)\b"
)
HOLDING = ("List", "IngressList", "ConfigMapList", "SecretList", "ServiceList")


@dataclass(frozen=True)
class Manifest:
    """One object. `group` is its API group without the version ("networking.k8s.io"); `file` the file's text."""

    kind: str
    group: str
    namespace: str
    name: str
    item: Item
    file: str

    @property
    def path(self) -> str:
        return self.item.path

    def annotations(self) -> Mapping[str, Item]:
        return self._annotations

    @cached_property
    def _annotations(self) -> dict[str, Item]:
        found = self.item.at("metadata", "annotations")
        return {one.name: one for one in found.entries()} if found is not None else {}

    def labels(self) -> dict[str, str]:
        found = self.item.at("metadata", "labels")
        return {one.name: one.text for one in found.entries()} if found is not None else {}

    @property
    def namespaced(self) -> bool:
        """Whether it says its namespace; else the one in which it is applied counts, and nobody knows it."""
        return bool(self.item.text_at("metadata", "namespace"))

    def keys(self) -> set[str]:
        """The names under which a Secret or a ConfigMap holds something; of a Secret nothing else is looked at."""
        parts = (self.item.get(part) for part in ("data", "stringData"))
        return {one.name for part in parts if part is not None for one in part.entries()}

    @property
    def span(self) -> Span:
        """The object's name, else its first line."""
        name = self.item.at("metadata", "name")
        return name.span if name is not None else self.item.words


def objects(path: str, text: str, troubles: list[Trouble]) -> list[Manifest]:
    """The objects of a file that are of interest; a broken document costs itself alone."""
    found: list[Manifest] = []
    for piece in pieces(text):
        if KINDS.search(piece.text):
            found.extend(_document(path, text, piece, troubles))
    return found


def _document(path: str, text: str, piece: Piece, troubles: list[Trouble]) -> Iterator[Manifest]:
    item = document(path, piece)
    if isinstance(item, Broken):
        kind = "template-skipped" if item.template else "syntax-error"
        troubles.append(Trouble(kind, item.message, item.span, harmless=item.template))
    elif item is not None:
        yield from _objects(item, text, 0)


def _objects(item: Item, text: str, depth: int) -> Iterator[Manifest]:
    kind = item.text_at("kind")
    if kind in HOLDING and depth < 3:
        listed = item.get("items")
        for one in listed.items() if listed is not None else ():
            yield from _objects(one, text, depth + 1)
    elif kind:
        group = item.text_at("apiVersion").rpartition("/")[0]
        names = (item.text_at("metadata", "namespace") or "default", item.text_at("metadata", "name"))
        yield Manifest(kind, group, *names, item, text)


# Annotations that name another object of the same namespace.
NAMING = ("auth-secret", "auth-proxy-set-headers", "custom-headers")


def named_by(manifests: Iterable[Manifest]) -> set[str]:
    """The names of objects that these name in their annotations."""
    found: set[str] = set()
    for one in manifests:
        for key, item in one.annotations().items():
            if key.endswith(NAMING) and item.text and not item.masked:
                found.add(item.text.strip().rpartition("/")[2])
    return found - {""}
