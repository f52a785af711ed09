"""Strings that a regular expression matches: short ones, as a person would write them.

They are guessed from the parsed pattern and then confirmed; what cannot be confirmed is not returned.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from authlint.flow.byteset import ANY
from authlint.flow.patterns import Match, Pattern, compile_pattern, translation_of
from authlint.model.unknown import Unknown

PREFERRED = "xa1abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-._/:@~+=&"
VARIANTS = 24  # of one part of a pattern
MAX_LENGTH = 512  # characters of a sample


@lru_cache(maxsize=1024)
def samples(text: str, nocase: bool = False, limit: int = 6, path: bool = False) -> tuple[str, ...]:
    """Up to `limit` strings that the pattern is found in, the most natural first; empty where none is sure.

    With `path` every one begins with `/`, otherwise they look like a host name or an origin where the
    pattern leaves the choice. A pattern that is not anchored gets as little around its match as looks natural.
    """
    pattern = compile_pattern(text, nocase)
    translation = translation_of(text, nocase)
    if isinstance(pattern, Unknown) or isinstance(translation, Unknown):
        return ()
    try:
        tree = _parser().parse(translation.source.encode("latin-1"))
        guesses = _Guesser().sequence(tree)
    except (ValueError, RecursionError, OverflowError, import_module("re").error):
        return ()
    confirmed: dict[str, None] = {}
    for guess in guesses:
        readable = guess.encode("latin-1").decode("utf-8", "replace")
        sample = _confirmed(pattern, _dressed(readable, path))
        if sample is not None:
            confirmed[sample] = None
        if len(confirmed) >= limit:
            break
    return tuple(confirmed)


def _parser() -> Any:
    return import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")


def _dressed(guess: str, path: bool) -> Iterator[str]:
    """The guess with what may have to stand around it, the most natural first."""
    if path:
        if guess.startswith("/"):
            yield guess
        elif guess.startswith((".", "-", "?")):
            yield f"/x{guess}"
        yield f"/{guess}"
        yield f"/{guess[1:]}"
        yield f"/x{guess}"
        yield f"/{guess}/x"
        return
    front = "x" if guess.startswith((".", "-")) else "https" if guess.startswith("://") else ""
    back = "example" if guess.endswith((".", "://")) else ""
    yield front + guess + back
    yield guess + back
    yield front + guess
    yield guess
    yield f"x{guess}"
    yield f"{guess}x"


def _confirmed(pattern: Pattern, candidates: Iterable[str]) -> str | None:
    for candidate in candidates:
        if not candidate or len(candidate) > MAX_LENGTH or not candidate.isprintable():
            continue
        if isinstance(pattern.search(candidate), Match):
            return candidate
    return None


class _Guesser:
    """Guesses for a parsed pattern. A back reference repeats the first guess for its group."""

    def __init__(self) -> None:
        self.groups: dict[int, str] = {}

    def sequence(self, nodes: Iterable[Any]) -> list[str]:
        """The first guess for every part, then those that differ in one part."""
        parts = [self.node(str(op), argument) for op, argument in nodes]
        if not all(parts):
            return []
        firsts = [part[0] for part in parts]
        guesses = {"".join(firsts): None}
        for place, part in enumerate(parts):
            before, after = "".join(firsts[:place]), "".join(firsts[place + 1 :])
            for other in part[1:]:
                guesses.setdefault(before + other + after)
        return [guess for guess in guesses if len(guess) <= MAX_LENGTH][:VARIANTS]

    def node(self, op: str, argument: Any) -> list[str]:
        if op == "LITERAL":
            return [chr(argument)]
        if op in ("IN", "NOT_LITERAL", "ANY"):
            return _readable(_members(op, argument))
        if op == "AT" or op == "ASSERT_NOT":
            return [""]
        made: dict[str, Callable[[Any], list[str]]] = {
            "MAX_REPEAT": self.repeat,
            "MIN_REPEAT": self.repeat,
            "POSSESSIVE_REPEAT": self.repeat,
            "BRANCH": self.branch,
            "SUBPATTERN": self.group,
            "ATOMIC_GROUP": self.sequence,
            "ASSERT": self.look_around,
            "GROUPREF": lambda number: [self.groups.get(number, "")],
        }
        return made[op](argument) if op in made else []

    def branch(self, argument: Any) -> list[str]:
        branches = [self.sequence(branch) for branch in argument[1]]
        longest = max(len(branch) for branch in branches)
        turns = (b[turn] for turn in range(longest) for b in branches if turn < len(b))
        return list(dict.fromkeys(turns))[:VARIANTS]

    def group(self, argument: Any) -> list[str]:
        number, content = argument[0], argument[-1]
        guesses = self.sequence(content)
        if number is not None and guesses:
            self.groups[number] = guesses[0]
        return guesses

    def look_around(self, argument: Any) -> list[str]:
        # What is looked for may be matched by what follows, or nothing follows and it has to be added.
        return ["", *self.sequence(argument[1])] if argument[0] > 0 else self.sequence(argument[1])

    def repeat(self, argument: Any) -> list[str]:
        least, most, content = argument
        if least > MAX_LENGTH:
            return []
        inner = self.sequence(content)
        if least:
            return [guess * least for guess in inner]
        once = inner if most else []
        letter = len(content) == 1 and inner[:1] not in ([], ["/"]) and len(inner[0]) == 1
        return [*once, ""] if letter and once else ["", *once]


def _members(op: str, argument: Any) -> frozenset[int]:
    if op == "ANY":
        return ANY - {10}
    if op == "NOT_LITERAL":
        return ANY - {argument}
    members: set[int] = set()
    negated = False
    for kind, value in argument:
        if str(kind) == "NEGATE":
            negated = True
        elif str(kind) == "LITERAL":
            members.add(value)
        else:
            members.update(range(value[0], value[1] + 1))
    return ANY - members if negated else frozenset(members)


def _readable(members: frozenset[int]) -> list[str]:
    """Members of the set that a person would pick: a few, so that a negative look-around can be met."""
    chosen: Sequence[str] = [char for char in PREFERRED if ord(char) in members]
    rest = chr(min(members)) if members else ""
    if len(members) == 2 and len({char.lower() for char in chosen}) == 1:
        return [chosen[0]]  # one letter in both cases
    return list(dict.fromkeys(chosen))[:3] or ([rest] if members else [])
