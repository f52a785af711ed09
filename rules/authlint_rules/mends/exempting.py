"""Routes and paths that are to be open."""

from __future__ import annotations

from authlint import evidence
from authlint.intent import Asked, Exempt, ExemptPath, Mend
from authlint.model.credential import Call, Jwt
from authlint.model.step import Ask, Basic
from authlint.site import Endpoint
from authlint.text import Span

KINDS: tuple[tuple[type | tuple[type, ...], Asked], ...] = (
    (Basic, "password"),
    ((Ask, Call), "service"),
    (Jwt, "token"),
)


def exempt(endpoint: Endpoint, check: Span, path: str, *, whole: bool) -> tuple[Mend, ...]:
    """The `whole` route, if all of it is to be open; otherwise the path alone, at the check."""
    found: list[Mend] = []
    route = endpoint.route
    if whole and len(route.match.text) > 1 and route.match.kind in ("exact", "prefix", "segments"):
        checks = list(evidence.mechanisms(endpoint))
        asks = tuple(kind for types, kind in KINDS if any(isinstance(one, types) for one in checks))
        found.append(Mend(f"ask for no credentials in {route.name}", (Exempt(route.span, asks),)))
    if path.startswith("/"):
        found.append(Mend(f"let {path} pass without credentials", (ExemptPath(check, path),)))
    return tuple(found)
