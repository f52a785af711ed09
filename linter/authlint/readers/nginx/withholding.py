"""A variable less in a log's format (https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)."""

from __future__ import annotations

from authlint.intent import Edit
from authlint.model.value import Get
from authlint.readers.nginx.scan import Directive
from authlint.readers.nginx.variables import DOLLAR, PREFIXED
from authlint.readers.nginx.writing import Page
from authlint.text import Span

# What is written of an empty variable, by the kind of escaping (measured).
ABSENT = {"": "-", "default": "-", "json": "", "none": ""}
WITHOUT_QUERY = {"target": "$uri", "request-line": "$request_method $uri $server_protocol"}


def withheld(page: Page, found: Directive, span: Span, part: Get) -> tuple[Edit, ...] | None:
    """The variable at the span, which is the request's own."""
    escape = next((one.text[7:] for one in found.args[1:] if one.text.startswith("escape=")), "")
    variable = DOLLAR.fullmatch(page.text[span.start : span.end])
    text = absent(variable[1] or variable[3] or "", part, escape) if variable is not None else None
    word = next((one for one in found.args[1:] if one.start <= span.start and span.end <= one.end), None)
    if text is None or word is None or (not word.quoted and text in ("", WITHOUT_QUERY["request-line"])):
        return None
    return (Edit(span, text),)


def absent(variable: str, part: Get, escape: str) -> str | None:
    """What is written in a variable's place, if that is this part of the request."""
    if part.kind in WITHOUT_QUERY:
        named = {"request": "request-line", "request_uri": "target"}.get(variable) == part.kind
        # A path is decoded: where nothing is escaped it could write lines of its own.
        return WITHOUT_QUERY[part.kind] if named and escape != "none" else None
    if part.kind == "query":
        return ABSENT.get(escape) if variable in ("args", "query_string") else None
    for prefix, kind, dash in PREFIXED:
        if kind == part.kind and variable.lower() == prefix + part.name.lower().replace(dash, "_"):
            return ABSENT.get(escape)
    return None
