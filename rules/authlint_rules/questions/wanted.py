"""The credential that an auth service judges by, as it is declared; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Label
from authlint.flow.outcome import Reached
from authlint.record import record
from authlint.site import CREDENTIALS, Endpoint, Site


@record
class Want:
    """A credential that the service judges by, what says so, and what nobody says."""

    header: tuple[str, str]
    why: tuple[Label, ...] = ()
    assumes: tuple[str, ...] = ()


def declared_wants(site: Site, endpoint: Endpoint, asked: Reached, kinds: tuple[str, ...]) -> Iterator[Want]:
    """The one that it takes; of several each, if with none of them a request passes: one that arrives may be all that
    clients use here."""
    headers = [_credential(kind) for kind in kinds]
    if len(kinds) > 1 and any(
        world.admitted for header in headers for world in site.get(endpoint, header).worlds
    ):
        return
    for kind, header in zip(kinds, headers, strict=True):
        words = kind.replace(":", " ") if ":" in kind else f"{kind} credentials"
        yield Want(header, (Label(asked.span, f"this service is declared to take {words}"),))


def _credential(kind: str) -> tuple[str, str]:
    what, _, name = kind.partition(":")
    if what == "header":
        return name.title(), "KEY"
    if name:
        return "Cookie", f"{name}=SESSION"
    return CREDENTIALS[what]
