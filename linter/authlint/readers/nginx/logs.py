"""What is written down of each request: access_log, log_format and error_log
(https://nginx.org/en/docs/http/ngx_http_log_module.html)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.fact import Log
from authlint.model.value import Get, parts
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level
from authlint.readers.nginx.variables import DOLLAR
from authlint.text import Span

COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" '
    '$status $body_bytes_sent "$http_referer" "$http_user_agent"'
)
# The format that packages' nginx.conf brings: what a fragment means by it.
MAIN = f'{COMBINED} "$http_x_forwarded_for"'
STOCK = {"combined": COMBINED, "main": MAIN}
# What a condition may tell requests with credentials from others by.
TELLING = frozenset(("header", "cookie", "argument", "query", "target", "path", "request-line"))
DEBUG = "nginx was built with --with-debug, as Debian's and the nginx-debug program are"


def logs(level: Level) -> tuple[Log, ...]:
    """What is in effect at a level. A log that is switched by the request's own credentials is left out."""
    key = tuple(map(id, (*level.nearest("access_log"), *level.nearest("error_log"))))
    known = level.names.logs.get(key)
    if known is None:
        known = level.names.logs[key] = (*_access(level), *_debug(level))
    return known


def _access(level: Level) -> Iterator[Log]:
    nodes = level.nearest("access_log")
    if any(node.arg(0) == "off" for node in nodes):
        return
    for node in nodes:
        if _is_certain(level, node):
            name = next((word.text for word in node.args[1:] if "=" not in word.text), "combined")
            yield from _format(level, node, name)


def _is_certain(level: Level, node: Node) -> bool:
    """Whether what `if=` asks does not depend on what the log would give away."""
    for word in node.args[1:]:
        if word.text.startswith("if="):
            inner = parts(level.value(word.text[3:]), level.names.definitions)
            if any(isinstance(one, Get) and one.kind in TELLING for one in inner):
                return False
    return not node.masked


def _format(level: Level, used: Node, name: str) -> Iterator[Log]:
    here: Level = level
    while here.parent is not None:
        here = here.parent
    for node in here.own("log_format"):
        if node.arg(0) == name:
            yield from _words(level, node, used)
            return
    for match in DOLLAR.finditer(STOCK.get(name, "")):
        yield Log((level.value(match[0]),), used.span, used.span)


def _words(level: Level, node: Node, used: Node) -> Iterator[Log]:
    """Each variable by itself: it is what a person takes out."""
    for number, word in enumerate(node.args[1:], 1):
        whole = node.word(number)
        begin = whole.start + len(word.quoted)
        as_written = len(word.text) == whole.end - whole.start - 2 * len(word.quoted)
        for match in DOLLAR.finditer(word.text):
            exact = Span(whole.path, begin + match.start(), begin + match.end())
            yield Log((level.value(match[0]),), exact if as_written else whole, used.span)


def _debug(level: Level) -> Iterator[Log]:
    """At the level debug every header that comes in is written (measured: also those that go to the upstream)."""
    for node in level.nearest("error_log") or level.names.outside:
        if node.args[-1:] and node.args[-1].text == "debug":
            yield Log((Get("header", "authorization"), Get("header", "cookie")), node.span, node.span, DEBUG)
