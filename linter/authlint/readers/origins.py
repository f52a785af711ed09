"""Texts and patterns that no browser's Origin header can fit (https://fetch.spec.whatwg.org/#origin-header)."""

from __future__ import annotations

import re

from authlint.expression import expression

LEAD = expression(r"\^\(?(?:\?:)?([A-Za-z0-9]+)(?![*?{])")
SCHEMES = ("http", "null")
CURE = "write scheme, host and port as browsers send them: in lower case and without a slash at the end"


def impossible(origin: str, any_case: bool = False) -> str:
    """Why no origin can be this text; empty where one may."""
    if origin in ("*", "null"):
        return ""
    if origin == "":
        return "the text is empty"
    if re.search(r"[\s,]", origin.strip()):
        return "browsers take one origin, not a list"
    if origin.endswith("/"):
        return "an origin does not end with a slash"
    if "*" in origin:
        return "this text has no wildcard: it is compared as it stands"
    if "://" not in origin:
        return "an origin begins with its scheme"
    if "/" in origin.partition("://")[2]:
        return "an origin has no path"
    if origin != origin.lower() and not any_case:
        return "browsers send origins in lower case"
    scheme, _, rest = origin.lower().partition("://")
    if (scheme, rest.rpartition(":")[2]) in (("https", "443"), ("http", "80")):
        return "browsers leave the scheme's own port out"
    return ""


def unfit(pattern: str) -> str:
    """Why no origin can fit a pattern that is anchored; empty where one may, or where nobody can tell."""
    if "|" in pattern or "://" in pattern.replace("\\", ""):
        # Of an alternative one half may fit; apps have schemes of their own.
        return _slash(pattern) if "|" not in pattern else ""
    lead = LEAD.match(pattern)
    if lead is not None and not any(
        one.startswith(lead[1].lower()[:4]) or lead[1].lower().startswith(one) for one in SCHEMES
    ):
        return "an origin begins with its scheme, and this begins otherwise"
    return _slash(pattern)


def _slash(pattern: str) -> str:
    return "an origin does not end with a slash" if re.search(r"[^?*\\]\\?/\$$", pattern) else ""
