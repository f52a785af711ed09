"""CORS that is written down and cannot take effect: no origin that a browser sends is among those that are meant."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.condition import Condition, Test
from authlint.model.gateway import Inert
from authlint.model.value import Case, Get, Lit, Pick, Value, Variable
from authlint.readers.nginx.conditions import condition
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.headers import response_ops
from authlint.readers.nginx.levels import Level
from authlint.readers.origins import CURE, impossible, unfit
from authlint.text import Span

ORIGIN = Get("header", "origin")
ALLOW = "access-control-allow-origin"
HOST = (Get("host"), Get("header", "host"))


def inert(level: Level) -> Iterator[Inert]:
    """What of the CORS headers in effect at a level no browser takes."""
    for op in response_ops(level):
        if op.name.lower() == ALLOW:
            found = _sent(level, op.value, op.span)
            if found is not None:
                yield found
    if level.kind == "location":
        for node in level.own("if"):
            yield from _branch(level, node)


def _sent(level: Level, value: Value, span: Span) -> Inert | None:
    if isinstance(value, Lit) and value.text and len(value.text.split()) == 1 and "," not in value.text:
        why = impossible(value.text)
        return _crossing(f"no browser takes this: {why}", span) if why else None
    if value in HOST:
        return _crossing("no browser takes this: an origin begins with its scheme", span)
    if isinstance(value, Variable):
        known = level.names.definitions.get(value.name)
        if isinstance(known, Pick) and known.source == ORIGIN and known.default == Lit(""):
            return _mapped(known)
    return None


def _mapped(pick: Pick) -> Inert | None:
    """A map none of whose lines an origin fits."""
    meant = [case for case in pick.cases if case.value != Lit("")]
    reasons = [_unfit(case) for case in meant]
    if not meant or not all(reasons):
        return None
    return _crossing(f"no origin fits: {reasons[0]}", meant[0].span)


def _unfit(case: Case) -> str:
    if case.test.how == "is":
        return impossible(case.test.arg, any_case=True)
    if case.test.how == "search":
        return unfit(case.test.arg)
    return ""


def _branch(level: Level, node: Node) -> Iterator[Inert]:
    """An `if` that no origin meets, with the CORS headers inside."""
    when = condition(level.names, node)
    why = _never(when)
    inside = {child.arg(0).lower() for child in node.children or () if child.name == "add_header"}
    assigns = any(child.name == "set" for child in node.children or ())
    if why and (ALLOW in inside or assigns):
        yield _crossing(f"this never holds: {why}", node.span)


def _never(when: Condition) -> str:
    if not isinstance(when, Test) or when.value != ORIGIN or when.arg is not None:
        return ""
    if when.how.how == "is" and when.how.arg:
        return impossible(when.how.arg)
    return unfit(when.how.arg) if when.how.how == "search" else ""


def _crossing(why: str, span: Span) -> Inert:
    return Inert(why, CURE, span, "cross-origin")
