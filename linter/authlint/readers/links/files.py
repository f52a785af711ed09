"""Files of a project as gateways: what a server makes of those that it starts with."""

from __future__ import annotations

import os
from collections.abc import Sequence

from authlint.model.gateway import Gateway
from authlint.model.joining import joined
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.envoy.read import read
from authlint.readers.library import Library
from authlint.readers.nginx.roots import roots
from authlint.record import field, mutable


@mutable
class Files:
    """Each file is read once."""

    library: Library
    _read: dict[str, list[Gateway]] = field(default_factory=dict)

    def gateway(self, paths: Sequence[str]) -> Gateway | None:
        """None where none of them serves a request."""
        found = [one for path in paths for one in self._of(path)]
        return joined(found) if found else None

    def _of(self, path: str) -> list[Gateway]:
        if path not in self._read:
            self._read[path] = self._gateways(path) if os.path.isfile(path) else []
        return self._read[path]

    def _gateways(self, path: str) -> list[Gateway]:
        library = self.library
        text = library.text(path)
        if text is not None and could_be_envoy(text):
            return list(read(path, text, library.troubles, library.text))
        found = roots(library, [path], (), (), lambda _: True)
        return [one.gateway for one in found if one.path == path and len(one.context) < 2]
