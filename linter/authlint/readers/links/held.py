"""ConfigMaps whose files are the configuration of a gateway."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence

from authlint.model.gateway import Gateway
from authlint.model.joining import joined
from authlint.readers.embedded import configmaps
from authlint.readers.embedded.find import NGINX
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.envoy.documents import held
from authlint.readers.envoy.read import gateway
from authlint.readers.glance import GATEWAYS
from authlint.readers.library import Library
from authlint.readers.links.files import Files
from authlint.readers.links.mounts import Mounted
from authlint.readers.links.things import GENERATED, Thing, Things, texts, the_one
from authlint.readers.nginx.roots import roots
from authlint.record import field, mutable
from authlint.text import Source


@mutable
class ConfigMaps:
    """Those that may hold a gateway's files, and the gateways, read when they are asked for."""

    things: Things
    library: Library
    plain: Files
    _all: list[Thing] | None = None
    _read: dict[str, dict[str, Gateway]] = field(default_factory=dict)  # of each file, by map/key

    @property
    def all(self) -> list[Thing]:
        if self._all is None:
            words = [word.decode() for word in GATEWAYS]
            found = (*self.things.of(("ConfigMap",), words), *self.things.generated())
            self._all = [one for one in found if any(_serves(text) for text in self._data(one).values())]
        return self._all

    def files(self) -> Iterator[str]:
        """Where the texts of gateways stand."""
        for one in self.all:
            yield from _files(one).values() if one.kind == GENERATED else (one.path,)

    def _data(self, config_map: Thing) -> dict[str, str]:
        if config_map.kind == GENERATED:
            named = _files(config_map).items()
            return {key: self.library.text(path) or "" for key, path in named if os.path.isfile(path)}
        return texts(config_map.item.get("data"))

    def named(self, name: str, workload: Thing) -> Thing | None:
        """The ConfigMap that a workload means; None where that is not certain."""
        same = [
            one
            for one in self.all
            # A kustomization puts all that it makes into one namespace.
            if one.name == name and (one.kind == GENERATED or one.namespace == workload.namespace)
        ]
        return the_one(same, workload.path)

    def keys(self, workload: Thing) -> dict[str, tuple[str, ...]]:
        """The files of each ConfigMap that a workload could mount."""
        found = {one.name: self.named(one.name, workload) for one in self.all}
        return {name: tuple(self._data(one)) for name, one in found.items() if one is not None}

    def gateway(self, workload: Thing, files: Sequence[Mounted]) -> Gateway | None:
        """What a server makes of these files."""
        several: list[Gateway] = []
        for one in files:
            config_map = self.named(one.config_map, workload)
            found = self._gateways(config_map).get(f"{one.config_map}/{one.key}") if config_map else None
            if found is not None:
                several.append(found)
        return joined(several) if several else None

    def _gateways(self, config_map: Thing) -> dict[str, Gateway]:
        path = config_map.path
        if config_map.kind == GENERATED:
            made = ((key, self.plain.gateway([file])) for key, file in _files(config_map).items())
            return {f"{config_map.name}/{key}": found for key, found in made if found is not None}
        if path not in self._read:
            self._read[path] = dict((*self._nginx(config_map), *self._envoy(path)))
        return self._read[path]

    def _nginx(self, config_map: Thing) -> Iterator[tuple[str, Gateway]]:
        path, text = config_map.path, config_map.file
        self.library.sources.setdefault(path, Source(path, text))
        excerpts = list(configmaps.excerpts(path, text))
        for root in roots(self.library, (), (), (), lambda _: True, excerpts):
            if len(root.context) < 2:
                yield root.path.removeprefix(f"{path}/"), root.gateway

    def _envoy(self, path: str) -> Iterator[tuple[str, Gateway]]:
        for one in self.all:
            if one.path == path:
                data = one.item.get("data")
                for entry in data.entries() if data is not None else ():
                    for item in held(entry, one.file, self.library.troubles):
                        found = gateway(item, self.library.text, self.library.troubles)
                        if found is not None:
                            yield f"{one.name}/{entry.name}", found


def _files(generated: Thing) -> dict[str, str]:
    """The files of a ConfigMap that is made of them, by key: `key=path`, or a path whose last part is the key."""
    listed = generated.item.get("files")
    found: dict[str, str] = {}
    for one in listed.items() if listed is not None else ():
        key, equals, path = one.text.partition("=")
        path = path if equals else key
        key = key if equals else posixpath.basename(path)
        found[key] = posixpath.normpath(posixpath.join(posixpath.dirname(generated.path), path))
    return found


def _serves(text: str) -> bool:
    return any(word.decode() in text for word in NGINX) or could_be_envoy(text)
