"""Two Ingress objects with the same host and path: the older one counts, with all of its annotations.

internal/ingress/controller/controller.go, getBackendServers: a location that is there is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.fact import Overridden
from authlint.readers.kubernetes.hosts import Path, hosts
from authlint.readers.kubernetes.manifests import Manifest

POLICIES = (
    *("auth-url", "auth-type", "auth-signin", "enable-global-auth", "satisfy"),
    *("allowlist-source-range", "whitelist-source-range", "enable-cors", "cors-allow-origin"),
)
CURE = "keep one Ingress for this path, or give both the same annotations"
EFFECT = "the older object counts, and the controller passes over the other one's annotations"


def overridden(ingresses: Sequence[Manifest]) -> Iterator[Overridden]:
    for host in hosts(ingresses).values():
        for path in host.paths:
            rival = path.rival
            if (
                rival is not None
                and not path.by_default
                and _are_applied(path, rival)
                and _said(path) != _said(rival)
            ):
                name = next(one for one in POLICIES if path.own.text(one) != rival.own.text(one))
                why = f"asks for other things than another Ingress with the same path ({name})"
                span = rival.own.span(name) or path.own.span(name) or path.span
                other = path.span if rival.own.span(name) else rival.span
                yield Overridden(f"{host.name or 'any host'}{path.text}", why, EFFECT, CURE, span, other)


def _are_applied(path: Path, rival: Path) -> bool:
    """Whether both are applied as they stand. Several files may hold variants of one object, or an overlay and its
    base; one file is applied as a whole."""
    masked = any(one.masked(name) for one in (path.own, rival.own) for name in POLICIES)
    return not masked and rival.span.path == path.span.path and _name(rival) != _name(path)


def _name(path: Path) -> tuple[str, str]:
    return path.ingress.namespace, path.ingress.name


def _said(path: Path) -> tuple[str, ...]:
    return tuple(path.own.text(name) for name in POLICIES)
