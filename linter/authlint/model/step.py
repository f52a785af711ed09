"""What a gateway does with a request, in order: the words in which every dialect is said.

A route has a *script* (it may change the path, answer, or put another block in force) and its block has *steps*
(limits, authentication, files, forwarding). Both sets are closed: a dialect that needs more needs a word here.
Every step and setting carries the span of the configuration that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from authlint.model.addressing import Follow as Follow
from authlint.model.addressing import PathRewrite as PathRewrite
from authlint.model.addressing import Readdress as Readdress
from authlint.model.condition import Condition
from authlint.model.credential import Credentialed
from authlint.model.header import HeaderOp as HeaderOp
from authlint.model.header import Shadowed as Shadowed
from authlint.model.reply import Cache, CookieFlags, CookieRewrite
from authlint.model.value import Text, Value
from authlint.record import field, record
from authlint.text import Span

if TYPE_CHECKING:
    from authlint.model.gateway import Block


# Where a request goes on


@record
class ToPath:
    """Route matching starts again with this path (and query)."""

    path: Value
    span: Span


@record
class ToNamed:
    """A route that only has a name."""

    name: str
    span: Span


@record
class ToClient:
    """A redirect that the client is told to follow."""

    location: Value
    span: Span


@record
class ToStatus:
    status: int
    span: Span


Jump: TypeAlias = ToPath | ToNamed | ToClient | ToStatus


@record
class Recover:
    """What happens instead of an error answer with one of these statuses.

    status: "keep" the error's, "take" what the target answers, or that number.
    """

    statuses: frozenset[int]
    to: Jump
    status: Literal["keep", "take"] | int
    span: Span


# The script


@record
class SetVar:
    name: str
    value: Value
    span: Span


@record
class Rewrite:
    """Where `pattern` matches the path: a new path, and what then happens.

    again: route matching starts again at once; rest: it does so after the rest of the script; stay: the script
    ends and the route stays; a number: the client is redirected with that status. `query` None: the query is
    kept as it is; else it is set, and the old one is appended if `keep_query`.
    """

    pattern: str
    nocase: bool
    path: Value
    query: Value | None
    keep_query: bool
    then: Literal["again", "rest", "stay"] | int
    span: Span


@record
class Respond:
    """An answer of the gateway's own. `bare`: without a text; a Recover may catch it, and its status counts whatever
    was to be forced on it."""

    status: int
    location: Value | None
    bare: bool
    span: Span


@record
class Branch:
    """Where `when` holds: `block` comes into force, then `ops` run; the script goes on behind it."""

    when: Condition
    ops: tuple[Op, ...]
    block: Block | None
    span: Span


@record
class Stop:
    """The script ends here and the route stays."""

    span: Span


@record
class SetAddress:
    """The peer's address is taken from a header if the peer is trusted."""

    trusted: tuple[str, ...]
    header: str
    recursive: bool
    span: Span


@record
class Unsure:
    """Something that may answer the request or change it, and cannot be predicted."""

    reason: str
    span: Span


Op: TypeAlias = SetVar | Rewrite | Respond | Branch | Stop | SetAddress | Unsure


def ops_of(script: tuple[Op, ...]) -> Iterator[Op]:
    """Every operation of a script, those of its branches included."""
    for op in script:
        yield op
        if isinstance(op, Branch):
            yield from ops_of(op.ops)


# Authentication


@record
class UserFile:
    """The file with names and password hashes. Missing or unreadable ones refuse every credential."""

    path: Value
    span: Span


@record
class UserList:
    """Names and password hashes in the configuration itself, one a line."""

    lines: str = field(repr=False)
    span: Span


@record
class Basic:
    """HTTP Basic. Not asked for where the realm is exactly `off_word` (None: always asked for)."""

    realm: Value
    users: UserFile | UserList
    off_word: str | None
    span: Span
    header: str = "authorization"  # where the credentials are looked for
    exact_scheme: bool = False  # "basic" is not "Basic"
    user_header: str = ""  # gets the user's name


@record
class AddressRule:
    allow: bool
    network: str  # an address, a CIDR, "all", or "unix:"
    span: Span


@record
class Address:
    """The first rule that covers the peer's address decides; none has no opinion."""

    rules: tuple[AddressRule, ...]
    span: Span


@record
class Ask:
    """Another request decides: 2xx lets pass, 401 (with its challenge) and 403 are handed on, all else is `broken`."""

    path: Value
    sets: tuple[SetVar, ...]
    broken: int
    span: Span


Check: TypeAlias = Basic | Address | Ask | Credentialed | Unsure


@record
class Require:
    """Checks that must all pass, or of which one must."""

    mode: Literal["all", "any"]
    checks: tuple[Check, ...]
    span: Span | None  # of the setting that chose the mode


@record
class Limit:
    """So many requests in a row pass, `at_once` (None: somebody else counts them); what comes then is answered
    `status`. A request with an empty `key` is not counted; `status_span` is the setting that names the status. Of
    one `group` ("": of none) those are looked at that stand together where a request is counted first, and no others
    later on its way."""

    status: int
    at_once: int | None
    key: Value | None
    span: Span
    status_span: Span | None = None
    group: str = ""


@record
class Amend:
    """The client's own headers are changed, for all that comes behind: checks, variables, upstreams.

    `at_once`: every value is worked out before the first header changes. `shared`: an auth request has the same
    headers, not a copy: what it changes of one that is there changes for the request itself too, and nobody can
    tell what becomes of one that it adds or takes away (measured: lost, or the server crashes).
    """

    ops: tuple[HeaderOp, ...]
    at_once: bool = False
    shared: bool = False


@record
class Reroute:
    """Where a check before it asked for that, the route is looked for again: the request goes on behind the step with
    this number in the block that is then in force. Which parts of a chain run (`running`) is settled by the first
    route: where two blocks differ in that, nobody can tell.
    """

    place: int
    running: tuple[int, ...]
    span: Span


@record
class Cors:
    """A policy for other origins. It answers a preflight from an origin that it knows, before what stands behind it
    is asked; other answers get `actual` where this step ran and the origin is known.

    `preflight`, `actual` and `stranger` (a preflight from elsewhere that is not passed on; None: it is) are the
    headers of each. An origin is known if a test fits it, or fits "*". `places` are the tests' spans.
    """

    origins: tuple[Text, ...]
    preflight: tuple[HeaderOp, ...]
    actual: tuple[HeaderOp, ...]
    stranger: tuple[HeaderOp, ...] | None
    span: Span
    places: tuple[Span, ...] = ()


# Content


@record
class Root:
    """Where files are looked for: the path is appended, or replaces the `strip`ped prefix."""

    path: Value
    strip: str
    span: Span | None


@record
class Candidate:
    """A path that may lead to a file, or to a directory."""

    path: Value
    directory: bool


@record
class TryFiles:
    """The first path that exists is served by this route; otherwise the jump."""

    paths: tuple[Candidate, ...]
    otherwise: Jump
    root: Root
    span: Span


@record
class Files:
    """Files of a directory; index pages send the request through route matching again.

    `after_forward`: the answer instead, where this route's script had put a block in force that forwards, before
    the one in force now.
    """

    root: Root
    index: tuple[Value, ...]
    listing: bool
    methods: frozenset[str]
    span: Span
    after_forward: int | None = None


@record
class Forward:
    """The request goes to an upstream.

    `target`: a URL; with `prefix` not None the part of the path that it replaces by the URL's own path, and
    with `whole` the URL's path is all. `headers` apply to what the client sent (`client_headers`), under
    `encoding` "params" as variables HTTP_NAME. `hide` are response headers that stop here.
    """

    target: Value
    prefix: str | None
    whole: bool
    headers: tuple[HeaderOp, ...]
    client_headers: bool
    client_headers_span: Span | None
    body: bool
    encoding: Literal["http", "grpc", "params"]
    dropped: frozenset[str]  # hop-by-hop names that never go on
    hide: tuple[HeaderOp, ...]
    intercept: bool
    intercept_span: Span | None
    # What the upstream's Location begins with and becomes instead, or a pattern and what becomes of all of it.
    redirects: tuple[tuple[Value | Text, Value], ...]
    jump_header: str | None  # a response header that sends the request to another route
    span: Span
    verbatim: PathRewrite | None = None  # the path goes on letter by letter but for this
    late_host: bool = False  # the Host is the connected upstream's: it changes last
    follows: Follow | None = None
    unreachable: int = 502  # the answer where nobody listens
    method: Value | None = None  # in place of the client's
    cache: Cache | None = None
    cookies: tuple[CookieRewrite | CookieFlags, ...] = ()
    head: int | None = None  # bytes that the head of an answer may have; one that is larger becomes a 502


@record
class Answer:
    """A handler of the server's own that always answers with this status (after authentication)."""

    status: int
    span: Span
    location: Value | None = None
    change: PathRewrite = PathRewrite()  # of the path, before the location is worked out


Step: TypeAlias = (
    Require
    | Limit
    | Amend
    | Readdress
    | Reroute
    | Cors
    | SetAddress
    | TryFiles
    | Files
    | Forward
    | Answer
    | Unsure
)
