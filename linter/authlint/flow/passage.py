"""The state of one request on its way through one gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlint.flow.assume import Assume
from authlint.flow.choices import Choices
from authlint.flow.files import Files
from authlint.flow.outcome import Event, Header, Reached, Verb
from authlint.flow.patterns import Match
from authlint.flow.request import Request
from authlint.model.credential import Call
from authlint.model.gateway import Block, Gateway, Listener, Route, VirtualHost
from authlint.model.step import Cors, Forward
from authlint.model.unknown import Unknown
from authlint.record import field, mutable
from authlint.text import Span

if TYPE_CHECKING:
    from authlint.flow.verdict import Denied


@mutable
class Shared:
    """What a request and the auth requests made for it have in common."""

    gateway: Gateway
    listener: Listener
    host: VirtualHost
    request: Request
    assume: Assume
    files: Files
    choices: Choices
    variables: dict[str, str | Unknown] = field(default_factory=dict)
    trace: list[Event] = field(default_factory=list)
    auth_requests: list[Reached] = field(default_factory=list)
    assumed: dict[str, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    seen: dict[str, str | Unknown] = field(default_factory=dict)  # header variables that were read
    peer: str | None = None
    method: str = "GET"
    unread: bool = False  # of the client's request nothing is known
    unread_target: str = ""  # what the client asked for, where nothing of it was understood
    cut: bool = False  # the request line was not even read to its end
    renamed: str | Unknown | None = None  # the host, once the request's Host header was changed
    rounds: int = 0  # how often the steps of a block were begun
    counted: dict[str, int] = field(
        default_factory=dict
    )  # the round in which limits of a group counted the request
    hops: int = 0  # gateways of the same configuration in a row

    @property
    def tls(self) -> bool:
        """Whether the request comes over TLS: not where it is sent in plain text to this very port."""
        if self.request.scheme in ("http", "ws") and self.request.port == self.listener.port:
            return self.listener.tls and self.listener.intake.plain is None
        return self.listener.tls


@mutable
class Passage:
    """A request, or an auth request made for one (`nested`).

    `raw` is whether the target is still the one that the client sent; `forced` the status that an error forces
    on whatever is answered in its stead; `kept` the response headers that survive jumps.
    """

    shared: Shared
    path: str
    query: str | None
    headers: list[Header]
    nested: bool = False
    method: str = "GET"
    raw: bool = True
    around: Passage | None = None  # the request that this auth request is made for
    has_asked: bool = False  # an auth request was made for this one
    was_forwarding: bool = False  # a block of this route that was in force before forwards
    own_route: bool = True  # the path still begins with the route's prefix
    route: Route | None = None
    first_route: Route | None = None
    block: Block | None = None
    match: Match | None = None
    quoting: bool = False  # captures are written as in a URL
    forward: Forward | None = None
    forced: int | None = None
    recovering: bool = False
    refused: bool = False  # as soon as it was taken in
    discarded: bool = False  # the body, for its size
    jumps: int = 0
    round: int = 0
    kept: list[Header] = field(default_factory=list)
    challenges: tuple[Header, ...] = ()  # the last ones among `kept`: a later pass takes back these alone
    pending: Denied | None = (
        None  # a refusal that a check which broke left behind for whatever is answered then
    )
    answer: list[Header] | None = None  # the headers of the answer, while it leaves
    upstream: Reached | None = None
    upstream_headers: tuple[Header, ...] = ()
    upstream_status: int | None = None
    upstream_statuses: str = ""  # of all that were asked for this request
    cache_status: str = ""  # whether the last answer came from a cache
    upstream_stated: bool = False  # its answer was given whole: a header that is not in it was not sent
    decided: Event | None = None
    taken: dict[str, Span] = field(default_factory=dict)  # headers that a check kept to itself, lower case
    claims: dict[str, dict[str, Any] | None] = field(
        default_factory=dict
    )  # of verified tokens; None: not read
    granted: list[tuple[Call, Header]] = field(
        default_factory=list
    )  # what a service gives the client on consent
    ran: list[Cors] = field(default_factory=list)  # policies that know this request's origin
    reroutes: bool = False  # a check has changed what routes are chosen by
    readdressed: bool = False  # path and host are already those for the upstream
    unwritten: str = ""  # path and query before they were rewritten for the upstream
    followed: int = 0  # redirects of upstreams that were followed inside

    @property
    def in_force(self) -> Block:
        return self.block if self.block is not None else self.shared.host.block

    def note(self, verb: Verb, what: str, span: Span | None, subject: object = None) -> Event:
        event = Event(verb, what, span, subject, self.nested)
        self.shared.trace.append(event)
        return event

    def enter(self, block: Block) -> None:
        """This block is in force from now on."""
        self.was_forwarding = self.was_forwarding or (self.block is not None and forwards(self.block))
        self.block = block
        self.note("applied", block.name, block.span, block)
        for opening in block.open:
            self.shared.assumed[f"what was not read changes nothing: {opening.reason}"] = None

    def challenge(self, headers: tuple[Header, ...]) -> None:
        """The client will get these, unless a later check lets it pass."""
        if headers:
            self.kept.extend(headers)
            self.challenges = headers

    def header(self, name: str) -> list[Header]:
        return [h for h in self.headers if h.name.lower() == name]

    def forget(self) -> None:
        """A request that goes round once more meets each check for the first time: what those of the last round found
        out or granted is gone, what they did to its headers stays (measured)."""
        self.granted, self.ran, self.claims, self.reroutes = [], [], {}, False
        self.readdressed = False

    def decide(self, question: tuple[object, ...], reason: str) -> bool:
        return self.shared.choices.decide(question, reason)


def forwards(block: Block) -> bool:
    return any(isinstance(step, Forward) for step in block.steps)
