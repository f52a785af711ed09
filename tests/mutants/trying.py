"""Mutants made of files and put to the test."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.mutants.mutant import File, Mutant, Try, Unfit
from tests.mutants.reading import judged, settled

NEAR = 3  # lines


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: "found", "assumed" (with --pedantic only), "missed", "refused" (its server does not
    take it), "loud" (the right text brings the rule already, the file as it was does not) or "broken" (that does)."""

    mutant: Mutant
    what: str
    said: str = ""


def tried(mutant: Mutant, file: File) -> Verdict:
    before = [one for one in judged(file.path, file.beside, mutant.before) if one.rule in mutant.rules]
    if not mutant.pedantic:
        before = [one for one in before if not one.pedantic]
    if before:
        as_it_was = {one.rule for one in judged(file.path, file.beside, file.text) if not one.pedantic}
        what = "broken" if mutant.rule in as_it_was else "loud"
        return Verdict(mutant, what, f"line {before[0].line}: {before[0].message}")
    after = judged(file.path, file.beside, mutant.after)
    near = [
        one
        for one in after
        if one.rule in mutant.rules and any(abs(one.line - line) <= NEAR for line in mutant.lines)
    ]
    if any(mutant.pedantic or not one.pedantic for one in near):
        return Verdict(mutant, "found")
    said = "; ".join(f"{one.line} {one.rule}{' (pedantic)' * one.pedantic}" for one in after)
    return Verdict(mutant, "assumed" if near else "missed", said or "nothing")


def chosen(
    files: Iterable[File], operators: Iterable[tuple[str, object]], seed: int, each: int
) -> Iterator[tuple[File, Try]]:
    """For each operator a few mutants, no two of one file while there are others, from repositories in turn."""
    listed = list(files)
    ready: dict[str, File] = {}
    for name, operator in operators:
        order = random.Random(f"{seed} {name}")
        made = 0
        for file in in_turn(listed, order):
            if made == each:
                break
            if file.path not in ready:
                ready[file.path] = settled(file)
            several = list(operator(ready[file.path]))  # type: ignore[operator]
            mutants = [one for one in several if isinstance(one, Mutant)]
            if mutants:
                made += 1
                yield ready[file.path], order.choice(mutants)
            elif several:
                yield ready[file.path], next(one for one in several if isinstance(one, Unfit))


def in_turn(files: list[File], order: random.Random) -> Iterator[File]:
    """Shuffled, one of each folder after the other, so that a large repository does not crowd out the others."""
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(str(Path(file.path).parent), []).append(file)
    for group in groups.values():
        order.shuffle(group)
    several = list(groups.values())
    order.shuffle(several)
    for row in zip_longest(*several):
        yield from (file for file in row if file is not None)
