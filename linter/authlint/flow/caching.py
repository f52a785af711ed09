"""Caches: empty, unless it is assumed what they hold.

What is kept, under which key, and that credentials play no part of their own was measured on nginx 1.22.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlint.flow.assume import Reply, Slot
from authlint.flow.passage import Passage
from authlint.flow.values import evaluate
from authlint.model.reply import Cache
from authlint.model.unknown import Unknown
from authlint.model.value import Value

PRIVATE = ("no-store", "no-cache", "private", "max-age=0", "s-maxage=0")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that a cache keeps from now on."""

    slot: Slot
    reply: Reply
    cache: Cache


def look_up(p: Passage, cache: Cache) -> Reply | None:
    """The answer that is kept for this request."""
    slot = _slot(p, cache)
    if slot is None or _any(p, cache.unread):
        return None
    return p.shared.assume.stored.get(slot)


def keep(p: Passage, cache: Cache, reply: Reply) -> None:
    slot = _slot(p, cache)
    if slot is None or not _is_kept(cache, reply) or _any(p, cache.unkept):
        return
    p.note("kept", f"a {reply.status} is kept in {cache.zone}", cache.span, Kept(slot, reply, cache))


def _slot(p: Passage, cache: Cache) -> Slot | None:
    if ("GET" if p.nested else p.method) not in cache.methods:
        return None
    key = evaluate(p, cache.key)
    return None if isinstance(key, Unknown) else Slot(cache.zone, key)


def _any(p: Passage, values: tuple[Value, ...]) -> bool:
    texts = [evaluate(p, value) for value in values]
    return any(isinstance(text, Unknown) or text not in ("", "0") for text in texts)


def _is_kept(cache: Cache, reply: Reply) -> bool:
    """Answers that say that they are private, that set cookies, or that differ by the request's headers, are not
    shared, unless that is ignored."""
    if cache.statuses is not None and reply.status not in cache.statuses:
        return False
    return isinstance(reply.status, int) and not _is_private(cache, reply)


def _is_private(cache: Cache, reply: Reply) -> bool:
    for name, value in reply.headers:
        lower = name.lower()
        if lower in cache.ignores:
            continue
        if lower in ("set-cookie", "vary"):
            return True
        if lower == "cache-control" and any(word in value.lower() for word in PRIVATE):
            return True
    return False
