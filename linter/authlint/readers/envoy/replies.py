"""How the gateway's own answers are made into others.

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from authlint.model.condition import All, Condition, Unclear
from authlint.model.gateway import LocalReply
from authlint.readers.envoy.headers import added
from authlint.readers.envoy.matching import header_matcher
from authlint.readers.envoy.proto import field, fields, number, text
from authlint.readers.yaml.tree import Item

STATUSES = frozenset(range(100, 600))
# The statuses that are meant, and what else must hold of the request.
Case = tuple[frozenset[int], tuple[Condition, ...]]


def replies(config: Item) -> Iterator[LocalReply]:
    """The mappers; one whose filter is an "or" is as good as one for each of its parts."""
    for item in fields(config, "local_reply_config", "mappers"):
        listed = (added(one, "response") for one in fields(item, "headers_to_add"))
        ops = tuple(op for op in listed if op is not None)
        for statuses, when in _cases(field(item, "filter")):
            tested = All(when) if when else None
            yield LocalReply(statuses, tested, number(item, "status_code"), ops, item.words)


def _cases(item: Item | None) -> Iterator[Case]:
    """What an AccessLogFilter lets through (measured)."""
    if item is None:
        return
    either, both = field(item, "or_filter"), field(item, "and_filter")
    header, status = field(item, "header_filter"), field(item, "status_code_filter")
    if either is not None:
        for one in fields(either, "filters"):
            yield from _cases(one)
    elif both is not None:
        for parts in product(*(list(_cases(one)) for one in fields(both, "filters"))):
            statuses = frozenset.intersection(STATUSES, *(part[0] for part in parts))
            yield statuses, tuple(test for part in parts for test in part[1])
    elif header is not None:
        tests = map(header_matcher, fields(header, "header"))
        yield STATUSES, tuple(tests)
    elif status is not None:
        yield from _by_status(status)
    elif field(item, "not_health_check_filter") is not None:
        yield STATUSES, ()
    else:
        name = next((one.name for one in item.entries()), "filter")
        yield STATUSES, (Unclear(f"which of the gateway's own answers a {name} is for"),)


def _by_status(item: Item) -> Iterator[Case]:
    status = number(item, "comparison", "value", "default_value")
    if status is None:
        yield STATUSES, (Unclear("which statuses of the gateway's own a reply is for"),)
        return
    tests = {
        "": lambda one: one == status,
        "EQ": lambda one: one == status,
        "GE": lambda one: one >= status,
        "LE": lambda one: one <= status,
        "NE": lambda one: one != status,
    }
    test = tests.get(text(item, "comparison", "op"))
    if test is not None:
        yield frozenset(filter(test, STATUSES)), ()
