"""no-auth-locations: a list of paths whose beginnings are compared letter by letter with those of Ingress objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.fact import Overreach
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Path, hosts
from authlint.readers.kubernetes.manifests import Manifest
from authlint.text import Span

ALL = "name the paths that need no credentials: every path begins with a slash"
CURE = "write the path with a slash at its end, or keep this list empty and use an Ingress of its own without auth"


def exempted(ingresses: Sequence[Manifest], controller: Controller) -> Iterator[Overreach]:
    """Ingress paths that ask for credentials and that an entry reaches only by its letters; `/` reaches all of them."""
    item = controller.item("no-auth-locations")
    if item is None:
        return
    entries = [text.strip() for text in item.text.split(",") if text.strip()]
    for host in hosts(ingresses).values():
        for path in host.paths:
            entry = next((text for text in entries if path.text.startswith(text)), None)
            beside = (
                entry is not None and path.text[len(entry) :][:1] not in ("", "/") and not entry.endswith("/")
            )
            whole = entry == "/" and path.text != "/"
            asks = _asks(path) or _for_all(path, controller)
            if (beside or whole) and asks is not None:
                yield Overreach(path.text, ALL if whole else CURE, item.span, path.span, asks)


def _for_all(path: Path, controller: Controller) -> Span | None:
    item = controller.item("global-auth-url")
    return item.span if item is not None and path.own.flag("enable-global-auth", True) else None


def _asks(path: Path) -> Span | None:
    for name in ("auth-url", "auth-type"):
        if path.own.text(name):
            return path.own.span(name)
    return None
