"""What is done with an upstream's answer before the client has it: cookies are changed, it is kept for others."""

from __future__ import annotations

from typing import Literal

from authlint.model.value import Text, Value
from authlint.record import record
from authlint.text import Span


@record
class CookieRewrite:
    """The path or domain of an upstream's cookies: what it begins with (of a domain: what it is) and becomes instead,
    or a pattern and what becomes of all of it. The first that fits counts."""

    attribute: Literal["path", "domain"]
    old: Value | Text
    new: Value
    span: Span


@record
class CookieFlags:
    """Flags that the cookies of this name get ("secure", "samesite=lax") or lose ("nosecure")."""

    name: Value | Text
    changes: tuple[str, ...]
    span: Span


@record
class Cache:
    """Answers are kept, and given to others whose request has the same `key`.

    `statuses` are those that are kept whatever the upstream says of it (None: all), besides what it says itself
    unless that is in `ignores`. Where a value of `unread` is neither empty nor "0" the upstream is asked anyway,
    where one of `unkept` is the answer is not kept; that there was an error which is answered elsewhere is kept all
    the same (measured with nginx 1.22 and 1.31).
    """

    key: Value | None  # None: the URL that the upstream is asked for
    statuses: frozenset[int] | None
    methods: frozenset[str]
    unread: tuple[Value, ...]
    unkept: tuple[Value, ...]
    ignores: frozenset[str]  # headers of the upstream's answer, lower case
    span: Span
    least: int = 1  # what was asked for less often is not kept
    zone: str = ""  # caches of one zone hold the same answers
    key_span: Span | None = None  # of the setting that names the key
    refusals_span: Span | None = None  # of the one by which a 401 is kept
