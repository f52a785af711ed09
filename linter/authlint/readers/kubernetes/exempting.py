"""no-auth-locations: a list of paths whose beginnings are compared letter by letter with those of Ingress objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.fact import Overreach
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Path, hosts
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.nodes import inert
from authlint.readers.nginx.expand import Node
from authlint.text import Span

CURE = "write the path with a slash at its end, or keep this list empty and use an Ingress of its own without auth"


def exempted(ingresses: Sequence[Manifest], controller: Controller) -> Iterator[Overreach]:
    """Ingress paths that ask for credentials and that an entry reaches only by its letters."""
    item = controller.item("no-auth-locations")
    if item is None:
        return
    entries = [text.strip() for text in item.text.split(",") if text.strip()]
    for host in hosts(ingresses).values():
        for path in host.paths:
            asks = _asks(path, controller)
            entry = next((text for text in entries if path.text.startswith(text)), None)
            beside = (
                entry is not None and path.text[len(entry) :][:1] not in ("", "/") and not entry.endswith("/")
            )
            if beside and asks is not None:
                yield Overreach(path.text, CURE, item.span, path.span, asks)


def _asks(path: Path, controller: Controller) -> Span | None:
    for name in ("auth-url", "auth-type"):
        if path.own.text(name):
            return path.own.span(name)
    everywhere = controller.item("global-auth-url") if path.own.flag("enable-global-auth", True) else None
    return everywhere.span if everywhere is not None else None


def all_exempted(controller: Controller) -> Iterator[Node]:
    """An entry with which every path begins: then nobody is asked anywhere."""
    item = controller.item("no-auth-locations")
    if item is not None and "/" in (text.strip() for text in item.text.split(",")):
        why = 'exempts every path: all begin with "/", and nobody is asked for anything'
        yield inert(item.span, why, "name the paths that are meant to be public", "authentication")
