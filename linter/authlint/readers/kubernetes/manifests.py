"""Objects in manifests: several documents in a file, lists of objects, YAML or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cached_property

from authlint.expression import expression
from authlint.readers.nginx.template import HOLE
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.compose import Broken, Piece, document, pieces
from authlint.readers.yaml.tree import Item
from authlint.record import record, replace
from authlint.text import Span

# The kinds that are looked into; a document of another kind is not even parsed.
KINDS = expression(
    r"kind[\"']?[ \t]*:[ \t]*[\"']?(?:Ingress|IngressList|List|IngressClass|ConfigMap|Secret)\b"
    r"|allowSnippetAnnotations|annotations-risk-level|image[\"']?[ \t]*:[^\n]*oauth2[-_]proxy"
    r"|global-auth-url|no-auth-locations|chart[\"']?[ \t]*:[ \t]*[\"']?ingress-nginx|nginx\.ingress\.kubernetes\.io/"
)
# Of what a control plane makes a proxy's configuration.
STEERED = expression(r"gateway\.networking\.k8s\.io/|gateway\.envoyproxy\.io/|istio\.io/|extensionProviders")
KIND = expression(r"(?m)^kind[ \t]*:[ \t]*[\"']?(\w+)")
# What Flux or envsubst puts in before an object is applied.
FILLED_IN = expression(r"\$\{\w[^{}\n]*\}")
SERVICE = expression(r"kind[\"']?[ \t]*:[ \t]*[\"']?(?:Service|List|ServiceList)\b")
HIDDEN = "hidden"  # the group of an object whose document nobody can read: its kind is all that is known
NOWHERE = "default"  # the namespace of an object that says none
HOLDING = ("List", "IngressList", "ConfigMapList", "SecretList", "ServiceList")


@record
class Manifest:
    """One object. `group` is its API group without the version ("networking.k8s.io"); `file` the file's text.

    `patches` are laid over it, the last one on top; with `uncertain` something changes it that was not read.
    """

    kind: str
    group: str
    namespace: str
    name: str
    item: Item
    file: str
    patches: tuple[Item, ...] = ()
    uncertain: Span | None = None
    from_values: bool = False  # a chart makes it: each file of values is for a release of its own

    @property
    def path(self) -> str:
        return self.item.path

    @property
    def written(self) -> str:
        """The object's own text."""
        node, start = self.item.node, self.item.start
        return self.file[start + node.start_mark.index : start + node.end_mark.index]

    def at(self, *names: str) -> Item | None:
        """The value under names inside names, of the topmost patch that has one."""
        found = (item.at(*names) for item in (*self.patches[::-1], self.item))
        return next((one for one in found if one is not None), None)

    @property
    def routes(self) -> bool:
        """Whether an Ingress says where requests go: else it is a part of one, to be laid over another."""
        return any(self.at("spec", name) is not None for name in ("rules", "defaultBackend", "backend"))

    def annotations(self) -> Mapping[str, Item]:
        return self._annotations

    @cached_property
    def _annotations(self) -> dict[str, Item]:
        merged: dict[str, Item] = {}
        for item in (self.item, *self.patches):
            found = item.at("metadata", "annotations")
            for one in found.entries() if found is not None else ():
                merged[one.name] = one
                if one.kind == "null" and self.patches:
                    del merged[one.name]
        return merged

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
    return [one for piece in documents(text) for one in of_document(path, text, piece, troubles)]


def steered(path: str, text: str, troubles: list[Trouble]) -> list[Manifest]:
    """The objects of a file of which a control plane makes a proxy's configuration; those that a template hides too,
    in the group HIDDEN."""
    found: list[Manifest] = []
    for whole in (one for one in pieces(text) if STEERED.search(one.text)):
        piece = replace(whole, text=FILLED_IN.sub(lambda part: HOLE * len(part[0]), whole.text))
        before = len(troubles)
        found += of_document(path, text, piece, troubles)
        place = document(path, Piece("{}", piece.start)) if len(troubles) > before else None
        if isinstance(place, Item):
            kinds = dict.fromkeys(KIND.findall(piece.text))
            found += [Manifest(kind, HIDDEN, NOWHERE, "", place, text) for kind in kinds]
    return found


def services(
    names: Set[str], paths: Iterable[str], raw: Callable[[str], bytes], read: Callable[[str], str | None]
) -> list[Manifest]:
    """The Services of these names in documents, whose bytes `raw` gives; what is broken is said elsewhere."""
    found: list[Manifest] = []
    words = [name.encode() for name in names]
    for path in paths:
        content = raw(path)
        if b"Service" in content and any(word in content for word in words):
            text = read(path) or ""
            for piece in (one for one in pieces(text) if SERVICE.search(one.text)):
                found += of_document(path, text, piece, [])
    return [one for one in found if one.kind == "Service" and not one.group and one.name in names]


def documents(text: str) -> Iterator[Piece]:
    """The documents of a file that are of interest, none of them read."""
    return (piece for piece in pieces(text) if KINDS.search(piece.text))


def of_document(path: str, text: str, piece: Piece, troubles: list[Trouble]) -> Iterator[Manifest]:
    """The objects of one document of the file whose whole text is `text`."""
    item = document(path, piece)
    if isinstance(item, Broken):
        kind = "template-skipped" if item.template else "syntax-error"
        troubles.append(Trouble(kind, item.message, item.span, harmless=item.template))
    elif item is not None and item.get("sops") is not None and item.text_at("kind") != "Secret":
        reason = "this document is encrypted with SOPS"
        troubles.append(Trouble("template-skipped", reason, item.words, harmless=True))
    elif item is not None:
        yield from _objects(item, text, 0)


def _objects(item: Item, text: str, depth: int) -> Iterator[Manifest]:
    kind = item.text_at("kind")
    if kind in HOLDING and depth < 3:
        listed = item.get("items")
        for one in listed.items() if listed is not None else ():
            yield from _objects(one, text, depth + 1)
    elif kind in ("", "HelmRelease", "Application", "ApplicationSet"):
        from authlint.readers.kubernetes.values import held

        yield from held(item, text)
    else:
        group = item.text_at("apiVersion").rpartition("/")[0]
        names = (item.text_at("metadata", "namespace") or NOWHERE, item.text_at("metadata", "name"))
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
