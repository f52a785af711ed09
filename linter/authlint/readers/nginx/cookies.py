"""proxy_cookie_path, proxy_cookie_domain and proxy_cookie_flags
(https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cookie_path)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from authlint.model.reply import CookieFlags, CookieRewrite
from authlint.model.value import Text, Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level


def cookies(level: Level) -> tuple[CookieRewrite | CookieFlags, ...]:
    """What is done to an upstream's cookies; each directive is inherited for itself, all or nothing."""
    return (*_rewrites(level, "domain"), *_rewrites(level, "path"), *_flags(level))


def _rewrites(level: Level, attribute: Literal["path", "domain"]) -> Iterator[CookieRewrite]:
    nodes = level.nearest(f"proxy_cookie_{attribute}")
    if any(node.arg(0) == "off" for node in nodes):
        return
    for node in nodes:
        if len(node.args) == 2:
            old = _old(level, node, attribute == "domain")
            yield CookieRewrite(attribute, old, level.value(node.arg(1)), node.span)


def _old(level: Level, node: Node, nocase: bool) -> Value | Text:
    word = node.arg(0)
    if word.startswith("~"):
        caseless = word.startswith("~*")
        return Text("search", word[2 if caseless else 1 :], nocase or caseless)
    return level.value(word)


def _flags(level: Level) -> Iterator[CookieFlags]:
    nodes = level.nearest("proxy_cookie_flags")
    if any(node.arg(0) == "off" for node in nodes):
        return
    for node in nodes:
        yield CookieFlags(
            _old(level, node, True), tuple(word.text.lower() for word in node.args[1:]), node.span
        )
