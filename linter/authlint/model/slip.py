"""Slips of the pen: what is written, and what was meant, where that follows from what is written."""

from __future__ import annotations

from typing import Literal, TypeAlias

from authlint.record import record
from authlint.text import Span


@record
class Misspelt:
    """`old` at the span was to be `new`. `decides`: that opens or closes something for somebody, or the likeness of
    two names is all that speaks for it."""

    span: Span
    old: str
    new: str
    decides: bool = False


@record
class Unquoted:
    """The words at the span were to be one text."""

    span: Span


@record
class Misplaced:
    """The settings at `lines` were to stand in the block of the one at the span, behind it or before it."""

    span: Span
    lines: tuple[Span, ...]
    before: bool = False
    decides: bool = False


@record
class Misdirected:
    """The header that is set at the span was to go this way."""

    span: Span
    to: Literal["client", "application"]


Slip: TypeAlias = Misspelt | Unquoted | Misplaced | Misdirected
