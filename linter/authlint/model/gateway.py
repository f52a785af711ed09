"""The model of one gateway: who listens, which host, which route, which block."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Literal

from authlint.model.beyond import Beyond, Probed
from authlint.model.condition import Condition
from authlint.model.credential import Call
from authlint.model.fact import Fact, Log
from authlint.model.intake import USUAL_INTAKE, USUAL_NAMES
from authlint.model.intake import Buffers as Buffers
from authlint.model.intake import HeaderNames as HeaderNames
from authlint.model.intake import Intake as Intake
from authlint.model.slip import Slip
from authlint.model.step import (
    Branch,
    Cors,
    HeaderOp,
    Op,
    Recover,
    Require,
    Root,
    Shadowed,
    Step,
    ops_of,
)
from authlint.model.value import Value
from authlint.record import entity, field, record
from authlint.text import Span


@record
class Open:
    """Something that belongs here was not read: what is present counts, what is absent proves nothing."""

    reason: str
    span: Span
    beside: bool = (
        False  # it would stand beside what was read, a server of its own: nothing else is changed by it
    )


@record
class Redirects:
    """How the gateway writes the Location of its own redirects."""

    absolute: bool = True
    port: bool = True
    server_name: bool = False


@record
class Inert:
    """A setting that was meant to protect, or to let other origins in, and does nothing; `cure` says what would
    make it, `slips` what it comes from, where what was meant follows. `assumes`: what would have to hold for it to be a
    mistake."""

    why: str
    cure: str
    span: Span
    meant: Literal["authentication", "cross-origin"] = "authentication"
    slips: tuple[Slip, ...] = ()
    assumes: str = ""


@record
class Replaced:
    """A policy of which the part at `span` does not count, which asks for credentials or lets other origins in: the one
    at `by` takes its place as a whole; `cure` says what would keep both."""

    cure: str
    span: Span
    by: Span
    meant: Literal["authentication", "cross-origin"]


@entity
class Block:
    """What is in force for a request once its route is known. Inheritance is settled: it is the reader's."""

    name: str
    span: Span
    steps: tuple[Step, ...]
    response: tuple[HeaderOp, ...]
    recover: tuple[Recover, ...] = ()
    recover_again: bool = False
    redirects: Redirects = Redirects()
    max_body: int | None = None
    root: Root | None = None  # where files are looked for
    shadowed: tuple[Shadowed, ...] = ()
    inert: tuple[Inert, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    exempt: Span | None = None  # authentication is switched off here in so many words
    # What is done to every answer in the end, behind `response`; a Cors only where it ran, a Call what its service
    # granted.
    leaving: tuple[HeaderOp | Cors | Call, ...] = ()
    # Whether `response` is for refusals too: in front of what a refusal says, behind it, or not at all.
    refusals: Literal["after", "before", "without"] = "after"
    logs: tuple[Log, ...] = ()  # what is written of the requests that end here
    open: tuple[Open, ...] = ()


@record
class Match:
    """What a route takes: exactly a path, a prefix, a prefix that ends with a segment ("segments"), what a pattern
    is found in, what all of it is ("full"), or only those who name it."""

    kind: Literal["exact", "prefix", "segments", "pattern", "full", "named", "everything"]
    text: str
    nocase: bool = False


@entity
class Route:
    """A route of a virtual host. `variants` put another block in force, with no script, before anything runs.

    `blocks`, `steps` and `requires` are what a request may find in force on it: every rule asks for them.
    """

    name: str
    match: Match
    span: Span
    block: Block
    script: tuple[Op, ...] = ()
    internal: bool = False
    final: bool = False  # no pattern is tried after this prefix
    slash: bool = False  # a request without the prefix's last "/" is redirected to it
    variants: tuple[tuple[Condition, Block], ...] = ()
    table: Table | None = None
    when: Condition | None = None  # what else must hold of the request

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        inside = (op.block for op in ops_of(self.script) if isinstance(op, Branch))
        return (
            self.block,
            *(block for _, block in self.variants),
            *(one for one in inside if one is not None),
        )

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for block in self.blocks for step in block.steps)

    @cached_property
    def requires(self) -> tuple[Require, ...]:
        return tuple(step for step in self.steps if isinstance(step, Require))


@entity
class Table:
    """Routes by how they are found: exact paths, then the longest prefix, then `patterns`, of any kind, in their
    order; names apart."""

    exact: dict[str, Route] = field(default_factory=dict)
    prefixes: tuple[Route, ...] = ()  # longest first
    patterns: tuple[Route, ...] = ()
    named: dict[str, Route] = field(default_factory=dict)
    by_prefix: dict[str, Route] = field(default_factory=dict)  # `prefixes` by their text
    parameters: bool = True  # what stands behind a ";" in a segment counts where routes are looked for

    def routes(self) -> list[Route]:
        """Every route, nested ones behind their parent."""
        found: list[Route] = []
        todo = [*self.named.values(), *self.patterns[::-1], *self.prefixes, *list(self.exact.values())[::-1]]
        while todo:
            route = todo.pop()
            found.append(route)
            if route.table is not None:
                inner = route.table
                todo += [*inner.patterns[::-1], *inner.prefixes, *list(inner.exact.values())[::-1]]
        return found


@record
class HostName:
    """A name that a virtual host answers to; `text` without its wildcard."""

    kind: Literal["exact", "ends", "starts", "begins", "pattern"]  # begins: not only whole labels
    text: str
    span: Span


@record
class LocalReply:
    """The gateway's own answers, made into others: those with a status in `statuses` (None: all), if `when` holds."""

    statuses: frozenset[int] | None
    when: Condition | None
    status: int | None  # instead
    headers: tuple[HeaderOp, ...]
    span: Span


@entity
class Inside:
    """What a virtual host does with a request: its `script`, under `block`, before routes are looked for; its routes;
    and `fallback` where none fits."""

    script: tuple[Op, ...]
    block: Block
    table: Table
    fallback: Route


@entity
class VirtualHost:
    """A server: its names and what is inside it, which `make` tells when it is first asked for: of thousands of hosts
    a run may need a few.

    Hosts with an equal `like` (None: with no other) differ in nothing but their names and the places of their
    words, so that what is true of requests to one is true of the others.
    """

    names: tuple[HostName, ...]
    span: Span
    make: Callable[[], Inside]
    header_names: HeaderNames = USUAL_NAMES
    merge_slashes: bool = True
    buffers: Buffers | None = None
    refused: frozenset[str] = frozenset()  # methods that are answered 405 before anything else
    declared: bool = True  # False: its routes were found without the server around them
    certified: bool = True  # False: over TLS it shows a certificate that nobody has chosen for its names
    like: Hashable = None

    @cached_property
    def inside(self) -> Inside:
        return self.make()

    @property
    def script(self) -> tuple[Op, ...]:
        return self.inside.script

    @property
    def block(self) -> Block:
        return self.inside.block

    @property
    def table(self) -> Table:
        return self.inside.table

    @property
    def fallback(self) -> Route:
        return self.inside.fallback

    @property
    def name(self) -> str:
        for host in self.names:
            if host.kind == "exact" and host.text not in ("", "_"):
                return host.text
        for host in self.names:
            if host.kind == "ends":
                return "*." + host.text.lstrip(".")
            if host.kind in ("starts", "begins"):
                return host.text + (".*" if host.kind == "starts" else "*")
            if host.kind == "pattern":
                return "~" + host.text
        return ""


@entity
class Listener:
    """An address and port, and the virtual hosts behind it; `default` takes what no name fits.

    `exact` and `others` are the names of `hosts` as they are looked up; made by `listener`.
    """

    address: str  # "*" or an IP address, or "unix:..."
    port: int
    tls: bool
    hosts: tuple[VirtualHost, ...]
    default: VirtualHost
    span: Span
    exact: dict[str, VirtualHost]
    others: tuple[tuple[HostName, VirtualHost], ...]
    intake: Intake = Intake()
    local_replies: tuple[LocalReply, ...] = ()


def listener(
    address: str,
    port: int,
    tls: bool,
    hosts: tuple[VirtualHost, ...],
    default: VirtualHost,
    span: Span,
    intake: Intake = USUAL_INTAKE,
    local_replies: tuple[LocalReply, ...] = (),
) -> Listener:
    """A listener with its names in order; of two hosts with one name the first counts."""
    exact: dict[str, VirtualHost] = {}
    others: list[tuple[HostName, VirtualHost]] = []
    for host in hosts:
        for name in host.names:
            if name.kind == "exact":
                exact.setdefault(name.text, host)
            else:
                others.append((name, host))
    return Listener(address, port, tls, hosts, default, span, exact, tuple(others), intake, local_replies)


@record
class Probe:
    """A request without credentials that the gateway sends by itself, to find out whether a server lives; `host` is
    its Host header."""

    path: str
    host: str
    span: Span


@record
class Upstream:
    """A named group of servers, and how they are asked whether they are well."""

    name: str
    addresses: tuple[str, ...]
    span: Span
    probes: tuple[Probe, ...] = ()
    tls: bool | None = None  # None: whoever asks it says so


@record
class Server:
    """The program that a configuration is for. `stated`: somebody said so; else it is the newest one observed."""

    product: str
    version: tuple[int, int, int]
    stated: bool


@record
class Folded:
    """Virtual hosts, `hosts` of them, that were not read since others of the gateway are like them. `upstreams` are
    the names, up to their first dot, of where they send requests. `unfold` gives the gateway with those that are like
    what these files hold (None: with all of them); None where there are none."""

    hosts: int
    upstreams: frozenset[str]
    unfold: Callable[[frozenset[str] | None], Gateway | None]


def nobody_knows() -> None:
    """Where a question about the whole configuration cannot be answered."""


@entity
class Gateway:
    """One running server as its configuration describes it; `root` is the file that reading began with.

    `supposing`: what nobody has said and would have to hold for it to run so. `taken`: what its reader takes for
    granted about it, told with every answer.
    """

    root: str
    listeners: tuple[Listener, ...]
    upstreams: dict[str, Upstream]
    definitions: dict[str, Value]  # of variables
    directory: str  # where relative file names start, as a path that can be opened
    files: tuple[str, ...] = ()  # all that was read for it
    open: tuple[Open, ...] = ()
    facts: tuple[Fact, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)  # what to change here, by the rule's id
    reads: Callable[[], frozenset[str] | None] = nobody_knows  # the variables that any setting reads
    server: Server | None = None
    supposing: str = ""
    taken: tuple[str, ...] = ()
    folded: Folded | None = None
    beyond: Beyond | None = None  # other gateways that this one sends requests to
    probed: tuple[Probed, ...] = ()

    def hosts(self) -> list[tuple[Listener, VirtualHost]]:
        """Every virtual host once, with the listener that best reaches it: TLS before plain text, unless clients would
        refuse its certificate."""
        best: dict[int, tuple[Listener, VirtualHost]] = {}
        for listener in self.listeners:
            for host in listener.hosts:
                known = best.get(id(host))
                if known is None or (listener.tls == host.certified and known[0].tls != host.certified):
                    best[id(host)] = (listener, host)
        return list(best.values())
