"""Which files a container finds, of those that ConfigMaps hold
(https://kubernetes.io/docs/concepts/storage/volumes/#configmap), and which of them its server starts with."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from authlint.expression import expression
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

MAINS = (
    "/etc/nginx/nginx.conf",
    "/usr/local/nginx/conf/nginx.conf",
    "/usr/local/openresty/nginx/conf/nginx.conf",
    "/opt/bitnami/nginx/conf/nginx.conf",
    "/etc/envoy/envoy.yaml",
)
# What the main file of the images of these servers includes: https://hub.docker.com/_/nginx ,
# https://hub.docker.com/r/openresty/openresty , https://github.com/bitnami/containers (nginx, "server_blocks").
PARTS = expression(
    r"/etc/nginx/conf\.d/[^/]+\.conf|/etc/nginx/http\.d/[^/]+\.conf|/etc/nginx/templates/[^/]+\.template"
    r"|/opt/bitnami/nginx/conf/server_blocks/[^/]+\.conf|/etc/nginx/sites-enabled/[^/]+"
)
TELLING = ("-c", "--config-path")  # https://nginx.org/en/docs/switches.html, Envoy's operations/cli


@record
class Mounted:
    """A file of a container: the ConfigMap and the key that it comes from. `alone`: it is mounted by itself, among
    what the image holds in that folder; `span` is the place that says where."""

    path: str
    config_map: str
    key: str
    alone: bool
    span: Span


def mounted(pod: Item, container: Item, keys: Mapping[str, tuple[str, ...]]) -> Iterator[Mounted]:
    """The files of ConfigMaps that a container finds; `keys` are those of each ConfigMap."""
    volumes = _volumes(pod, keys)
    listed = container.get("volumeMounts")
    for mount in listed.items() if listed is not None else ():
        where, below = mount.text_at("mountPath"), mount.text_at("subPath")
        at = mount.get("mountPath")
        for path, name, key in volumes.get(mount.text_at("name"), ()) if at is not None else ():
            assert at is not None
            if not below:
                yield Mounted(posixpath.join(where, path), name, key, False, at.span)
            elif below == path:
                yield Mounted(posixpath.normpath(where), name, key, True, at.span)


def _volumes(pod: Item, keys: Mapping[str, tuple[str, ...]]) -> dict[str, list[tuple[str, str, str]]]:
    """Of each volume the files: path, ConfigMap and key."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    listed = pod.get("volumes")
    for volume in listed.items() if listed is not None else ():
        sources = [(volume.get("configMap"), "name")]
        projected = volume.at("projected", "sources")
        for one in projected.items() if projected is not None else ():
            sources.append((one.get("configMap"), "name"))
        for source, called in sources:
            name = source.text_at(called) if source is not None else ""
            if source is not None and name in keys:
                files = list(_files(source, name, keys[name]))
                found.setdefault(volume.text_at("name"), []).extend(files)
    return found


def _files(source: Item, name: str, keys: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    chosen = source.get("items")
    if chosen is None:
        yield from ((key, name, key) for key in keys)
    for one in chosen.items() if chosen is not None else ():
        yield one.text_at("path"), name, one.text_at("key")


def main_of(container: Item) -> str | None:
    """The file that the container's command names as its configuration."""
    given = [item for name in ("command", "args") if (item := container.get(name)) is not None]
    words = [
        word
        for item in given
        for word in (item.text.split() if item.kind == "text" else [one.text for one in item.items()])
    ]
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in TELLING:
            return value if equals else words[number + 1] if number + 1 < len(words) else None
    return None


def started(files: list[Mounted], container: Item) -> tuple[list[Mounted], bool]:
    """The files that the server starts with, and whether they are all of its configuration: its main file, or parts
    that the image's own main file includes."""
    named = main_of(container)
    mains = [one for one in files if (one.path == named if named else one.path in MAINS)]
    if mains:
        return mains[:1], True
    if named:
        return [], True
    return sorted((one for one in files if PARTS.fullmatch(one.path)), key=lambda one: one.path), False
