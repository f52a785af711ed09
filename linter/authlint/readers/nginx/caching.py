"""proxy_cache and its kin (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache).

A directive of an inner level replaces all of its name; of several proxy_cache_valid the first that fits counts, and
a time of 0 keeps nothing (measured).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from authlint.model.step import Cache
from authlint.model.value import Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level

USUAL = ("200", "301", "302")  # without a list of statuses
METHODS = ("GET", "HEAD")
ALL = range(100, 600)
NEVER = re.compile(r"0+[a-zA-Z]*")


def cache(level: Level, family: str) -> Cache | None:
    """What is kept of the answers of an upstream of this family ("proxy", "fastcgi" ...)."""
    node = level.last(f"{family}_cache")
    if node is None or not node.args or node.arg(0) == "off":
        return None
    key, valid = level.last(f"{family}_cache_key"), level.nearest(f"{family}_cache_valid")
    refusals = _kept("401", valid)
    methods = [word.text for one in level.nearest(f"{family}_cache_methods") for word in one.args]
    return Cache(
        zone=node.arg(0),
        key=None if key is None else level.value(key.arg(0)),
        statuses=frozenset(status for status in ALL if _kept(str(status), valid) is not None),
        bypass=_values(level, f"{family}_cache_bypass"),
        unless=_values(level, f"{family}_no_cache"),
        methods=frozenset((*METHODS, *methods)),
        span=node.span,
        key_span=None if key is None else key.span,
        refusals_span=None if refusals is None else refusals.span,
    )


def _values(level: Level, name: str) -> tuple[Value, ...]:
    return tuple(level.value(word.text) for one in level.nearest(name) for word in one.args)


def _kept(status: str, valid: Iterable[Node]) -> Node | None:
    """The directive by which an answer with this status is kept."""
    for node in valid:
        words = [word.text for word in node.args]
        listed = words[:-1] or USUAL
        if words and (status in listed or "any" in listed):
            return None if NEVER.fullmatch(words[-1]) else node
    return None
