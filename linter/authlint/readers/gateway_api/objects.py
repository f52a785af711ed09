"""The objects of a project that the control plane reads, and what makes one of them uncertain.

An object that is there twice, and says two things, is in force in one form at a time: nobody knows in which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item
from authlint.record import entity

GATEWAY = "gateway.networking.k8s.io"
ENVOY = "gateway.envoyproxy.io"
# Templates may write these without anything being unclear: they name what is elsewhere.
NAMES = frozenset(("uri", "issuer", "clientID", "name", "namespace", "port", "audiences"))


@entity
class Thing:
    """An object; `doubt` says why nobody knows what it does, and is empty where somebody does."""

    manifest: Manifest
    doubt: str = ""

    @property
    def item(self) -> Item:
        return self.manifest.item

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def namespace(self) -> str:
        return self.manifest.namespace

    @property
    def home(self) -> str:
        """The namespace that it says; one that says none may be applied in any."""
        return self.namespace if self.manifest.namespaced else ""

    @property
    def title(self) -> str:
        return f"{self.manifest.kind} {self.namespace}/{self.name}"

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    def spec(self, *names: str) -> Item | None:
        return self.item.at("spec", *names)

    def listed(self, *names: str) -> list[Item]:
        found = self.item.at("spec", *names)
        return found.items() if found is not None else []


def things(manifests: Sequence[Manifest], group: str, kind: str) -> list[Thing]:
    """Each object of a kind once, in the order in which they are read."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    for one in manifests:
        if (one.group, one.kind) == (group, kind) and one.name:
            found.setdefault((one.namespace, one.name), []).append(one)
    return [_thing(several) for several in found.values()]


def _thing(several: list[Manifest]) -> Thing:
    first = several[0]
    if len({one.written for one in several}) > 1:
        return Thing(first, f"which of the {len(several)} objects {first.name} is in force")
    if first.uncertain is not None or first.patches:
        return Thing(first, f"what is made of {first.kind} {first.name}")
    return Thing(first)


def evident(manifests: Sequence[Manifest]) -> bool:
    """Whether something says that this control plane is meant: other ones read Gateway API objects too."""
    return any(one.group == ENVOY for one in manifests) or any(
        controlled(one) for one in manifests if one.kind == "GatewayClass" and one.group == GATEWAY
    )


def controlled(one: Manifest) -> bool:
    return one.item.text_at("spec", "controllerName").startswith(f"{ENVOY}/")


def is_at_home(one: Thing, home: str) -> bool:
    """Whether an object may lie in the namespace that another one says ("": none)."""
    return not one.home or not home or one.home == home


def holes(item: Item | None, spared: frozenset[str] = NAMES) -> Iterator[Item]:
    """The texts in a value that a template writes, but for those under these names."""
    if item is None or item.name in spared:
        return
    if item.kind == "map":
        for one in item.entries():
            yield from holes(one, spared)
    elif item.kind == "list":
        for one in item.items():
            yield from holes(one, spared)
    elif item.masked:
        yield item
