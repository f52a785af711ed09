"""Where requests come in: the listeners of a Gateway, and which routes are attached to them.

https://gateway-api.sigs.k8s.io/reference/spec/#listener and #parentreference. A Gateway that is not in the project is
taken to have the listeners that its routes speak of, else one with TLS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.gateway_api.objects import GATEWAY, Thing, is_at_home
from authlint.readers.kubernetes.manifests import NOWHERE
from authlint.readers.yaml.tree import Item
from authlint.record import entity

SECURE = ("https", "tls", "443")


@entity
class Door:
    """A listener; `item` is where it is written, else what refers to it."""

    name: str
    port: int
    tls: bool
    hostname: Item | None
    item: Item


@entity
class Entrance:
    """A Gateway, in the project (`thing`) or not, with its listeners; `assumed` says what of them nobody has said."""

    name: str
    namespace: str
    thing: Thing | None
    doors: tuple[Door, ...]
    item: Item
    assumed: str = ""
    named: str = ""  # the namespace that those say who refer to one that is not in the project

    @property
    def home(self) -> str:
        """The namespace that it, or what refers to it, says; "": none."""
        return self.thing.home if self.thing is not None else self.named

    @property
    def doubt(self) -> str:
        return self.thing.doubt if self.thing is not None else ""


@entity
class Reference:
    """One of a route's parentRefs."""

    route: Thing
    name: str
    namespace: str
    section: str
    port: str
    item: Item

    @property
    def home(self) -> str:
        return self.item.text_at("namespace") or self.route.home


def references(route: Thing) -> Iterator[Reference]:
    """Those to Gateways; a route may name Services (of a mesh) too."""
    for one in route.listed("parentRefs"):
        kind, group = one.text_at("kind") or "Gateway", one.text_at("group") or GATEWAY
        if (kind, group) == ("Gateway", GATEWAY) and one.text_at("name"):
            namespace = one.text_at("namespace") or route.namespace
            yield Reference(
                route, one.text_at("name"), namespace, one.text_at("sectionName"), one.text_at("port"), one
            )


def entrance(thing: Thing) -> Entrance:
    """A Gateway of the project."""
    doors = tuple(door for one in thing.listed("listeners") if (door := _door(one)) is not None)
    return Entrance(thing.name, thing.namespace, thing, doors, thing.item)


def _door(item: Item) -> Door | None:
    """A listener that serves HTTP; one that hands TLS through unopened does not."""
    protocol = item.text_at("protocol")
    if protocol not in ("HTTP", "HTTPS"):
        return None
    said = item.text_at("port")
    port = int(said) if said.isdigit() else 443 if protocol == "HTTPS" else 80
    return Door(item.text_at("name"), port, protocol == "HTTPS", item.get("hostname"), item)


def supposed(several: Sequence[Reference]) -> Entrance:
    """A Gateway that is not in the project, as those speak of it that refer to it."""
    first = several[0]
    doors: dict[str, Door] = {}
    for one in several:
        word = one.section or one.port
        tls = not word or any(part in word.lower() for part in SECURE)
        port = int(one.port) if one.port.isdigit() else 443 if tls else 80
        doors.setdefault(word, Door(one.section, port, tls, None, one.item))
    where = "/".join(name for name in (first.namespace, first.name) if name != NOWHERE)
    listens = " and ".join(sorted({f"{one.port}{' with TLS' if one.tls else ''}" for one in doors.values()}))
    told = f"the Gateway {where}, which is not in this project, listens on {listens}"
    return Entrance(first.name, first.namespace, None, tuple(doors.values()), first.item, told, first.home)


def opened(one: Reference, into: Entrance) -> tuple[Door, ...]:
    """The listeners that a route is attached to."""
    if into.thing is None:
        word = one.section or one.port
        return tuple(
            door for door in into.doors if (door.name or str(door.port)) == word or (not word and door.tls)
        )
    return tuple(door for door in into.doors if _lets_in(door, one, into))


def _lets_in(door: Door, one: Reference, into: Entrance) -> bool:
    if one.section and one.section != door.name:
        return False
    if one.port and one.port != str(door.port):
        return False
    kinds = door.item.at("allowedRoutes", "kinds")
    if kinds is not None and not any(kind.text_at("kind") == "HTTPRoute" for kind in kinds.items()):
        return False
    said = door.item.text_at("allowedRoutes", "namespaces", "from") or "Same"
    return said != "Same" or is_at_home(one.route, into.home)


def meet(door: Door, route: Thing) -> list[Item]:
    """The names under which a route is served at a listener; the item of none stands for every name."""
    listed = route.listed("hostnames")
    if not listed:
        return [door.hostname] if door.hostname is not None else [route.item]
    if door.hostname is None:
        return listed
    return [found for one in listed if (found := _narrower(door.hostname, one)) is not None]


def _narrower(one: Item, other: Item) -> Item | None:
    """Of two names that can be one request's the one that fewer requests have."""
    mine, theirs = one.text.lower(), other.text.lower()
    if mine == theirs:
        return other
    if mine.startswith("*.") and theirs.removeprefix("*").endswith(mine[1:]):
        return other
    return one if theirs.startswith("*.") and mine.removeprefix("*").endswith(theirs[1:]) else None
