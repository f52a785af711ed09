"""proxy_cache and its kin (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache)."""

from __future__ import annotations

from authlint.model.reply import Cache
from authlint.model.value import Lit, Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level
from authlint.text import Span

# Without codes proxy_cache_valid is for these (the manual; measured: a 401 is not kept then).
VALID = ("200", "301", "302")
ALWAYS = frozenset(("GET", "HEAD"))


def cache(level: Level, prefix: str) -> Cache | None:
    """The cache in effect for a *_pass of this family."""
    node = level.last(f"{prefix}_cache")
    if node is None or node.arg(0) in ("", "off"):
        return None
    methods = {word.text.upper() for one in level.nearest(f"{prefix}_cache_methods") for word in one.args}
    ignored = {word.text.lower() for one in level.nearest(f"{prefix}_ignore_headers") for word in one.args}
    named = level.last(f"{prefix}_cache_key")
    valid = level.nearest(f"{prefix}_cache_valid")
    return Cache(
        key=_key(level, prefix),
        statuses=_statuses(valid),
        methods=ALWAYS | frozenset(methods),
        unread=_values(level, f"{prefix}_cache_bypass"),
        unkept=_values(level, f"{prefix}_no_cache"),
        ignores=frozenset(ignored),
        span=node.span,
        least=_least(level.last(f"{prefix}_cache_min_uses")),
        zone=node.arg(0),
        key_span=None if named is None else named.span,
        refusals_span=_of_refusals(valid),
    )


def _key(level: Level, prefix: str) -> Value | None:
    node = level.last(f"{prefix}_cache_key")
    if node is not None and node.args:
        return level.value(node.arg(0))
    return None if prefix == "proxy" else Lit("")


def _least(node: Node | None) -> int:
    """Measured: 0 is as good as 1."""
    return int(node.arg(0)) if node is not None and node.arg(0).isdigit() else 1


def _values(level: Level, name: str) -> tuple[Value, ...]:
    return tuple(level.value(word.text) for node in level.nearest(name) for word in node.args)


def _statuses(nodes: list[Node]) -> frozenset[int] | None:
    kept: set[int] = set()
    never: set[int] = set()
    whole = False
    for node in nodes:
        words = [word.text for word in node.args]
        if not words:
            continue
        time, codes = words[-1], words[:-1] or list(VALID)
        if "any" in codes and time != "0":
            whole = True
        numbers = {int(code) for code in codes if code.isdigit()}
        # The first line that names a status decides.
        if time == "0":
            never |= numbers - kept
        else:
            kept |= numbers - never
    if whole:
        return None if not never else frozenset(range(100, 600)) - never
    return frozenset(kept)


def _of_refusals(nodes: list[Node]) -> Span | None:
    """The first line that names 401, or everything, if it keeps it."""
    for node in nodes:
        words = [word.text for word in node.args]
        if "401" in words[:-1] or "any" in words[:-1]:
            return None if words[-1] == "0" else node.span
    return None
