"""What nearly all data here is: records. A record is a dataclass with slots that nobody may change.

mypy refuses to change one; at run time nothing does. Python's own way to refuse it (`frozen=True`) makes each object
four times as slowly, and to generate the methods of two hundred classes took a third of a run over one small file:
here they share theirs, and only `__init__` is generated.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):  # in typing from 3.11 on
        return lambda decorator: decorator


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Equal to another of its class with equal fields, and hashed by them; those with `compare=False` do not count."""
    made: Any = entity(cls)
    counted = attrgetter(*(one.name for one in fields(made) if one.compare))

    def equal(self: object, other: object) -> bool:
        return counted(self) == counted(other) if other.__class__ is self.__class__ else NotImplemented

    made.__eq__ = equal
    made.__hash__ = lambda self: hash(counted(self))
    return made  # type: ignore[no-any-return]


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def entity(cls: type[T]) -> type[T]:
    """A record that is equal to nothing but itself."""
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    made.__repr__ = _shown
    return made  # type: ignore[no-any-return]


def _shown(self: Any) -> str:
    values = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__name__}({', '.join(values)})"
