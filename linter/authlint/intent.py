"""What is to change, in words that no dialect owns: a rule says it, the reader of the file turns it into edits.

The set is small and closed. A reader that cannot say one of them in its file says so, and no fix is offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from authlint.record import record
from authlint.text import Span

if TYPE_CHECKING:
    from authlint.model.value import Get, Value


@record
class Remove:
    """The setting that stands at the span is taken away, with its line if nothing else stands there."""

    span: Span


@record
class Reword:
    """In the setting at the span the word `old`, or `old` as a part of a single word, becomes `new`; or the name of the
    setting, if that is `old`."""

    span: Span
    old: str
    new: str


@record
class Quote:
    """The words at the span become one text, in quotes."""

    span: Span


@record
class Move:
    """What stands at `lines` moves into the block of the setting at the span: right behind that one, or before it."""

    span: Span
    lines: tuple[Span, ...]
    before: bool = False


@record
class Deliver:
    """The header that is set at the span goes to the client with every answer, or to the application with the request,
    and no longer the other way."""

    span: Span
    to: Literal["client", "application"]


@record
class SendAlways:
    """The response header that is set at the span is sent with every status."""

    span: Span


@record
class Include:
    """The list at the span, or the list that is one of its values, names this word too."""

    span: Span
    word: str


@record
class Exclude:
    """The list at the span names this word no more; the setting goes if it names no other."""

    span: Span
    word: str


@record
class Send:
    """A header more, beside what stands at the span and in the same block: to the client with an answer, or to the
    application with a request. `peers` are the headers that are in force there: where they stand in another block, a
    line of this one's own would replace them, and the reader says that it cannot."""

    span: Span
    to: Literal["client", "application"]
    name: str
    value: Value
    peers: tuple[Span, ...] = ()


@record
class Withhold:
    """Of what is written about a request at the span, this part is left out."""

    span: Span
    part: Get


@record
class KeepPath:
    """A request is sent on with the path that it came with: what changes it stands at the span."""

    span: Span


@record
class KeyBy:
    """What the cache at the span keeps, or the one with the key there, is kept apart by these request headers."""

    span: Span
    headers: tuple[str, ...]


@record
class Repeat:
    """What stands at `lines`, in a block around, is repeated beside the setting at the span; or what stands anywhere is
    repeated in the block there."""

    span: Span
    lines: tuple[Span, ...]


@record
class Exempt:
    """The route at the span asks for none of these credentials any more."""

    span: Span
    asks: tuple[Asked, ...]


@record
class Enforce:
    """The check that is set up at the span, or is kept from its work there, asks for credentials; where it needs a name
    to show, it gets a plain one."""

    span: Span


@record
class ExemptPath:
    """The check at the span lets requests for this path pass, or for all that begins with it."""

    span: Span
    path: str
    how: Literal["exact", "below"] = "exact"


@record
class Turn:
    """A setting is switched on, in the host, route or check at the span. underscores: header names may have them.
    relative-redirects: the server's own redirects name no scheme, host or port. forward-token: a token that was
    verified goes on to the application."""

    span: Span
    what: Literal["underscores", "relative-redirects", "forward-token"]


@record
class HandOn:
    """A header of the answer that lets a request pass goes on to the client: the service is asked at the span. `peers`
    are the client's headers that are in force there, as with Send."""

    span: Span
    header: str
    peers: tuple[Span, ...] = ()


@record
class AllowCredentials:
    """Answers allow credentials to pages of other origins, or, with `allowed` false, no longer do. At the span stands
    what lets the origins in, or what allows their credentials."""

    span: Span
    allowed: bool


@record
class AskUnder:
    """The auth service whose address stands at the span is asked under this path."""

    span: Span
    path: str


@record
class Answer:
    """The gateway answers preflights itself, before anybody is asked for credentials: in the route at the span, or
    before the check there. `headers` are sent with the answer. first: what answers them comes before the check. skip:
    the check lets them pass."""

    span: Span
    headers: tuple[tuple[str, Value], ...]
    how: Literal["first", "skip"] = "first"


@record
class Challenge:
    """The 401 of the check at the span, or the one that is given there, says how to authenticate."""

    span: Span
    scheme: str
    given: Literal["there", "by-service"]


@record
class Spare:
    """The redirect at the span lets alone what begins with this path."""

    span: Span
    path: str


@record
class TakePath:
    """The route at the span takes requests for this path too."""

    span: Span
    path: str


@record
class LetIn:
    """The list of origins at the span lets in this one too, word for word."""

    span: Span
    origin: str


@record
class FallBack:
    """Where the value that is written into this header, at the span, would be empty, the client's own is taken, or no
    header is sent."""

    span: Span
    header: str
    own: bool = True


@record
class ToTls:
    """Requests over plain http are sent to https: those to the host, or of the route, at the span."""

    span: Span


@record
class TakeBehind:
    """Of the header in which a token is looked for, at the span, what stands behind this scheme is taken for it."""

    span: Span
    scheme: str


Asked: TypeAlias = Literal["password", "service", "token"]
Change: TypeAlias = (
    Remove
    | Reword
    | Quote
    | Move
    | Deliver
    | Withhold
    | Enforce
    | KeyBy
    | KeepPath
    | SendAlways
    | Include
    | Exclude
    | Send
    | Repeat
    | Turn
)
Opening: TypeAlias = Exempt | ExemptPath | HandOn | Answer
Intent: TypeAlias = (
    Change
    | Opening
    | AllowCredentials
    | AskUnder
    | TakeBehind
    | ToTls
    | FallBack
    | LetIn
    | TakePath
    | Challenge
    | Spare
)


@record
class Mend:
    """A change that would cure a finding, as its rule sees it; nothing is proven yet.

    `safe`: it follows from the configuration. Otherwise somebody has to decide: it opens something, or chooses a value.
    `title` is what is done, in a few words.
    """

    title: str
    intents: tuple[Intent, ...]
    safe: bool = False
    unseen: bool = False  # what it changes is no part of what is told of the witness's answer


@record
class Edit:
    """The words at the span (none where it is empty) become `text`."""

    span: Span
    text: str


def in_order(edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
    """Each edit once, by place; None where there is none or two overlap."""
    found = sorted(dict.fromkeys(edits), key=lambda one: one.span)
    for one, two in pairwise(found):
        if one.span.path == two.span.path and (one.span.end > two.span.start or one.span == two.span):
            return None
    return tuple(found) or None
