"""What a cache keeps, and for whom."""

from __future__ import annotations

from authlint.intent import Exclude, KeyBy, Mend
from authlint.model.reply import Cache


def keep_no_401(cache: Cache, *, listed: bool) -> tuple[Mend, ...]:
    """Where 401 is listed, somebody wanted that."""
    span = cache.refusals_span
    return () if span is None else (Mend("keep no 401", (Exclude(span, "401"),), safe=not listed),)


def keep_apart(cache: Cache) -> tuple[Mend, ...]:
    by = KeyBy(cache.key_span or cache.span, ("Authorization", "Cookie"))
    return (Mend("keep what each client gets apart", (by,)),)
