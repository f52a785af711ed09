"""Attributes of cookies."""

from __future__ import annotations

import re

from authlint.expression import expression
from authlint.intent import Mend, Reword
from authlint.text import Span

SAME_SITE = expression(r"SameSite=\w+", re.IGNORECASE)


def unbound(span: Span | None, cookie: str) -> tuple[Mend, ...]:
    """The attribute as it is sent is how it is written, where it stands there in one piece. Without Secure no browser
    would take it."""
    said = SAME_SITE.search(cookie)
    if span is None or said is None or "secure" not in cookie.lower():
        return ()
    return (Mend("let the cookie go to pages of other sites", (Reword(span, said[0], "SameSite=None"),)),)
