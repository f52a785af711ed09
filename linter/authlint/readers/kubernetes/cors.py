"""CORS annotations as the directives that the controller writes for them.

Every answer of the location gets the headers, errors too (more_set_headers); a preflight from an origin that fits is
answered 204 before anything else is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.annotations import (
    DEFAULT_HEADERS,
    DEFAULT_METHODS,
    HEADERS,
    METHODS,
    Annotations,
    fitting,
    origin_pattern,
    origins,
)
from authlint.readers.kubernetes.nodes import branch, gap, inert, node
from authlint.readers.nginx.expand import Node
from authlint.text import Span

MAX_AGE = "1728000"
SWITCHED = (
    *("cors-allow-origin", "cors-allow-credentials", "cors-allow-headers", "cors-allow-methods"),
    *("cors-expose-headers", "cors-max-age"),
)


def cors(own: Annotations, at: Span) -> Iterator[Node]:
    """What stands in the location; nothing but a word on why where CORS is off."""
    if own.masked("enable-cors") is not None:
        yield gap(at, "a template decides whether CORS is on")
        return
    if not own.flag("enable-cors", False):
        yield from _unused(own)
        return
    written = own.masked("cors-allow-origin")
    if written is not None:
        yield gap(written.span, "a template writes the origins")
        return
    where = own.span("cors-allow-origin") or at
    listed = origins(own.text("cors-allow-origin"))
    if not listed:
        why = "none of these has a scheme: the controller takes none of them, and CORS is off"
        yield inert(where, why, "write https:// in front of each", "cross-origin")
        return
    options = node(at, "set", "$cors", "${cors}options")
    if listed == ["*"]:
        yield node(where, "set", "$cors", "true")
    else:
        yield node(at, "set", "$cors", "")
        known = node(where, "set", "$cors", "true")
        yield branch(where, "$http_origin", "~*", origin_pattern(listed), children=[known])
    yield branch(at, "$request_method", "=", "OPTIONS", children=[options])
    headers = list(cors_headers(own, at))
    yield branch(at, "$cors", "=", "true", children=headers)
    answer = node(at, "return", "204")
    yield branch(at, "$cors", "=", "trueoptions", children=[*headers, answer])


def cors_headers(own: Annotations, at: Span) -> Iterator[Node]:
    """The lines that an answer gets whose origin is known; none where CORS is off or a template decides."""
    written = own.masked("enable-cors") or own.masked("cors-allow-origin")
    listed = origins(own.text("cors-allow-origin"))
    if written is not None or not listed or not own.flag("enable-cors", False):
        return
    origin = "*" if listed == ["*"] else "$http_origin"
    where = own.span("cors-allow-origin") or own.span("enable-cors") or at
    yield from _headers(own, own.span("enable-cors") or at, where, origin)


def _headers(own: Annotations, at: Span, where: Span, origin: str) -> Iterator[Node]:
    def line(name: str, value: str, *annotations: str) -> Node:
        return node(own.span(*annotations) or at, "more_set_headers", f"{name}: {value}")

    yield node(where, "more_set_headers", f"Access-Control-Allow-Origin: {origin}")
    if own.flag("cors-allow-credentials", True):
        yield line("Access-Control-Allow-Credentials", "true", "cors-allow-credentials")
    methods = fitting(own.text("cors-allow-methods"), METHODS, DEFAULT_METHODS)
    yield line("Access-Control-Allow-Methods", methods, "cors-allow-methods")
    headers = fitting(own.text("cors-allow-headers"), HEADERS, DEFAULT_HEADERS)
    yield line("Access-Control-Allow-Headers", headers, "cors-allow-headers")
    exposed = fitting(own.text("cors-expose-headers"), HEADERS, "")
    if exposed:
        yield line("Access-Control-Expose-Headers", exposed, "cors-expose-headers")
    age = own.text("cors-max-age")
    yield line("Access-Control-Max-Age", age if age.isdigit() else MAX_AGE, "cors-max-age")


def _unused(own: Annotations) -> Iterator[Node]:
    for name in SWITCHED:
        span = own.span(name)
        if span is not None:
            said = own.get("enable-cors")
            if said is not None and said.text.strip() in ("false", "False", "FALSE", "f", "F", "0"):
                return  # switched off in so many words
            why = "nothing is sent without enable-cors"
            yield inert(span, why, 'add nginx.ingress.kubernetes.io/enable-cors: "true"', "cross-origin")
            return
