"""What nearly all data here is: records. A record is data with slots that nobody may change.

mypy takes one for a frozen dataclass and refuses to change it; at run time nothing does. Python's own dataclasses
would do, but they write, compile and run a text for every class: for two hundred classes that was a third of a run
over one small file. Here `__init__` is compiled once for each number of fields, and a class gets it with its own names.
"""

from __future__ import annotations

from functools import cache, cached_property
from operator import attrgetter
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from dataclasses import field, fields, replace  # what ours are to mypy
    from types import CodeType

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):  # in typing from 3.11 on
        return lambda decorator: decorator

    def field(**said):
        """What is not the usual about a field: `default`, `default_factory`, `compare`, `repr`."""
        return Field(**said)

    def fields(one):
        """Those of a record or of its class, in their order."""
        return one.__record__

    def replace(one, **changes):
        """A record like this one but for these fields."""
        for known in one.__record__:
            if known.name not in changes:
                changes[known.name] = getattr(one, known.name)
        return one.__class__(**changes)


__all__ = ["entity", "field", "fields", "is_record", "mutable", "record", "replace"]

T = TypeVar("T")
UNSAID: Any = object()  # what stands for a default where there is none, or where one is made


class Field:
    """`default_factory` makes the default anew for each record, `compare`: two that differ here are two."""

    __slots__ = ("compare", "default", "default_factory", "name", "repr")

    def __init__(
        self,
        default: Any = UNSAID,
        default_factory: Callable[[], Any] | None = None,
        compare: bool = True,
        repr: bool = True,
        name: str = "",
    ) -> None:
        self.default, self.default_factory = default, default_factory
        self.compare, self.repr, self.name = compare, repr, name


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Equal to another of its class with equal fields, and hashed by them; those with `compare=False` do not count."""
    known = tuple(_fields(cls))
    counted = attrgetter(*(one.name for one in known if one.compare))

    def equal(self: object, other: object) -> bool:
        return counted(self) == counted(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(counted(self))

    return _made(cls, known, __eq__=equal, __hash__=hashed)


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def entity(cls: type[T]) -> type[T]:
    """A record that is equal to nothing but itself."""
    return _made(cls, tuple(_fields(cls)))


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def mutable(cls: type[T]) -> type[T]:
    """An entity whose fields may be changed."""
    return _made(cls, tuple(_fields(cls)))


def is_record(value: object) -> bool:
    return hasattr(value, "__record__")


def _fields(cls: type) -> Iterator[Field]:
    for name in cls.__annotations__:
        said = cls.__dict__.get(name, UNSAID)
        one = said if isinstance(said, Field) else Field(said)
        one.name = name
        yield one


def _made(cls: type[T], known: tuple[Field, ...], **methods: object) -> type[T]:
    """The class once more: which slots its objects have is settled when a class is made."""
    names = tuple(one.name for one in known)
    said = {key: value for key, value in cls.__dict__.items() if key not in names}
    said.pop("__dict__", None)
    said.pop("__weakref__", None)
    # What a cached property has worked out is kept beside the fields.
    cached = any(isinstance(value, cached_property) for value in said.values())
    said.update(
        __slots__=(*names, "__dict__") if cached else names,
        __match_args__=names,
        __record__=known,
        __init__=_init(cls, known),
        __repr__=_shown,
        **methods,
    )
    made: type[T] = type(cls.__name__, cls.__bases__, said)
    made.__qualname__ = cls.__qualname__
    return made


def _init(cls: type, known: tuple[Field, ...]) -> FunctionType:
    code = _keeping(tuple(one.default_factory is not None for one in known))
    own = {f"_{number}": one.name for number, one in enumerate(known)}
    code = code.replace(
        co_varnames=("self", *own.values()), co_names=tuple(own.get(name, name) for name in code.co_names)
    )
    makers = {f"make_{number}": one.default_factory for number, one in enumerate(known)}
    optional = [one for one in known if one.default is not UNSAID or one.default_factory]
    defaults = tuple(one.default for one in optional)
    init = FunctionType(code, {"UNSAID": UNSAID, **makers}, "__init__", defaults)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


@cache
def _keeping(makes: tuple[bool, ...]) -> CodeType:
    """The code of an `__init__` that keeps the values it is given as the fields _0, _1, ...; of those that it is not
    given it makes what `makes` says."""
    names = [f"_{number}" for number in range(len(makes))]
    lines = [
        f"self.{name} = make{name}() if {name} is UNSAID else {name}" if make else f"self.{name} = {name}"
        for name, make in zip(names, makes, strict=True)
    ]
    namespace: dict[str, Any] = {}
    exec(f"def __init__(self, {', '.join(names)}):\n  " + "\n  ".join(lines), namespace)
    code: CodeType = namespace["__init__"].__code__
    return code


def _shown(self: Any) -> str:
    values = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__name__}({', '.join(values)})"
