"""What stands behind a gateway, where that is another gateway whose configuration is known too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authlint.model.unknown import Unknown
from authlint.record import entity, record
from authlint.text import Span

if TYPE_CHECKING:
    from authlint.model.gateway import Gateway


@record
class Link:
    """A place that says where requests go from one gateway to the next, and what it says."""

    span: Span
    what: str


@entity
class Behind:
    """The gateway that takes what is sent to an address, on this port of its own; `way` are the places that say so.
    `exposed`: clients may reach it without the gateway in front."""

    name: str
    gateway: Gateway
    port: int
    way: tuple[Link, ...]
    exposed: bool = False


@record
class Probed:
    """A request without credentials by which it is found out whether a gateway lives, sent to it by whoever runs it:
    an answer of 400 or more counts as death. `who` is the sender, `effect` what becomes of the gateway then."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...]
    tls: bool
    who: str
    effect: str
    span: Span


class Beyond(Protocol):
    """Who answers at the addresses that a gateway sends requests to."""

    @property
    def names(self) -> frozenset[str]:
        """The hosts, without what stands behind their first dot, at which another gateway may answer."""
        ...

    def at(self, address: str, tls: bool, near: str) -> Behind | Unknown | None:
        """The gateway at `host[:port]`, as the file `near` names it; None where there is none, Unknown where it cannot
        be told which."""
        ...
