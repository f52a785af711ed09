"""What became of a request, and every step on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias, TypeVar

from authlint.flow.request import split_authority
from authlint.model.beyond import Behind
from authlint.model.credential import Allow, ApiKey, Call, Jwt, OAuth
from authlint.model.gateway import Block, Open, Route, VirtualHost
from authlint.model.step import Ask, Basic, HeaderOp
from authlint.model.unknown import Unknown
from authlint.record import record
from authlint.text import Span

T = TypeVar("T")
REDIRECTS = frozenset((301, 302, 303, 307, 308))
# Ways of authentication: an address says where a request comes from, these say who sends it.
MECHANISMS = (Basic, Ask, Jwt, ApiKey, Call, Allow, OAuth)

Party: TypeAlias = Literal["gateway", "auth-service", "upstream"]
Verb: TypeAlias = Literal[
    "host",  # this virtual host took the request
    "route",  # this route did
    "applied",
    "skipped",
    "passed",
    "denied",
    "answered",
    "went on",  # to another route, by a jump or a rewrite
    "asked",  # an auth request was made
    "forwarded",
    "kept",  # an answer, by a cache
    "missed",  # an answer, in a cache
    "dropped",  # a header that is not understood
    "unclear",
]


@record
class Header:
    """A header and the operation that put it there (None: the client, or the upstream's own)."""

    name: str
    value: str | Unknown
    op: HeaderOp | None = None

    @property
    def text(self) -> str:
        return self.value if isinstance(self.value, str) else ""


def behind(known: str | Unknown, join: str, more: str | Unknown) -> str | Unknown:
    """What is in a header with more put behind it; nothing is joined to nothing (measured)."""
    if isinstance(known, Unknown) or isinstance(more, Unknown):
        return known if isinstance(known, Unknown) else more
    return known + join + more if known and more else known + more


@record
class Event:
    """One step of the trace: what did what, where, and why."""

    verb: Verb
    what: str
    span: Span | None
    subject: object = None
    auth: bool = False  # inside an auth request


@record
class Reached:
    """What an application or an auth service receives. `path` includes the query, as sent to it."""

    name: str | None
    address: str | None
    method: str | None
    path: str | None
    headers: tuple[Header, ...]
    span: Span
    removed: tuple[tuple[str, HeaderOp | None], ...] = ()  # client headers that did not go on, lower case
    own: tuple[Header, ...] = ()  # the headers of its own answer

    @property
    def called(self) -> tuple[str, ...]:
        """What somebody may call it who says something about it: its address or name, each without its port too."""
        names = [one for one in (self.address, self.name) if one is not None]
        return tuple(dict.fromkeys((*names, *(split_authority(one)[0] for one in names))))

    def get(self, name: str) -> list[Header]:
        """The values under a header name, where it may also be a variable (HTTP_NAME)."""
        plain = name.lower()
        return [h for h in self.headers if header_key(h.name) == plain]


@record
class Crossed:
    """A request that went on in another gateway, and what that one received."""

    behind: Behind
    received: Reached


def header_key(name: str) -> str:
    """A header's name for comparison; HTTP_X_Y of CGI-like protocols is x-y."""
    lower = name.lower()
    if lower.startswith("http_"):
        return lower[5:].replace("_", "-")
    return lower


@record
class Outcome:
    """`status` is None only where `unknown` says why. `worlds` are the definite outcomes behind a merged one."""

    status: int | None
    answered_by: Party | None
    decided: Event | None
    upstream: Reached | None
    auth_requests: tuple[Reached, ...]
    headers: tuple[Header, ...]
    trace: tuple[Event, ...]
    unknown: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    host: VirtualHost | None = None
    route: Route | None = None  # the one that took the request first
    last_route: Route | None = None
    block: Block | None = None  # in force at the end
    redirected: bool = False  # the Location is the gateway's own
    grpc: bool = False  # a gRPC client gets 200 and a grpc-status that says the same
    behind: str = ""  # the gateway behind this one whose answer it is, by its name
    alternatives: tuple[Outcome, ...] = ()

    @property
    def worlds(self) -> tuple[Outcome, ...]:
        return self.alternatives or (self,)

    @property
    def opens(self) -> tuple[Open, ...]:
        """What was not read of the blocks on the way."""
        found: dict[Open, None] = {}
        for world in self.worlds:
            for event in world.trace:
                if isinstance(event.subject, Block):
                    found.update(dict.fromkeys(event.subject.open))
        return tuple(found)

    @property
    def admitted(self) -> bool:
        """Whether the request got what it asked for: no error, no redirect."""
        return self.status is not None and self.status < 400 and self.status not in REDIRECTS

    @property
    def unasked(self) -> bool:
        """Whether nobody on the way asked who the client is."""
        return not any(event.verb in ("denied", "passed", "asked") for event in self.trace)

    @property
    def denial(self) -> Event | None:
        """The first refusal by a way of authentication (not by an address)."""
        for event in self.trace:
            if event.verb == "denied" and not event.auth and isinstance(event.subject, MECHANISMS):
                return event
        return None

    def in_every_world(self, judge: Callable[[Outcome], T | None]) -> T | None:
        """What `judge` says of the first world, if it says something of all of them."""
        verdicts = [judge(world) for world in self.worlds]
        return verdicts[0] if all(verdict is not None for verdict in verdicts) else None

    def get(self, name: str) -> list[Header]:
        lower = name.lower()
        return [h for h in self.headers if h.name.lower() == lower]

    def value(self, name: str) -> str | None:
        """The text of the first header of this name, None where there is none (or it is not known)."""
        for header in self.get(name):
            if isinstance(header.value, str):
                return header.value
        return None

    def routes(self) -> Iterator[Route]:
        for event in self.trace:
            if isinstance(event.subject, Route) and event.verb == "route":
                yield event.subject
