"""Mistakes in the repository's own right samples and systems are found, each of them, and a right text brings none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tests.mutants.mutant import File, Mutant, sides, unmarked
from tests.mutants.operators import OPERATORS
from tests.mutants.reading import files
from tests.mutants.trying import chosen, tried

from authlint_rules import IDS

SAMPLES = Path(__file__).parents[2] / "samples"


# Named one by one: a sample that is added does not change what is tested here.
FOLDERS = Path(__file__).with_name("inputs.txt").read_text(encoding="utf-8").split()


@cache
def inputs() -> tuple[File, ...]:
    """The files of some right samples and systems."""
    return tuple(file for folder in FOLDERS for file in files(SAMPLES / folder))


@pytest.mark.parametrize("dialect", sorted(name for name, operators in OPERATORS.items() if operators))
def test_every_mistake_is_found(dialect: str) -> None:
    read = [file for file in inputs() if file.dialect == dialect]
    tries = chosen(read, OPERATORS[dialect], seed=1, each=1)
    verdicts = [tried(one, file) for file, one in tries if isinstance(one, Mutant)]
    verdicts = [one for one in verdicts if one.what != "broken"]  # the systems have faults of their own
    missed = [
        f"{one.what} {one.mutant.operator} in {one.mutant.path}" for one in verdicts if one.what != "found"
    ]
    assert missed == []
    assert len({one.mutant.operator for one in verdicts}) > 0.9 * len(OPERATORS[dialect])


def test_operators_are_about_rules_that_exist() -> None:
    known = set(IDS)
    named = {name.split("/")[0] for operators in OPERATORS.values() for name, _ in operators}
    assert named <= known


def test_a_diff_has_two_sides_and_places() -> None:
    right, wrong = sides("a;\n- b;\n+ c; #!\nd;\n")
    assert right == "a;\nb;\nd;"
    assert unmarked(wrong) == ("a;\nc;\nd;", (2,))
