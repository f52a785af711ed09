"""Any configuration that a person names, as models."""

from __future__ import annotations

import os
from collections.abc import Sequence

from authlint.model.gateway import Gateway
from authlint.text import Sources


def open_gateways(paths: Sequence[str], sources: Sources) -> tuple[list[Gateway], str | None]:
    """A gateway for each path, and what is wrong with the first that cannot be read."""
    from authlint.readers.nginx.expand import Library
    from authlint.readers.nginx.read import read

    library = Library(sources, os.getcwd())
    gateways: list[Gateway] = []
    for path in paths:
        if not os.path.isfile(path):
            return [], f"{path}: there is no such file"
        reading = read(library, path)
        if reading is None:
            return [], f"{path}: {library.troubles[-1].message}"
        gateways.append(reading.gateway)
    return gateways, None
