"""What a configuration asks about a request before it does something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from authlint.model.value import Get, Text, Value, parts
from authlint.record import record

NONE: Mapping[str, Value] = {}


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


def looked_at(condition: Condition, definitions: Mapping[str, Value] = NONE) -> Iterator[Get]:
    """The properties of a request that its tests look at, through the gateway's definitions."""
    match condition:
        case Test(value):
            yield from (part for part in parts(value, definitions) if isinstance(part, Get))
        case Not(inner):
            yield from looked_at(inner, definitions)
        case All(several) | AnyOf(several):
            for one in several:
                yield from looked_at(one, definitions)
