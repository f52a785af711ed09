"""What flow takes for granted where the configuration does not say; everything here can be overridden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from authlint.flow.request import Headers
from authlint.record import field, record, replace
from authlint.text import Span

if TYPE_CHECKING:
    from authlint.model.gateway import Listener

CREDENTIALS = "the credentials of the request are valid"
AUTH_SERVICE = "the auth service answers 200 to a request with credentials and 401 to one without"
UPSTREAM = "the upstream answers 200"
UPSTREAM_EXPECTS = (
    "the upstream answers 401 to a request without the credential that it is declared to expect"
)
KEYS = "the keys of tokens can be fetched, and hold the key"
FILES = "files outside the checkout exist and can be read"
PORT = "another port of the outside is mapped to this listener"


@record
class Consent:
    """What an auth service that is asked in its own protocol wants besides: for the request that goes on (`appended`,
    `removed` headers, parameters of the query), and for the client (`told`)."""

    appended: Headers = ()
    removed: tuple[str, ...] = ()
    told: Headers = ()
    query: Headers = ()
    query_removed: tuple[str, ...] = ()


@record
class Reply:
    """What an upstream answers; "unreachable" and "timeout" are no answer."""

    status: int | Literal["unreachable", "timeout"]
    headers: Headers = ()
    consent: Consent | None = None


@record
class Slot:
    """Where a cache keeps an answer.

    `varies`: for requests with these headers (names in lower case) alone; `bare`: only the status is kept, of an
    error that was answered elsewhere.
    """

    zone: str
    key: str
    varies: tuple[tuple[str, str], ...] = ()
    bare: bool = False


@record
class Expects:
    """The header by which an upstream recognises its callers, lower case."""

    header: str


@record
class Service:
    """An auth service of which somebody says what it does; `said` is that in words.

    `accepts`: "bearer", "basic", "cookie", "cookie:NAME" or "header:NAME" (names of headers in lower case); empty:
    whatever looks like a credential. `refusal` is its answer to a request without. `exempts_options`: whether it lets
    OPTIONS pass where it is told of it; None: nobody says. `sends`: headers of its consent; None: nobody says.
    """

    said: str
    accepts: tuple[str, ...] = ()
    refusal: int = 401
    exempts_options: bool | None = None
    sends: tuple[str, ...] | None = None


@record
class Front:
    """A load balancer before the gateway; `said` is that in words.

    Where it `ends_tls`, clients come by https to the plain listeners on `ports` (none: to all of them). `sets` are the
    headers that it writes whatever clients send, in lower case; None: nobody says.
    """

    said: str
    ends_tls: bool = False
    ports: frozenset[int] = frozenset()
    sets: frozenset[str] | None = None

    def stands_before(self, listener: Listener) -> bool:
        return not listener.tls and (not self.ports or listener.port in self.ports)

    def brings_https(self, listener: Listener) -> bool:
        """Whether clients of this plain listener have come by https."""
        return self.ends_tls and self.stands_before(listener)


@record
class Assume:
    """`replies`, `expects` and `services` are keyed by an upstream's address or name; `default` stands for all others.

    `used_up` are limits, by their span; `stored` is what caches hold, and `uses` how often they were asked in vain
    for what they do not hold (None: as often as it takes). `missing_files`: files that the checkout does
    not hold: None asks both ways.
    """

    replies: Mapping[str, Reply] = field(default_factory=dict)
    expects: Mapping[str, Expects] = field(default_factory=dict)
    default: Reply | None = None
    missing_files: bool | None = None
    used_up: frozenset[Span] = frozenset()
    stored: Mapping[Slot, Reply] = field(default_factory=dict)
    uses: Mapping[Slot, int] | None = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    front: Front | None = None

    def beside(self, standing: Assume) -> Assume:
        """The same, with what stands of auth services and of what is in front."""
        if not (standing.services or standing.front):
            return self
        return replace(self, services=standing.services, front=standing.front)


NOTHING = Assume()
