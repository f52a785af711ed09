"""Envoy's format strings as values.

https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (command operators)
"""

from __future__ import annotations

from authlint.expression import expression
from authlint.model.value import EMPTY, Case, Cat, Get, Lit, Opaque, Pick, Text, Value
from authlint.readers.envoy.matching import header
from authlint.readers.nginx.template import HOLE
from authlint.text import Span

COMMAND = expression(r"%%|%([A-Z0-9_]+)(?:\(((?:[^()%]|\([^()]*\))*)\))?(?::(\d+))?%")
JWT = "envoy.filters.http.jwt_authn"
PLAIN: dict[str, Value] = {
    "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": Get("peer"),
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT": Get("peer"),
    "DOWNSTREAM_LOCAL_PORT": Get("server-port"),
}


def value(text: str, span: Span) -> Value:
    """A text with commands; a command that is not understood, or is a template's, is Opaque."""
    if "%" not in text and HOLE not in text:
        return Lit(text)
    if HOLE in text:
        return Opaque("a template writes this")
    parts: list[Value] = []
    end = 0
    for found in COMMAND.finditer(text):
        if found.start() > end:
            parts.append(Lit(text[end : found.start()]))
        parts.append(Lit("%") if found[0] == "%%" else _command(found[1], found[2] or "", found[3], span))
        end = found.end()
    if end < len(text):
        parts.append(Lit(text[end:]))
    return parts[0] if len(parts) == 1 else Cat(tuple(parts))


def _command(name: str, argument: str, most: str | None, span: Span) -> Value:
    if most is not None and name not in ("REQ", "PATH"):
        return Opaque(f"%{name}%")
    if name == "REQ":
        first, _, second = argument.partition("?")
        return _either(first, second, span) if second else header(first)
    if name == "REQ_WITHOUT_QUERY":
        return (
            Get("path") if argument.lower() in (":path", "x-envoy-original-path?:path") else header(argument)
        )
    if name == "PATH":
        return Get("path") if argument.startswith("NQ") else Get("routed-target")
    if name == "QUERY_PARAM":
        return Get("argument", argument)
    if name == "DYNAMIC_METADATA":
        space, _, path = argument.partition(":")
        if space == JWT:
            return Get("claim", path.replace(":", "/"))
    return PLAIN.get(name, Opaque(f"%{name}%"))


def _either(first: str, second: str, span: Span) -> Value:
    """A header, or where it is absent another one."""
    source = header(first)
    return Pick(source, (Case(Text("present"), source, span),), header(second) if second else EMPTY, span)
