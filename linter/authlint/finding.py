"""What a rule says: a finding, its places, and the request that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from authlint.text import Span


class Level(IntEnum):
    """How bad a finding is; the order is the order of gravity."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Label:
    """A place and what to say about it. The span is never empty."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a witness and what becomes of it.

    `headers` and `url` are as a client sends them; `status` is None where the configuration does not decide it.
    `answer` is one line for a person ("401 from this gateway (WWW-Authenticate: Basic)"), `wanted` what should
    have come instead. `received` are the headers the application got, if it was reached.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    status: int | None
    answered_by: str | None
    answer: str
    wanted: str
    response_headers: tuple[tuple[str, str], ...] = ()
    received: tuple[tuple[str, str], ...] | None = None
    supposed: int | None = None  # what the application is taken to answer, where that is not 200
    verdict: int | None = None  # what an auth service is taken to answer to everybody; 0: nothing, it waits
    body: str = ""
    replied: tuple[tuple[str, str], ...] = ()  # the headers that it is taken to answer with


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause. Its identity is (rule, primary span)."""

    rule: str
    level: Level
    message: str
    primary: Label
    related: tuple[Label, ...] = ()
    routes: tuple[str, ...] = ()  # every route it affects, by name
    witness: tuple[Exchange, ...] = ()
    proof: str = ""  # where no request shows it: what the server itself says
    cure: str = ""
    assumes: tuple[str, ...] = ()  # what nobody said and the finding needs: empty when it is proven
    pedantic: bool = False  # an assumed finding, shown only with --pedantic
    stated: tuple[str, ...] = ()  # the standing assumptions that the witness used


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person should know about a run and that is no finding: a file passed over, and why."""

    path: str
    text: str


@dataclass(slots=True)
class Tally:
    """What a run looked at: for the line at its end."""

    looked_at: int = 0
    read: int = 0
    notices: list[Notice] = field(default_factory=list)
