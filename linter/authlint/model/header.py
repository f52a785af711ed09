"""Operations on headers, of a request or of an answer."""

from __future__ import annotations

from typing import Literal

from authlint.model.value import Value
from authlint.record import record
from authlint.text import Span


@record
class HeaderOp:
    """One operation on one header.

    set: replaces what is there, or removes it if the value is empty. append: another line, or with `join` in the
    line that is there, behind that text. remove: takes it away; `name` may end in "*". An empty value appends
    nothing. On responses `statuses` limits the operation to those statuses (None: all of them).
    """

    verb: Literal["set", "append", "remove"]
    name: str
    value: Value
    span: Span
    statuses: frozenset[int] | None = None
    implied: bool = False  # the server does it unasked
    present_only: bool = False  # only where the header is there
    absent_only: bool = False  # only where it is not
    empty_keeps: bool = False  # an empty value changes nothing
    empty_sent: bool = False  # an empty value is sent as such
    join: str = ""
    together: int = (
        0  # operations in a row with the same number: what is there is looked at before any is done
    )


@record
class Shadowed:
    """Header operations of an outer level that this block's own ones of the same family replaced."""

    family: str  # the setting's name as the person writes it
    lost: tuple[HeaderOp, ...]
    by: tuple[Span, ...]  # the block's own settings; none where the server writes them unasked
