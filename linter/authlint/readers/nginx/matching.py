"""What a location's words take (https://nginx.org/en/docs/http/ngx_http_core_module.html#location)."""

from __future__ import annotations

from authlint.model.gateway import Match
from authlint.readers.nginx.expand import Node


def match_of(node: Node) -> Match:
    """What a location takes."""
    return located(node)[0]


def located(node: Node) -> tuple[Match, bool]:
    """The same, and whether patterns are tried after it."""
    words = [word.text for word in node.args]
    modifier, text = (words[0], words[1]) if len(words) > 1 else ("", words[0])
    if not modifier:
        for known in ("=", "^~", "~*", "~"):
            if text.startswith(known):
                modifier, text = known, text[len(known) :]
                break
    if text.startswith("@") and not modifier:
        return Match("named", text), False
    match modifier:
        case "=":
            return Match("exact", text), True
        case "^~":
            return Match("prefix", text), True
        case "~" | "~*":
            return Match("pattern", text, modifier == "~*"), False
        case _:
            return Match("prefix", text), False
