"""What a rule says: a finding, its places, and the request that shows it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from authlint.record import field, fields, mutable, record
from authlint.text import Span

if TYPE_CHECKING:
    from authlint.intent import Edit, Mend


class Level(IntEnum):
    """How bad a finding is; the order is the order of gravity."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@record
class Label:
    """A place and what to say about it. The span is never empty."""

    span: Span
    text: str


@record
class Given:
    """What holds while a request of a witness is made, besides the standing assumptions."""

    down: tuple[str, ...] = ()  # upstreams that do not answer, by address
    before: int = 0  # equal requests that come just before it
    claims: tuple[tuple[str, str | int], ...] = ()  # what TOKEN says; times are seconds from now
    answers: tuple[tuple[str, str], ...] = ()  # headers with which the auth service lets the request pass
    verdict: int | None = None  # what the auth service answers to everybody; 0: nothing, it waits for a body

    @property
    def words(self) -> str:
        """For a person; empty where nothing special holds."""
        said = [f"{name} does not answer" for name in self.down]
        if self.before:
            times = "one equal request comes" if self.before == 1 else f"{self.before} equal requests come"
            said.append(f"{times} just before it")
        said += [f"the auth service answers 200 with {name}: {value}" for name, value in self.answers]
        if self.verdict is not None:
            answers = f"answers {self.verdict} to everybody" if self.verdict else "waits for the body"
            said.append(f"the auth service {answers}")
        said += [f"TOKEN {_claim(name, value)}" for name, value in self.claims]
        return ", ".join(said)


NOTHING_GIVEN = Given()


def _claim(name: str, value: str | int) -> str:
    if name == "exp" and isinstance(value, int):
        return f"expired {-value} s ago" if value < 0 else f"expires in {value} s"
    return f"says {name} is {value}"


@record
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
    given: Given = NOTHING_GIVEN
    body: str = ""
    replied: tuple[tuple[str, str], ...] = ()  # the headers that it is taken to answer with
    way: tuple[Label, ...] = ()  # the places that lead it from one gateway to the next


@record
class Fix:
    """Edits that cure a finding, as a run over the edited text has shown. None of them overlaps another."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@record
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
    mends: tuple[Mend, ...] = ()  # what might cure it, the best first
    fixes: tuple[Fix, ...] = ()  # what does: worked out only where somebody asks for it


@record
class Notice:
    """What a person should know about a run and that is no finding: a file passed over, and why."""

    path: str
    text: str


@mutable
class Tally:
    """What a run looked at: for the line at its end."""

    looked_at: int = 0
    read: int = 0
    notices: list[Notice] = field(default_factory=list)
    known: int = 0  # findings that a baseline knows
    fixed: int = 0  # findings that edits have cured


@record
class Effort:
    """How much was asked: hosts and routes in all, those that others stood for, and requests that were run. The routes
    of a host that another one stood for are not counted: they were never read."""

    hosts: int = 0
    hosts_shared: int = 0
    routes: int = 0
    routes_shared: int = 0
    requests: int = 0

    def __add__(self, other: Effort) -> Effort:
        pairs = ((getattr(self, one.name), getattr(other, one.name)) for one in fields(self))
        return Effort(*(one + two for one, two in pairs))


NO_EFFORT = Effort()
