"""What a configuration says and no request can show: names without a meaning, settings without effect, logs."""

from __future__ import annotations

from typing import TypeAlias

from authlint.model.slip import Slip
from authlint.model.value import Value
from authlint.record import record
from authlint.text import Span


@record
class Ignored:
    """A setting that concerns authentication or CORS and has no effect.

    `why` completes "this setting ...", `instead` says what the server does; `sure` False: a setting of the server
    that nobody has said could change it. `lacking` is the header that an answer has not because of it. `slips` are what
    it comes from, where what was meant follows.
    """

    why: str
    instead: str
    cure: str
    span: Span
    sure: bool = True
    lacking: str = ""
    slips: tuple[Slip, ...] = ()


@record
class Rejected:
    """A value for which the server refuses the whole object, or answers `effect` for it."""

    why: str
    effect: str
    cure: str
    span: Span
    slips: tuple[Slip, ...] = ()


@record
class Dangling:
    """A name that nothing defines. `outside`: what it names may live where nobody has looked. `slips`: the one
    name that is there and could be meant."""

    what: str  # "the cluster", "the location": what should have that name
    name: str
    effect: str
    cure: str
    span: Span
    outside: bool = False
    slips: tuple[Slip, ...] = ()


@record
class Miswired:
    """A service that is asked who a client is, but not as it says here: `why` completes "this ...", `instead` says
    what the service gets."""

    why: str
    instead: str
    cure: str
    span: Span
    path: str  # under which it is meant to be asked


@record
class Overreach:
    """An exemption, at `span`, that also takes a route, at `route`, for which `asks` wants credentials."""

    path: str
    cure: str
    span: Span
    route: Span
    asks: Span


@record
class Overridden:
    """Of two policies for the same requests only one counts, and nobody can say which; `why` is about the one at
    `span`."""

    what: str  # the requests
    why: str
    effect: str
    cure: str
    span: Span
    other: Span


@record
class Log:
    """What a log writes of each request; `span` is the format, `used` the setting that puts it to use, `assumes`
    what must be so of the server for it to be written. `late`: of the request as it went on, without what was taken
    from it here."""

    parts: tuple[Value, ...]
    span: Span
    used: Span
    assumes: str = ""
    late: bool = False


Fact: TypeAlias = Ignored | Miswired | Overreach | Overridden | Rejected | Dangling | Log
