"""Caches: empty, unless it is assumed what they hold.

What is kept, under which key and for whom are the rules of ngx_http_upstream.c, measured with nginx 1.22 and 1.31
(tests/real/behaviour/caches, caches-used); credentials play no part of their own. Time stands still: nothing that is
kept grows old, so that *_cache_use_stale changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.flow.assume import Reply, Slot
from authlint.flow.passage import Passage
from authlint.flow.reading import header_text
from authlint.flow.values import evaluate
from authlint.model.reply import Cache
from authlint.model.unknown import Unknown
from authlint.model.value import Value
from authlint.record import record, replace

NEVER = ("no-cache", "no-store", "private")
TOLD = ("set-cookie", "x-accel-expires", "cache-control", "expires")


@record
class Kept:
    """An answer that a cache keeps from now on."""

    slot: Slot
    reply: Reply
    cache: Cache


@record
class Missed:
    """A cache was asked for what it does not hold."""

    slot: Slot


def look_up(p: Passage, cache: Cache | None, url: str) -> tuple[Slot | None, tuple[Slot, Reply] | None]:
    """Where the answer to this request may be kept (None: nowhere), and what is kept there."""
    p.cache_status = ""
    if cache is None or ("GET" if p.nested else p.method) not in cache.methods:
        return None, None
    key = url if cache.key is None else evaluate(p, cache.key)
    if isinstance(key, Unknown):
        return None, None
    slot = Slot(cache.zone, key)
    if _any(p, cache.unread):
        p.cache_status = "BYPASS"
        return slot, None
    here = _stored(p, slot)
    found = _found(p, here)
    p.cache_status = "MISS" if found is None else "HIT"
    if found is None:
        # Where an answer is kept for other headers, those of these headers are counted apart (measured).
        counted = replace(slot, varies=_varying(p, [name for name, _ in here[0][0].varies] if here else []))
        if not _often(p, cache, counted):
            return None, None
    return slot, found


def _often(p: Passage, cache: Cache, slot: Slot) -> bool:
    """Whether this has now been asked for often enough to be kept."""
    uses = p.shared.assume.uses
    before = sum(isinstance(one.subject, Missed) and one.subject.slot == slot for one in p.shared.trace)
    p.note("missed", f"the cache {cache.zone} does not hold the answer", cache.span, Missed(slot))
    return uses is None or uses.get(slot, 0) + before + 1 >= cache.least


def _stored(p: Passage, slot: Slot) -> list[tuple[Slot, Reply]]:
    """The newest first."""
    known = [*p.shared.assume.stored.items(), *_left(p)]
    return [one for one in known if (one[0].zone, one[0].key) == (slot.zone, slot.key)][::-1]


def _found(p: Passage, here: list[tuple[Slot, Reply]]) -> tuple[Slot, Reply] | None:
    """The newest says with which headers answers vary; others that vary with other headers are lost."""
    names = [name for name, _ in here[0][0].varies] if here else []
    for where, reply in here:
        same = [name for name, _ in where.varies] == names
        if same and all(header_text(p, name) == value for name, value in where.varies):
            return where, reply
    return None


def _left(p: Passage) -> Iterator[tuple[Slot, Reply]]:
    """What this very request has left behind."""
    for event in p.shared.trace:
        if isinstance(event.subject, Kept):
            yield event.subject.slot, event.subject.reply


def keep(p: Passage, cache: Cache, slot: Slot, reply: Reply, elsewhere: bool) -> None:
    """Keeps an answer, if it may be kept; of an error that is answered `elsewhere` the status alone."""
    if not isinstance(reply.status, int) or (not elsewhere and _any(p, cache.unkept)):
        return
    told = _told(cache, reply)
    listed = cache.statuses is None or reply.status in cache.statuses
    if told is False or (told is None and not listed):
        return
    if elsewhere:
        slot, reply = replace(slot, bare=True), Reply(reply.status)
    else:
        names = [] if "vary" in cache.ignores else _words(reply, "vary")
        if "*" in names:
            return
        slot = replace(slot, varies=_varying(p, names))
    p.note("kept", f"a {reply.status} is kept in {cache.zone}", cache.span, Kept(slot, reply, cache))


def _varying(p: Passage, names: list[str]) -> tuple[tuple[str, str], ...]:
    texts = [(name.lower(), header_text(p, name.lower())) for name in names]
    return tuple((name, text) for name, text in texts if isinstance(text, str))


def _any(p: Passage, values: tuple[Value, ...]) -> bool:
    texts = [evaluate(p, value) for value in values]
    return any(isinstance(text, Unknown) or text not in ("", "0") for text in texts)


def _told(cache: Cache, reply: Reply) -> bool | None:
    """Whether the answer's own headers let it be kept (True), forbid it (False), or say nothing of it."""
    found = {name: _words(reply, name) for name in TOLD if name not in cache.ignores}
    if found.get("set-cookie"):
        return False
    if expires := found.get("x-accel-expires"):
        return expires[0] != "0"
    words = [word.lower() for word in found.get("cache-control", ())]
    if any(word.startswith(NEVER) for word in words):
        return False
    for prefix in ("s-maxage=", "max-age="):
        for word in words:
            if word.startswith(prefix):
                return word[len(prefix) :].strip().lstrip("0") != ""
    if dates := found.get("expires"):
        return _is_far(", ".join(dates))
    return None


def _is_far(date: str) -> bool:
    """Time stands still: a date that is nearer than this may be over."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).timestamp() > 4e9
    except (TypeError, ValueError):
        return False


def _words(reply: Reply, name: str) -> list[str]:
    texts = [value for key, value in reply.headers if key.lower() == name]
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]
