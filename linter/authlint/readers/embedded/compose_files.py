"""Files that a compose file holds itself
(https://docs.docker.com/reference/compose-file/configs/: `content`, with `$$` for a dollar sign)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.embedded.blocks import written
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.scan import GHOST
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.compose import Broken, document, pieces
from authlint.readers.yaml.tree import Item

DOLLAR = expression(r"\$\$|\$\{[^}\n]*\}|\$[A-Za-z_]\w*")


def excerpts(host: str, text: str) -> Iterator[Excerpt]:
    for piece in pieces(text):
        item = document(host, piece)
        if item is not None and not isinstance(item, Broken):
            yield from _configs(host, text, item)


def _configs(host: str, text: str, item: Item) -> Iterator[Excerpt]:
    listed = item.get("configs")
    targets = dict(_targets(item))
    for config in listed.entries() if listed is not None else ():
        content = config.get("content")
        inner = written(content, text) if content is not None else None
        if inner is not None:
            target = targets.get(config.name, f"/{config.name}")
            yield Excerpt(host, f"{host}{target}", DOLLAR.sub(_filled, inner), alone=False)


def _filled(found: re.Match[str]) -> str:
    """A dollar sign that is meant as one, or something that the environment brings."""
    return GHOST + "$" if found[0] == "$$" else HOLE * len(found[0])


def _targets(item: Item) -> Iterator[tuple[str, str]]:
    """Where services find each config."""
    services = item.get("services")
    for service in services.entries() if services is not None else ():
        used = service.get("configs")
        for one in used.items() if used is not None else ():
            source, target = one.text_at("source"), one.text_at("target")
            if source and target.startswith("/"):
                yield source, target
