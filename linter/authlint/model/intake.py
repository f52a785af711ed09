"""How the head of a request is taken in, before a host or a route is looked for."""

from __future__ import annotations

from typing import Literal

from authlint.model.header import HeaderOp
from authlint.record import record
from authlint.text import Span


@record
class HeaderNames:
    """Which header names are understood; others are dropped without a word."""

    underscores: bool = False
    odd: bool = False  # names with other characters


USUAL_NAMES = HeaderNames()


@record
class Buffers:
    """Where the head of a request is read into, line by line: the `first`, then `number` of `size` bytes. A line that
    fits into none is refused with 414 (the request line) or with `status`."""

    first: int = 1024
    number: int = 4
    size: int = 8192
    status: int = 400
    span: Span | None = None  # of the setting that made them other than usual


@record
class Intake:
    """How a request is taken in before a host or route is looked for.

    decoded: paths are decoded and normalised, names compared without port. as-sent: paths stay as they came but
    for what `dots`, `slashes` and `escaped_slashes` say, and a port counts as part of the name unless it is
    stripped ("own": only the listener's) or not looked at. Of headers in `once` several lines become one. `early`
    changes the headers before anything else sees them. The scheme is `scheme`, or what X-Forwarded-Proto says if
    that is believed. With `grpc` the gateway's own answers to gRPC requests are 200 with a grpc-status. `lines`:
    what of several lines of one header counts where they are read as one; "unsure": nobody said which. `plain`
    answers a request that comes without TLS where TLS is spoken (None: nobody does). An error of the number `silence`
    is no answer: the connection is closed. `protocols`: which versions of HTTP are spoken.
    """

    paths: Literal["decoded", "as-sent"] = "decoded"
    dots: bool = False
    slashes: bool = False
    escaped_slashes: Literal["keep", "refuse", "unescape", "redirect"] = "keep"
    underscores: Literal["keep", "drop", "refuse"] = "keep"
    strip_port: Literal["", "own", "any"] = ""
    ignore_port: bool = False
    strip_dot: bool = False
    early: tuple[HeaderOp, ...] = ()
    once: frozenset[str] = frozenset()
    most: int | None = None  # bytes of all headers; a request with more is answered 431
    most_span: Span | None = None
    scheme: str = ""
    believes_proto: bool = False
    grpc: bool = False
    lines: Literal["all", "first", "unsure"] = "all"
    plain: int | None = None
    silence: int | None = None
    protocols: Literal["1", "1 and later", "later"] = "1"


USUAL_INTAKE = Intake()
