"""What a configuration asks about a request before it does something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from authlint.model.value import Text, Value


@dataclass(frozen=True, slots=True)
class Test:
    """A text test on a value. `arg` replaces the text of `how` where the right side is an expression too."""

    value: Value
    how: Text
    arg: Value | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether a file, a directory or either lies at this path."""

    path: Value
    what: Literal["file", "directory", "any"]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A condition that was not understood, and why."""

    reason: str


Condition: TypeAlias = Test | Exists | Not | All | AnyOf | Unclear
