"""What flow takes for granted where the configuration does not say; everything here can be overridden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from authlint.flow.request import Headers
from authlint.text import Span

CREDENTIALS = "the credentials of the request are valid"
AUTH_SERVICE = "the auth service answers 200 to a request with credentials and 401 to one without"
UPSTREAM = "the upstream answers 200"
UPSTREAM_EXPECTS = (
    "the upstream answers 401 to a request without the credential that it is declared to expect"
)
KEYS = "the keys of tokens can be fetched, and hold the key"
FILES = "files outside the checkout exist and can be read"
PORT = "another port of the outside is mapped to this listener"


@dataclass(frozen=True, slots=True)
class Reply:
    """What an upstream answers; "unreachable" and "timeout" are no answer."""

    status: int | Literal["unreachable", "timeout"]
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a cache keeps an answer.

    `varies`: for requests with these headers (names in lower case) alone; `bare`: only the status is kept, of an
    error that was answered elsewhere.
    """

    zone: str
    key: str
    varies: tuple[tuple[str, str], ...] = ()
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Expects:
    """The header by which an upstream recognises its callers, lower case."""

    header: str


@dataclass(frozen=True, slots=True)
class Assume:
    """`replies` and `expects` are keyed by an upstream's address or name; `default` stands for all others.

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


NOTHING = Assume()
