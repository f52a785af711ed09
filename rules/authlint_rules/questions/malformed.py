"""What is wrong with an Authorization header as the application gets it; no rule itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from authlint.expression import expression
from authlint.flow.outcome import Header
from authlint.model.step import Ask, HeaderOp, Require, SetVar
from authlint.model.unknown import Unknown
from authlint.model.value import Get, Opaque, Value, Variable, parts
from authlint.record import record
from authlint.site import Endpoint, Site, ops_of, requires

BARE = expression(r"(?:bearer|basic|token)\s*", re.IGNORECASE)
TWO = expression(r"\S+ [^,]+,\s*(?:bearer|basic|token) \S", re.IGNORECASE)
# What comes of these is known only when the server runs.
LATER = ("upstream-header", "upstream-status", "response-header", "claim")


@record
class Fault:
    kind: Literal["bare", "two", "lost"]
    op: HeaderOp
    message: str
    label: str
    wanted: str
    others: tuple[HeaderOp, ...] = ()


def is_settled(site: Site, endpoint: Endpoint, value: Value) -> bool:
    """Whether the request alone decides what the value is."""
    definitions = site.gateway.definitions
    later = {one.name for require in requires(endpoint.route) for one in _sets(require)}
    scripts = (*ops_of(endpoint.host.script), *ops_of(endpoint.route.script))
    assigned: dict[str, list[Value]] = {}
    for op in scripts:
        if isinstance(op, SetVar):
            assigned.setdefault(op.name, []).append(op.value)
    todo, seen = [value], set[Value]()
    while todo:
        for part in parts(todo.pop(), definitions):
            if isinstance(part, Opaque) or (isinstance(part, Get) and part.kind in LATER):
                return False
            if isinstance(part, Variable) and part.name in later:
                return False
            if isinstance(part, Variable) and part not in seen:
                seen.add(part)
                todo += assigned.get(part.name, [])
    return True


def _sets(require: Require) -> Iterator[SetVar]:
    for check in require.checks:
        if isinstance(check, Ask):
            yield from check.sets


def fault_of(
    got: Sequence[Header], ops: Sequence[HeaderOp], sent: str | None, taken: HeaderOp | None
) -> Fault | None:
    """The fault of what arrived, if one of `ops` is its cause; `sent` is what the client sent."""
    if any(isinstance(header.value, Unknown) for header in got):
        return None
    for header in got:
        if header.op in ops and BARE.fullmatch(header.text):
            return _bare(header, sent)
    mine = [header.op for header in got if header.op is not None and header.op in ops]
    if mine and (len(got) > 1 or TWO.match(got[0].text)):
        return Fault(
            "two",
            mine[-1],
            "the application gets two Authorization values",
            "is sent besides the other" if len(got) > 1 else "is added to what is there",
            "one Authorization header, with one credential",
            tuple(mine[:-1]),
        )
    if sent is not None and not got and taken is not None and taken in ops:
        return Fault(
            "lost",
            taken,
            "the client's Authorization is replaced by an empty variable",
            "empty for this request, and then the header is not sent at all",
            "the client's Authorization",
        )
    return None


def _bare(header: Header, sent: str | None) -> Fault:
    assert header.op is not None
    what = f'"{header.text}" with nothing behind it'
    message = f"the application can get {what}"
    if sent is not None:
        message += ", in place of what the client sent"
    return Fault(
        "bare", header.op, message, "the variable is empty for this request", "a credential, or no header"
    )
