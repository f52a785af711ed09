"""Routes that differ in nothing that a rule asks about: in a number in their path, in their upstream's name, and in the
places of their words.

Two routes of one virtual host are alike if their models are equal when all of that is left out, and if no other route
lies in the way of one of them. An upstream with several users is no mere name: it keeps its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from authlint.endpoint import Endpoint
from authlint.expression import expression
from authlint.model.gateway import Block, Route
from authlint.model.step import PathRewrite
from authlint.model.value import literal
from authlint.model.words import telling
from authlint.record import fields, is_record
from authlint.text import Span

# A number behind letters that make a word with it (v1, oauth2) is no mere number.
NUMBER = expression(r"(?<![A-Za-z])\d+|(?<=[-_.])\d+|(?<=[A-Za-z]{3})(?<!oauth)(?<!OAuth)\d+")
PATH, UPSTREAM = "\x01", "\x02"
TITLED = (Block, Route)  # their names are made of their paths


def alike(endpoints: Sequence[Endpoint]) -> list[list[Endpoint]]:
    """The endpoints in groups of those that are like each other."""
    users = Counter(_target(one) for one in endpoints)
    crowded = _crowded(endpoints)
    shapes = _Shapes()
    groups: dict[Hashable, list[Endpoint]] = {}
    for one in endpoints:
        text = one.route.match.text
        numbered = NUMBER.sub("#", text)
        if (
            numbered == text
            or id(one) in crowded
            or one.focus
            or one.route.script
            or one.route.table is not None
        ):
            groups[id(one)] = [one]
            continue
        target = _target(one)
        private = target if target is not None and users[target] == 1 else None
        key = (id(one.host), numbered, one.method, one.headers, one.idle, shapes.of(one.route, text, private))
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _target(endpoint: Endpoint) -> str | None:
    return literal(endpoint.forward.target) if endpoint.forward is not None else None


def _crowded(endpoints: Iterable[Endpoint]) -> set[int]:
    """Endpoints whose path begins another's path, or the reverse, the root's apart."""
    by_host: dict[int, list[tuple[str, int]]] = {}
    for one in endpoints:
        if len(one.route.match.text) > 1:
            by_host.setdefault(id(one.host), []).append((one.route.match.text, id(one)))
    found: set[int] = set()
    for pairs in by_host.values():
        stack: list[tuple[str, int]] = []
        for text, number in sorted(pairs):
            while stack and not text.startswith(stack[-1][0]):
                stack.pop()
            if stack:
                found.update((number, *(other for _, other in stack)))
            stack.append((text, number))
    return found


class _Shapes:
    """Models without what may differ. A part that several routes share is looked at once."""

    def __init__(self) -> None:
        self.known: dict[int, Hashable] = {}

    def of(self, route: Route, path: str, upstream: str | None) -> Hashable:
        return self._shape(route, path, upstream)

    def _shape(self, value: object, path: str, upstream: str | None) -> Hashable:
        if isinstance(value, str):
            if value == path:
                return PATH
            return (
                value.replace(upstream, UPSTREAM + telling(upstream))
                if upstream and upstream in value
                else value
            )
        if isinstance(value, tuple):
            return tuple([self._shape(one, path, upstream) for one in value])
        if isinstance(value, PathRewrite):
            cut = PATH if value.cut == len(path) else value.cut
            return ("PathRewrite", cut, value.to, value.pattern)
        if is_record(value) and not isinstance(value, Span):
            return self._record(value, path, upstream)
        return (
            value if isinstance(value, (int, frozenset)) else None if value is None else type(value).__name__
        )

    def _record(self, value: object, path: str, upstream: str | None) -> Hashable:
        known = self.known.get(id(value))
        if known is None:
            kind: Any = type(value)
            parts = [self._shape(getattr(value, name), path, upstream) for name in _said(kind)]
            known = self.known[id(value)] = (kind, *parts)
        return known


@lru_cache(maxsize=256)
def _said(kind: Any) -> tuple[str, ...]:
    """The fields of a part of the model that say something."""
    unsaid = ("span", "name") if kind in TITLED else ("span",)
    return tuple(one.name for one in fields(kind) if not one.name.endswith(unsaid))
