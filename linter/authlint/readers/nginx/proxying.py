"""proxy_pass and its kin: what goes to an upstream, and what comes back."""

from __future__ import annotations

from typing import Literal

from authlint.expression import expression
from authlint.model.step import Forward, HeaderOp, Shadowed
from authlint.model.value import EMPTY, Cat, Get, Lit, Text, Value
from authlint.readers.nginx import caching, release
from authlint.readers.nginx.cookies import cookies
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.headers import request_ops, shadowed
from authlint.readers.nginx.levels import Level
from authlint.readers.nginx.sizes import size_of
from authlint.readers.nginx.template import HOLE
from authlint.record import record


@record
class Family:
    """The directives of one kind of upstream."""

    prefix: str  # of the directive names
    setter: str
    encoding: Literal["http", "grpc", "params"]


FAMILIES = {
    "proxy_pass": Family("proxy", "proxy_set_header", "http"),
    "grpc_pass": Family("grpc", "grpc_set_header", "grpc"),
    "fastcgi_pass": Family("fastcgi", "fastcgi_param", "params"),
    "uwsgi_pass": Family("uwsgi", "uwsgi_param", "params"),
    "scgi_pass": Family("scgi", "scgi_param", "params"),
}
# Measured on nginx 1.22.1; the list of ngx_http_proxy_module's own defaults.
HOP_BY_HOP = frozenset(("connection", "keep-alive", "te", "transfer-encoding", "upgrade", "expect", "host"))
HOP_BY_HOP_HTTP = HOP_BY_HOP | {"proxy-connection", "proxy-authorization"}
PAGE = 4096
SCHEME = expression(r"[A-Za-z]+://")


def passing(level: Level) -> Node | None:
    """The *_pass in effect: a location's own, which `if` and limit_except inside it inherit."""
    here: Level | None = level
    while here is not None:
        found = here.own(*FAMILIES)
        if found:
            return found[-1]
        here = here.parent if here.kind in ("if", "limit_except") else None
    return None


def forward(level: Level, node: Node, location: str | None) -> Forward:
    """`location`: the path that a URI in the URL replaces; None where there is none (a pattern, a name)."""
    family = FAMILIES[node.name]
    url = node.arg(0)
    target = _target(level, node, family)
    variable = "$" in url
    has_uri = node.name == "proxy_pass" and _has_uri(url)
    intercept = level.last(f"{family.prefix}_intercept_errors")
    switch = level.last(f"{family.prefix}_pass_request_headers")
    return Forward(
        target=target,
        prefix=location if has_uri and not variable else None,
        whole=variable and node.name == "proxy_pass",
        headers=(*_defaults(level, family, node), *request_ops(level, family.setter)),
        client_headers=level.flag(f"{family.prefix}_pass_request_headers", True),
        client_headers_span=switch.span if switch is not None else None,
        body=level.flag(f"{family.prefix}_pass_request_body", True),
        encoding=family.encoding,
        dropped=HOP_BY_HOP_HTTP if family.encoding != "params" else frozenset(),
        hide=_hidden(level, family),
        intercept=intercept is not None and intercept.arg(0) == "on",
        intercept_span=intercept.span if intercept is not None else None,
        redirects=_redirects(level, family),
        jump_header=_jump_header(level, family),
        span=node.span,
        method=_method(level, family),
        cache=caching.cache(level, family.prefix),
        cookies=cookies(level) if family.prefix == "proxy" else (),
        head=_head(level, family),
    )


def _head(level: Level, family: Family) -> int | None:
    """proxy_buffer_size; by default a page of memory, which most machines have with 4096 bytes."""
    node = level.last(f"{family.prefix}_buffer_size")
    return size_of(node.arg(0)) if node is not None else PAGE


def _method(level: Level, family: Family) -> Value | None:
    node = level.last("proxy_method") if family.prefix == "proxy" else None
    return None if node is None else level.value(node.arg(0))


def _has_uri(url: str) -> bool:
    return "/" in SCHEME.sub("", url, count=1) and not _socket_only(url)


def _socket_only(url: str) -> bool:
    """http://unix:/path without the colon behind which a URI would stand."""
    rest = SCHEME.sub("", url, count=1)
    return rest.startswith("unix:") and ":" not in rest[5:]


def _target(level: Level, node: Node, family: Family) -> Value:
    value = level.value(node.arg(0))
    if SCHEME.match(node.arg(0)) or family.encoding == "http":
        return value
    parts = value.parts if isinstance(value, Cat) else (value,)
    if isinstance(value, Lit):
        return Lit(f"{family.prefix}://{value.text}")
    return Cat((Lit(f"{family.prefix}://"), *parts))


def _defaults(level: Level, family: Family, node: Node) -> tuple[HeaderOp, ...]:
    """Host and Connection, unless they are set (the manual's proxy_set_header)."""
    if family.encoding == "params":
        return ()
    host = HeaderOp("set", "Host", Get("upstream-host"), node.span, implied=True)
    if not release.closes(level.names.server):
        return (host,)
    connection = HeaderOp("set", "Connection", Lit("close"), node.span, implied=True)
    return (host, connection)


def _hidden(level: Level, family: Family) -> tuple[HeaderOp, ...]:
    passed = {node.arg(0).lower() for node in level.nearest(f"{family.prefix}_pass_header")}
    nodes = level.nearest(f"{family.prefix}_hide_header")
    return tuple(
        HeaderOp("remove", node.arg(0), EMPTY, node.span)
        for node in nodes
        if node.args and node.arg(0).lower() not in passed
    )


def _redirects(level: Level, family: Family) -> tuple[tuple[Value | Text, Value], ...]:
    """Nested locations inherit what an outer one has by default too, with the outer URL (measured)."""
    if family.prefix != "proxy":
        return ()
    holder = level.holder("proxy_redirect")
    if holder is not None:
        nodes = holder.own("proxy_redirect")
        if any(node.arg(0) == "off" for node in nodes):
            return ()
        pairs = (_redirect(holder, node) for node in nodes)
        return tuple(pair for pair in pairs if pair is not None)
    for one in level.chain():
        pair = _usual_redirect(one)
        if pair is not None:
            return (pair,)
    return ()


def _redirect(level: Level, node: Node) -> tuple[Value | Text, Value] | None:
    first = node.arg(0)
    if first == "default":
        return _usual_redirect(level)
    if len(node.args) < 2:
        return None
    if first.startswith("~"):
        nocase = first.startswith("~*")
        return Text("search", first[2 if nocase else 1 :], nocase), level.value(node.arg(1))
    return level.value(first), level.value(node.arg(1))


def _usual_redirect(level: Level) -> tuple[Value, Value] | None:
    """The upstream's URL and the location, of a level with a proxy_pass of its own without variables."""
    nodes = level.own("proxy_pass")
    url = nodes[-1].arg(0) if nodes else ""
    if not url or "$" in url or HOLE in url:
        return None
    if not _has_uri(url):
        return Lit(url + "/"), Lit("/")
    return Lit(url), Lit(level.location_text())


def _jump_header(level: Level, family: Family) -> str | None:
    ignored = {
        word.text.lower() for node in level.nearest(f"{family.prefix}_ignore_headers") for word in node.args
    }
    return None if "x-accel-redirect" in ignored else "X-Accel-Redirect"


def replaced(level: Level, node: Node) -> Shadowed | None:
    """The outer request headers that this level's own ones replace, of the family that its *_pass uses."""
    return shadowed(level, FAMILIES[node.name].setter)
