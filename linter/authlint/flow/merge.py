"""One outcome from several worlds: definite where all of them agree."""

from __future__ import annotations

from collections import Counter
from functools import reduce

from authlint.flow.outcome import Header, Outcome, Reached
from authlint.model.unknown import Unknown
from authlint.record import replace


def merge(outcomes: list[Outcome], reasons: tuple[str, ...], complete: bool) -> Outcome:
    """`status` stays only if every world agrees on it and on who answers; other fields field by field."""
    first = outcomes[0]
    if len(outcomes) == 1 and complete:
        return first
    unknown = dict.fromkeys(reason for one in outcomes for reason in one.unknown)
    agreed = complete and all(_answer(one) == _answer(first) for one in outcomes) and first.status is not None
    if not agreed:
        unknown.update(dict.fromkeys(reasons))
    assumed = tuple(dict.fromkeys(text for one in outcomes for text in one.assumed))
    if agreed and all(_headers(one.headers) == _headers(first.headers) for one in outcomes):
        return replace(first, assumed=assumed, unknown=tuple(unknown), alternatives=tuple(outcomes))
    return replace(
        first,
        status=None if not agreed else first.status,
        answered_by=first.answered_by if agreed else None,
        decided=first.decided if agreed else None,
        headers=_common(outcomes, reasons),
        unknown=tuple(unknown) or reasons,
        assumed=assumed,
        alternatives=tuple(outcomes),
    )


def _answer(one: Outcome) -> tuple[object, ...]:
    return (one.status, one.answered_by, _reached(one.upstream), tuple(map(_reached, one.auth_requests)))


def _reached(reached: Reached | None) -> tuple[object, ...] | None:
    if reached is None:
        return None
    return (reached.name, reached.address, reached.method, reached.path, _headers(reached.headers))


def _headers(headers: tuple[Header, ...]) -> list[tuple[str, str]]:
    return sorted((h.name.lower(), str(h.value)) for h in headers)


def _common(outcomes: list[Outcome], reasons: tuple[str, ...]) -> tuple[Header, ...]:
    """The headers of every world, each as often as all have it; and names that only some worlds have, with what
    nobody can tell."""
    often = [Counter(_headers(one.headers)) for one in outcomes]
    least = reduce(lambda one, other: one & other, often)
    same: list[Header] = []
    for header in outcomes[0].headers:
        key = (header.name.lower(), str(header.value))
        if least[key]:
            least[key] -= 1
            same.append(header)
    sure = {header.name.lower() for header in same}
    names = {header.name.lower(): header.name for one in outcomes for header in one.headers}
    why = Unknown(reasons[0] if reasons else "this differs")
    return (*same, *(Header(name, why) for lower, name in names.items() if lower not in sure))
