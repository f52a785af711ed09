"""Header directives as operations, and what of the outer levels they replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

from authlint.expression import expression
from authlint.model.gateway import Open
from authlint.model.step import HeaderOp, Shadowed
from authlint.model.value import EMPTY, Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level

# https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header; measured with every status of the list.
PLAIN_STATUSES = frozenset((200, 201, 204, 206, 301, 302, 303, 304, 307, 308))

MORE = ("more_set_headers", "more_clear_headers", "more_set_input_headers", "more_clear_input_headers")
NAME_VALUE = expression(r"([^:]+):?(.*)", re.DOTALL)


def response_ops(level: Level) -> tuple[HeaderOp, ...]:
    """What is done to the response's headers: headers-more first, then add_header."""
    ops = [
        op for node in level.stacked("more_set_headers", "more_clear_headers") for op in _more(level, node)
    ]
    ops += added(level, add_headers(level))
    return tuple(ops)


def add_headers(level: Level) -> list[Node]:
    """add_header_inherit (1.29.3) says whether a level's own ones replace the outer ones or join them."""
    own, inherit = level.own("add_header"), level.last("add_header_inherit")
    mode = inherit.arg(0) if inherit is not None else "on"
    if mode == "off" or level.parent is None:
        return own
    if mode == "merge" and own:
        return [*add_headers(level.parent), *own]
    return own or add_headers(level.parent)


def added(level: Level, nodes: Iterable[Node]) -> list[HeaderOp]:
    return [
        HeaderOp(
            "append",
            node.arg(0),
            level.value(node.arg(1)),
            node.span,
            None if node.arg(2) == "always" else PLAIN_STATUSES,
        )
        for node in nodes
        if len(node.args) >= 2
    ]


def _more(level: Level, node: Node) -> list[HeaderOp]:
    """more_set_headers [-s STATUSES] [-t TYPES] [-a] 'Name: value'...: replaces, on every status without -s."""
    statuses: set[int] = set()
    ops: list[HeaderOp] = []
    words = [word.text for word in node.args]
    append, present = False, False
    while words:
        word = words.pop(0)
        if word in ("-s", "-t") and words:
            listed = words.pop(0)
            if word == "-t":
                return []
            if word == "-s":
                statuses.update(int(one) for one in listed.split() if one.isdigit())
            continue
        if word in ("-a", "-r"):
            append, present = append or word == "-a", present or word == "-r"
            continue
        match = NAME_VALUE.fullmatch(word)
        if match is None:
            continue
        value = level.value(match[2].strip())
        limited = frozenset(statuses) or None
        ops.append(
            HeaderOp(_verb(node, value, append), match[1].strip(), value, node.span, limited, False, present)
        )
    return ops


def _verb(node: Node, value: Value, append: bool) -> Literal["set", "append", "remove"]:
    if node.name.startswith("more_clear") or value == EMPTY:
        return "remove"
    return "append" if append else "set"


def uncertain(level: Level) -> tuple[Open, ...]:
    """Operations that depend on the type of the answer, which nobody knows: they are left out."""
    return tuple(
        Open(f"{node.name} -t depends on the type of the answer", node.span)
        for node in level.stacked("more_set_headers", "more_clear_headers")
        if any(word.text == "-t" for word in node.args)
    )


def input_ops(level: Level) -> tuple[HeaderOp, ...]:
    """What headers-more does to the request's headers before they go on."""
    nodes = level.stacked("more_set_input_headers", "more_clear_input_headers")
    return tuple(op for node in nodes for op in _more(level, node))


def request_ops(level: Level, family: str) -> list[HeaderOp]:
    """proxy_set_header and its kind: a name that is listed replaces the client's header by all values listed."""
    return _listed(level, level.nearest(family))


def _listed(level: Level, nodes: Iterable[Node]) -> list[HeaderOp]:
    seen: set[str] = set()
    ops: list[HeaderOp] = []
    for node in nodes:
        if not node.args:
            continue
        name = node.arg(0)
        first = name.lower() not in seen
        seen.add(name.lower())
        verb: Literal["set", "append"] = "set" if first else "append"
        ops.append(HeaderOp(verb, name, level.value(node.arg(1)), node.span, implied=node.implied))
    return ops


def shadowed(level: Level, family: str) -> Shadowed | None:
    """What the nearest level around has of a family that this level's own ones replace."""
    own = level.own(family)
    if not own or level.parent is None:
        return None
    outer = level.parent.holder(family)
    if outer is None:
        return None
    ops: Callable[[Level, Iterable[Node]], list[HeaderOp]] = added if family == "add_header" else _listed
    by = tuple(node.span for node in own if not node.implied)
    return Shadowed(family, tuple(ops(outer, outer.own(family))), by)
