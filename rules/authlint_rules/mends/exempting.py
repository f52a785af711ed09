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
    """The `whole` route, if all of it is to be open; otherwise the path alone. A path that was made up to reach the
    route is no path to be named."""
    match = endpoint.route.match
    if not whole:
        return (Mend(f"let {path} pass without credentials", (ExemptPath(check, path),)),) if path else ()
    if len(match.text) < 2 or match.kind not in ("exact", "prefix", "segments"):
        return ()
    checks = list(evidence.mechanisms(endpoint))
    asks = tuple(kind for types, kind in KINDS if any(isinstance(one, types) for one in checks))
    title = f"ask for no credentials under {match.text}"
    below = ExemptPath(check, match.text, "exact" if match.kind == "exact" else "below")
    return Mend(title, (Exempt(endpoint.route.span, asks),)), Mend(title, (below,))
