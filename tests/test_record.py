"""Records: what they share with Python's own frozen dataclasses, and what no record may lose."""

from __future__ import annotations

import pickle
from functools import cached_property

import pytest

from authlint.record import entity, field, fields, is_record, mutable, record, replace


@record
class Point:
    x: int
    y: int = 0
    note: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)


@record
class Other:
    x: int
    y: int = 0
    note: str = ""
    secret: str = ""


@entity
class Thing:
    name: str


@mutable
class Tray:
    owner: str
    things: list[str] = field(default_factory=list)


@entity
class Road:
    length: int

    @cached_property
    def steps(self) -> list[int]:
        return list(range(self.length))


def test_a_record_is_what_its_fields_are() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, note="here") == Point(1, note="there")
    assert Point(1, secret="a") != Point(1, secret="b")
    assert len({Point(1), Point(1, note="again"), Point(2)}) == 2


def test_records_of_two_kinds_are_never_equal() -> None:
    like_it: list[object] = [Other(1), (1, 0, "", "")]
    assert Point(1) not in like_it


def test_an_entity_is_itself_only() -> None:
    one, other = Thing("a"), Thing("a")
    assert one == one
    assert one != other
    assert len({one, other}) == 2


def test_a_record_shows_its_fields_but_for_secrets() -> None:
    assert repr(Point(1, secret="hunter2")) == "Point(x=1, y=0, note='')"
    assert repr(Thing("a")) == "Thing(name='a')"


def test_a_record_can_be_taken_apart_and_made_anew() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    assert [one.name for one in fields(Point)] == ["x", "y", "note", "secret"]
    assert pickle.loads(pickle.dumps(Point(1, 2))) == Point(1, 2)


def test_a_default_is_made_for_each() -> None:
    one, other = Tray("a"), Tray("b")
    one.things.append("spoon")
    assert (one.things, other.things) == (["spoon"], [])
    assert Tray("c", ["fork"]).things == ["fork"]


def test_what_is_worked_out_is_kept_and_is_no_field() -> None:
    road = Road(2)
    assert road.steps is road.steps
    assert replace(road, length=3).steps == [0, 1, 2]
    assert [one.name for one in fields(road)] == ["length"]


def test_whoever_leaves_out_what_is_needed_is_told_its_name() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\).*'x'"):
        Point()  # type: ignore[call-arg]


def test_records_are_told_from_other_values() -> None:
    assert is_record(Point(1))
    assert not is_record((1, 0))


def test_nothing_can_be_added_to_a_record_and_mypy_lets_nobody_change_one() -> None:
    assert not hasattr(Point(1), "__dict__")
    # mypy complains of a comment that ignores nothing: this line fails there once it takes a record to be changeable.
    Point(1).x = 2  # type: ignore[misc]
