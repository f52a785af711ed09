"""Istio's objects of a project, sorted by kind, and which of them nobody can rely on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.kubernetes.manifests import HIDDEN, Manifest
from authlint.readers.yaml.tree import Item
from authlint.record import record

GROUPS = {
    "Gateway": "networking.istio.io",
    "VirtualService": "networking.istio.io",
    "EnvoyFilter": "networking.istio.io",
    "RequestAuthentication": "security.istio.io",
    "AuthorizationPolicy": "security.istio.io",
    "WasmPlugin": "extensions.istio.io",
    "TrafficExtension": "extensions.istio.io",
    "IstioOperator": "install.istio.io",
    "ConfigMap": "",  # the mesh's settings
}
# Those that a repository may hold once for each cluster, with what they say and a patch of them may not.
WHOLE = {
    ("networking.istio.io", "Gateway"): ("servers",),
    ("networking.istio.io", "VirtualService"): ("http", "tls", "tcp"),
    ("security.istio.io", "RequestAuthentication"): ("jwtRules",),
    ("security.istio.io", "AuthorizationPolicy"): (),
}
FILLED_IN = ("{{", "{%", "${")  # by a template, envsubst or a deploying tool
ROOT = "istio-system"  # the namespace whose policies are for all, unless the mesh has another


@record
class Object:
    """One object. `unsure`: what it says is not what is in force, or not all of it."""

    manifest: Manifest
    unsure: bool

    @property
    def kind(self) -> str:
        return self.manifest.kind

    @property
    def namespace(self) -> str:
        return self.manifest.namespace

    @property
    def spec(self) -> Item:
        """An object without a spec has an empty one."""
        return self.manifest.item.get("spec") or self.manifest.item

    def at(self, *names: str) -> Item | None:
        return self.manifest.item.at("spec", *names)

    def listed(self, *names: str) -> list[Item]:
        found = self.at(*names)
        return found.items() if found is not None else []

    def words(self, *names: str) -> list[str]:
        return [one.text for one in self.listed(*names)]

    def labels(self, *names: str) -> dict[str, str]:
        found = self.at(*names)
        return {one.name: one.text for one in found.entries()} if found is not None else {}


@record
class Objects:
    """`hidden`: a policy, or something that changes the proxy, stands in a document that nobody can read."""

    found: tuple[Object, ...]
    hidden: bool
    root: str

    def of(self, *kinds: str) -> list[Object]:
        return [one for one in self.found if one.kind in kinds]


def objects(manifests: Sequence[Manifest]) -> Objects:
    """Each once. One that is written twice, and not alike, is in force in a way that nobody knows."""
    ours = [one for one in manifests if GROUPS.get(one.kind) == one.group]
    first: dict[tuple[str, str, str], Manifest] = {}
    twice: set[tuple[str, str, str]] = set()
    for one in ours:
        other = first.setdefault(_key(one), one)
        if other is not one and _said(other) != _said(one):
            twice.add(_key(one))
    found = tuple(Object(one, key in twice or _is_changed(one)) for key, one in first.items())
    hidden = any(one.group == HIDDEN and one.kind in GROUPS and one.kind != "ConfigMap" for one in manifests)
    return Objects(found, hidden, _root(found))


def _said(one: Manifest) -> object:
    return shape(one.item.get("spec")), shape(one.item.get("data"))


def _key(one: Manifest) -> tuple[str, str, str]:
    return one.kind, one.namespace, one.name


def _is_changed(one: Manifest) -> bool:
    return one.uncertain is not None or any(mark in one.written for mark in FILLED_IN)


def _root(found: Sequence[Object]) -> str:
    for one in found:
        said = one.at("meshConfig", "rootNamespace")
        if one.kind == "IstioOperator" and said is not None:
            return said.text
    return ROOT


def shape(item: Item | None) -> object:
    """What a value says, wherever it stands."""
    if item is None or item.kind == "null":
        return None
    if item.kind == "map":
        return sorted(((one.name, shape(one)) for one in item.entries()), key=lambda pair: pair[0])
    return [shape(one) for one in item.items()] if item.kind == "list" else item.text


def texts(item: Item | None, *names: str) -> Iterator[Item]:
    """The texts of a list under names inside names."""
    found = item.at(*names) if item is not None else None
    yield from found.items() if found is not None else ()
