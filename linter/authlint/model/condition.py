"""What a configuration asks about a request before it does something."""

from __future__ import annotations

from typing import Literal, TypeAlias

from authlint.model.value import Text, Value
from authlint.record import record


@record
class Test:
    """A text test on a value. `arg` replaces the text of `how` where the right side is an expression too."""

    value: Value
    how: Text
    arg: Value | None = None


@record
class Exists:
    """Whether a file, a directory or either lies at this path."""

    path: Value
    what: Literal["file", "directory", "any"]


@record
class Not:
    condition: Condition


@record
class All:
    conditions: tuple[Condition, ...]


@record
class AnyOf:
    conditions: tuple[Condition, ...]


@record
class Unclear:
    """A condition that was not understood, and why."""

    reason: str


Condition: TypeAlias = Test | Exists | Not | All | AnyOf | Unclear
