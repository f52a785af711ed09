"""What caches keep of one request's answer for the next.

A store lives as long as a sequence of requests; without one every cache is empty. Rules of ngx_http_upstream.c,
measured with nginx 1.22 and 1.31 (tests/real/behaviour/caches).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from authlint.flow.assume import Reply
from authlint.flow.passage import Passage
from authlint.flow.reading import header_text
from authlint.flow.values import evaluate
from authlint.model.reply import Cache
from authlint.model.unknown import Unknown
from authlint.model.value import Value

Key: TypeAlias = tuple[str, str]
NEVER = ("no-cache", "no-store", "private")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and the request headers that it varies with. `bare`: its status alone, of an error that is answered
    elsewhere."""

    reply: Reply
    varies: tuple[tuple[str, str], ...] = ()
    bare: bool = False


@dataclass(slots=True)
class Store:
    """`kept` are earlier requests' answers, `fresh` those of the one that is under way."""

    kept: dict[Key, list[Kept]] = field(default_factory=dict)
    fresh: dict[Key, list[Kept]] = field(default_factory=dict)

    def begin(self) -> None:
        self.fresh = {}

    def commit(self) -> None:
        for key, several in self.fresh.items():
            self.kept.setdefault(key, []).extend(several)
        self.fresh = {}

    def find(self, p: Passage, key: Key) -> Kept | None:
        known: list[Kept] = [*self.fresh.get(key, ()), *self.kept.get(key, ())]
        for one in known:
            if all(header_text(p, name) == value for name, value in one.varies):
                return one
        return None


def look_up(p: Passage, cache: Cache | None, url: str) -> tuple[Key | None, Kept | None]:
    """The key under which an answer may be kept (None: it may not), and what is kept there."""
    p.cache_status = ""
    store = p.shared.assume.kept
    if cache is None or p.method not in cache.methods:
        return None, None
    text = url if cache.key is None else evaluate(p, cache.key)
    if isinstance(text, Unknown):
        return None, None
    key = (cache.zone, text)
    if any(_said(p, value) for value in cache.unread):
        p.cache_status = "BYPASS"
        return key, None
    found = store.find(p, key) if store is not None else None
    p.cache_status = "HIT" if found is not None else "MISS"
    return key, found


def keep(p: Passage, cache: Cache, key: Key, reply: Reply, bare: bool) -> None:
    """Keeps an answer, if it may be kept."""
    store = p.shared.assume.kept
    if store is None or not isinstance(reply.status, int):
        return
    if not bare and any(_said(p, value) for value in cache.unkept):
        return
    lasting = _said_by_upstream(cache, reply)
    valid = cache.statuses is None or reply.status in cache.statuses
    if lasting is False or (lasting is None and not valid):
        return
    if bare:
        store.fresh.setdefault(key, []).append(Kept(Reply(reply.status), bare=True))
        return
    names = [] if "vary" in cache.ignores else _listed(reply, "vary")
    if "*" in names:
        return
    texts = [(name.lower(), header_text(p, name.lower())) for name in names]
    varies = tuple((name, text) for name, text in texts if isinstance(text, str))
    store.fresh.setdefault(key, []).append(Kept(reply, varies))


def _said(p: Passage, value: Value) -> bool:
    """Whether a value is neither empty nor "0"; an unknown one is taken for said."""
    return evaluate(p, value) not in ("", "0")


def _said_by_upstream(cache: Cache, reply: Reply) -> bool | None:
    """Whether the answer's own headers let it be kept (True), forbid it (False), or say nothing of it."""
    found = {
        name: _listed(reply, name) for name in ("set-cookie", "x-accel-expires", "cache-control", "expires")
    }
    found = {name: words for name, words in found.items() if words and name not in cache.ignores}
    if "set-cookie" in found:
        return False
    if "x-accel-expires" in found:
        return found["x-accel-expires"][0] != "0"
    words = [word.lower() for word in found.get("cache-control", ())]
    if any(word.startswith(NEVER) for word in words):
        return False
    for prefix in ("s-maxage=", "max-age="):
        for word in words:
            if word.startswith(prefix):
                return word[len(prefix) :].strip().lstrip("0") != ""
    if "expires" in found:
        return _later(", ".join(found["expires"]))
    return None


def _later(text: str) -> bool:
    try:
        return parsedate_to_datetime(text).timestamp() > 4e9  # time stands still: nothing nearer is sure
    except (TypeError, ValueError):
        return False


def _listed(reply: Reply, name: str) -> list[str]:
    texts = [value for key, value in reply.headers if key.lower() == name]
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]
