"""Services of a compose file that mount a gateway's files; the others reach them under the service's name, at the port
where they listen (https://docs.docker.com/reference/compose-file/services/: volumes, configs, networks)."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator

from authlint.expression import expression
from authlint.model.beyond import Behind, Link
from authlint.model.gateway import Gateway
from authlint.model.unknown import Unknown
from authlint.readers.links.files import Files
from authlint.readers.links.mounts import Mounted, started
from authlint.readers.yaml.compose import Broken, document, pieces
from authlint.readers.yaml.tree import Item
from authlint.record import mutable, record, replace
from authlint.text import Span

NAME = expression(r"(?:docker-)?compose[\w.\-]*\.ya?ml")


def is_compose(path: str) -> bool:
    return NAME.fullmatch(path.rpartition("/")[2]) is not None


@record
class Served:
    """A service with a gateway in it. `unsure`: why nobody can tell what it serves."""

    name: str
    gateway: Gateway
    files: frozenset[str]
    place: Span
    mount: Mounted
    exposed: bool
    unsure: str = ""


@mutable
class Composition:
    """The services of one compose file that have gateways in them, by each name that they have in its network."""

    services: dict[str, Served]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.services)

    @property
    def files(self) -> frozenset[str]:
        return frozenset(path for one in self.services.values() for path in one.files)

    def at(self, address: str, tls: bool, near: str) -> Behind | Unknown | None:
        name, colon, port = address.lower().rpartition(":")
        served = self.services.get(name if colon else port)
        number = int(port) if colon and port.isdigit() else 443 if tls else 80
        if served is None or not any(one.port == number for one in served.gateway.listeners):
            return None
        if served.unsure and number == 80:
            return Unknown(served.unsure)
        way = (
            Link(served.place, f"requests to {served.name} go to this service"),
            Link(served.mount.span, f"its configuration is {served.mount.key}"),
        )
        gateway = replace(served.gateway, beyond=self)
        return Behind(f"the service {served.name}", gateway, number, way, served.exposed)


def composition(path: str, text: str, files: Files) -> Composition | None:
    found: dict[str, Served] = {}
    for piece in pieces(text):
        item = document(path, piece)
        if item is None or isinstance(item, Broken):
            continue
        services = item.get("services")
        for service in services.entries() if services is not None else ():
            served = _served(path, item, service, files)
            for name in _names(service) if served is not None else ():
                if served is not None:
                    found[name] = served
    return Composition(found) if found else None


def _served(path: str, whole: Item, service: Item, files: Files) -> Served | None:
    mounted = list(_mounted(path, whole, service))
    chosen, main = started(mounted, service)
    gateway = files.gateway([one.key for one in chosen])
    if gateway is None:
        return None
    alone = not main and any(one.alone for one in chosen)
    return Served(
        service.name,
        gateway,
        frozenset(one.key for one in chosen),
        service.span,
        chosen[0],
        service.get("ports") is not None or service.text_at("network_mode") == "host",
        f"the image of {service.name} may have a server of its own beside {chosen[0].key}" if alone else "",
    )


def _names(service: Item) -> Iterator[str]:
    yield service.name.lower()
    if service.text_at("container_name"):
        yield service.text_at("container_name").lower()
    networks = service.get("networks")
    for network in networks.entries() if networks is not None else ():
        aliases = network.get("aliases")
        for one in aliases.items() if aliases is not None else ():
            yield one.text.lower()


def _mounted(path: str, whole: Item, service: Item) -> Iterator[Mounted]:
    """The files of the project that a service's container finds."""
    for source, target, place in (*_volumes(service), *_configs(whole, service)):
        if not source.startswith((".", "/")) or "$" in source or not target.startswith("/"):
            continue
        here = posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
        if os.path.isdir(here):
            for name in sorted(os.listdir(here)):
                yield Mounted(posixpath.join(target, name), "", posixpath.join(here, name), False, place)
        else:
            yield Mounted(posixpath.normpath(target), "", here, True, place)


def _volumes(service: Item) -> Iterator[tuple[str, str, Span]]:
    listed = service.get("volumes")
    for one in listed.items() if listed is not None else ():
        if one.kind == "text":
            source, _, rest = one.text.partition(":")
            yield source, rest.partition(":")[0], one.words
        elif one.text_at("type") == "bind":
            yield one.text_at("source"), one.text_at("target"), one.words


def _configs(whole: Item, service: Item) -> Iterator[tuple[str, str, Span]]:
    listed = service.get("configs")
    for one in listed.items() if listed is not None else ():
        name = one.text if one.kind == "text" else one.text_at("source")
        file = whole.text_at("configs", name, "file")
        if file:
            source = file if file.startswith((".", "/")) else f"./{file}"
            yield source, one.text_at("target") or f"/{name}", one.words
