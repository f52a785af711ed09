"""proxy-cookie-path and proxy-cookie-domain: the value stands in the directive as it is (nginx.tmpl, 1.15)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Path
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node


def cookies(path: Path, controller: Controller) -> Iterator[Node]:
    """What becomes of the cookies of a Service: by annotation, else as the controller is told."""
    for kind in ("path", "domain"):
        item = path.own.get(f"proxy-cookie-{kind}") or controller.item(f"proxy-cookie-{kind}")
        words = item.text.split() if item is not None else []
        if item is not None and len(words) == 2:
            yield node(item.span, f"proxy_cookie_{kind}", *words)
