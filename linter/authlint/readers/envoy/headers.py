"""Header operations of routes, virtual hosts and route configurations.

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
Of one level removals come first, then what overwrites, then what adds, each as the headers were behind the removals;
the route's level comes first, so that the outermost has the last word, unless most_specific_header_mutations_wins
(measured on 1.40).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.step import HeaderOp
from authlint.model.value import EMPTY
from authlint.readers.envoy import formatting
from authlint.readers.envoy.proto import field, fields, is_set, text
from authlint.readers.yaml.tree import Item
from authlint.record import replace

ACTIONS = {
    "0": "APPEND_IF_EXISTS_OR_ADD",
    "1": "ADD_IF_ABSENT",
    "2": "OVERWRITE_IF_EXISTS_OR_ADD",
    "3": "OVERWRITE_IF_EXISTS",
}
# Headers that Envoy keeps once: what is appended comes behind a comma. Of others a second line is made (measured).
BOTH = frozenset(("cache-control", "content-encoding", "content-type", "via", "x-request-id"))
REQUEST = BOTH | {
    *("accept", "accept-encoding", "access-control-request-headers", "access-control-request-method"),
    *("authorization", "origin", "referer", "user-agent"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"),
}
RESPONSE = BOTH | {
    *("access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods"),
    *("access-control-allow-origin", "access-control-expose-headers", "access-control-max-age"),
    *("etag", "server", "vary"),
}
ONCE = {"request": REQUEST, "response": RESPONSE}


def added(item: Item, side: str) -> HeaderOp | None:
    """A HeaderValueOption, for one side ("request", "response")."""
    key = field(item, "header", "key")
    given = field(item, "header", "value")
    if key is None or key.masked:
        return None
    name = key.text.lower()
    old = text(item, "append")
    action = text(item, "append_action") or "APPEND_IF_EXISTS_OR_ADD"
    action = {"false": "OVERWRITE_IF_EXISTS_OR_ADD"}.get(old, ACTIONS.get(action, action))
    span = given.span if given is not None else key.span
    value = EMPTY if given is None else formatting.value(given.text, given.span)
    keeps = not is_set(item, "keep_empty_value")
    join = "," if name in ONCE[side] else ""
    if action == "APPEND_IF_EXISTS_OR_ADD":
        return HeaderOp("append", name, value, span, empty_keeps=keeps, empty_sent=not keeps, join=join)
    return HeaderOp(
        "set",
        name,
        value,
        span,
        present_only=action == "OVERWRITE_IF_EXISTS",
        absent_only=action == "ADD_IF_ABSENT",
        empty_keeps=keeps,
        empty_sent=not keeps,
        join=join if action == "ADD_IF_ABSENT" else "",
    )


def removed(item: Item) -> HeaderOp:
    return HeaderOp("remove", item.text.lower(), EMPTY, item.words)


def of_level(level: Item | None, side: str) -> tuple[HeaderOp, ...]:
    """The operations that a route, virtual host or route configuration has for one side ("request", "response")."""
    gone = [removed(one) for one in fields(level, f"{side}_headers_to_remove") if not one.masked]
    listed = (added(one, side) for one in fields(level, f"{side}_headers_to_add"))
    given = [op for op in listed if op is not None]
    adding = [op for op in given if op.verb == "append" or op.absent_only]
    return (*gone, *(op for op in given if op not in adding), *adding)


def of_levels(levels: Sequence[Item], side: str, specific_wins: bool) -> Iterator[tuple[HeaderOp, ...]]:
    """The operations of each level in the order in which they are done; `levels` begin with the most specific. Those
    of a weighted cluster always come first (measured)."""
    ordered = [*levels[:-3], *reversed(levels[-3:])] if specific_wins else levels
    for number, level in enumerate(ordered, 1):
        ops = of_level(level, side)
        if ops:
            yield tuple(replace(op, together=number) for op in ops)


def mutation(item: Item, side: str) -> HeaderOp | None:
    """One mutation of the header_mutation filter; None where it is not understood."""
    gone = field(item, "remove")
    if gone is not None:
        return removed(gone)
    append = field(item, "append")
    return None if append is None else added(append, side)
