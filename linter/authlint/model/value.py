"""Expressions that a server works out for each request: a header's value, a redirect's target, a realm.

Parsed once by the reader and evaluated by `flow`, so that nothing but the reader knows how a dialect writes a
variable. Rules may look into them: `op.value == Get("header", "authorization")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from authlint.record import entity, record
from authlint.text import Span

Kind: TypeAlias = Literal[
    "header",  # a request header by lower-case name; several values are joined
    "cookie",
    "argument",  # a query parameter
    "query",  # the whole query string
    "has-query",  # "?" where there is a query, else nothing
    "path",  # the path as the gateway sees it now: decoded, possibly rewritten
    "target",  # path and query as the client sent them
    "request-line",
    "protocol",  # HTTP/1.1, HTTP/2.0
    "method",
    "own-method",  # under which the request is handled here: an auth request is a GET
    "scheme",
    "host",  # the request's host name: lower case, no port, else the virtual host's first name
    "server-name",
    "server-port",
    "peer",  # the address the request comes from
    "user",  # the name in Basic credentials, whether they were checked or not
    "forwarded-for",  # X-Forwarded-For with the peer appended
    "capture",  # of the regular expression that matched last: a number or a name
    "upstream-host",  # the authority of the upstream as configured
    "upstream-port",
    "upstream-header",  # a header of the last upstream's response
    "upstream-status",
    "upstream-cookie",  # that the last upstream sets
    "cache-status",  # HIT, MISS or BYPASS
    "response-header",
    "document-root",
    "authority",  # the Host header as the gateway sees it, port included
    "authority-name",  # the same without a port
    "question",  # the query with its "?", also where nothing stands behind that
    "rest",  # the path without its first letters: `name` says how many
    "routed-target",  # path and query as the gateway sees them now
    "unwritten-target",  # what they were before a rewrite for the upstream, empty where there was none
    "url",  # scheme, authority and target as seen now; the target cut after `name` letters, if that is given
    "claim",  # of a token that was verified: the name of its payload, then the claim's, with "/" between them
]


@record
class Lit:
    """Fixed text."""

    text: str


@record
class Get:
    """A property of the request, the connection or the last response; `name` where the kind needs one."""

    kind: Kind
    name: str = ""


@record
class Variable:
    """A name that can be assigned while a request is handled; before that the gateway's definition counts.

    A definition is worked out when first used and then kept for the rest of the request; without one the
    variable is empty.
    """

    name: str


@record
class Cat:
    """Several expressions, one after the other."""

    parts: tuple[Value, ...]


@record
class Case:
    """One line of a Pick."""

    test: Text
    value: Value
    span: Span


@entity
class Pick:
    """The value of the first case whose test fits `source`, else `default`. Exact tests come before patterns.

    As a definition it is kept once it is worked out, unless `volatile`.
    """

    source: Value
    cases: tuple[Case, ...]
    default: Value
    span: Span
    volatile: bool = False


@record
class Opaque:
    """Something that the configuration alone does not tell; empty-able where `may_be_empty`."""

    reason: str


Value: TypeAlias = Lit | Get | Variable | Cat | Pick | Opaque


@record
class Text:
    """A test on a text: how it is compared, and with what.

    `there` is a header or parameter that was sent, be it empty. `search` and `full` take a regular expression as
    text, in RE2's syntax if `re2`; `true` is: neither empty nor "0"; `segments` a prefix that ends with a path
    segment; `network` an address in CIDR form, or two with a dash between them; `range` a whole number from the
    first of two, which a comma parts, up to the other and without it.
    """

    how: Literal[
        "is",
        "prefix",
        "suffix",
        "contains",
        "segments",
        "search",
        "full",
        "present",
        "there",
        "true",
        "host",
        "network",
        "range",
    ]
    arg: str = ""
    nocase: bool = False
    re2: bool = False


EMPTY = Lit("")


def literal(value: Value) -> str | None:
    """The text of a value that is the same for every request, else None."""
    if isinstance(value, Lit):
        return value.text
    if isinstance(value, Cat):
        texts = [literal(part) for part in value.parts]
        if all(text is not None for text in texts):
            return "".join(text for text in texts if text is not None)
    return None


def parts(value: Value, definitions: Mapping[str, Value]) -> tuple[Value, ...]:
    """Every expression inside `value`, itself included, through the gateway's definitions."""
    found: dict[Value, None] = {}
    todo: list[Value] = [value]
    while todo:
        one = todo.pop()
        if one in found:
            continue
        found[one] = None
        match one:
            case Cat(inner):
                todo.extend(inner)
            case Variable(name) if name in definitions:
                todo.append(definitions[name])
            case Pick():
                todo += [one.source, one.default, *(case.value for case in one.cases)]
    return tuple(found)


def reads(value: Value, definitions: Mapping[str, Value], kind: Kind, name: str = "") -> bool:
    """Whether the value depends on this property of a request."""
    return any(
        isinstance(part, Get) and part.kind == kind and (not name or part.name == name)
        for part in parts(value, definitions)
    )
