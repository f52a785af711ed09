"""Routes and paths that are to be open."""

from __future__ import annotations

from authlint import evidence
from authlint.intent import Asked, Exempt, ExemptPath, Mend, Reword
from authlint.model.credential import Call, Jwt
from authlint.model.gateway import Block
from authlint.model.step import Ask, Basic, Require
from authlint.model.value import literal
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


def turned_round(endpoint: Endpoint, block: Block, off: Span) -> tuple[Mend, ...]:
    """The named methods of a list are open; the others, for which a password was switched off, need one."""
    realms = [
        literal(check.realm)
        for step in block.steps
        if isinstance(step, Require)
        for check in step.checks
        if isinstance(check, Basic)
    ]
    if len(realms) != 1 or not realms[0]:
        return ()
    swapped = (Exempt(endpoint.route.span, ("password",)), Reword(off, "off", realms[0]))
    return (Mend("let the named methods pass, and ask for a password with all others", swapped),)
