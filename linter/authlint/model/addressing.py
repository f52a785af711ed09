"""What becomes of a request's path and host on the way to an upstream, and where the upstream's redirect leads."""

from __future__ import annotations

from authlint.model.header import HeaderOp
from authlint.record import record
from authlint.text import Span


@record
class PathRewrite:
    """The first `cut` letters of the path become `to` (None: the whole path does, "" and 0: nothing changes); or
    what `pattern` finds in it."""

    cut: int | None = 0
    to: str = ""
    pattern: str = ""


@record
class Readdress:
    """Path and host become those that the Forward behind it sends, because something between looks at them."""

    change: PathRewrite
    host: tuple[HeaderOp, ...]
    span: Span


@record
class Follow:
    """Redirects of the upstream that the gateway follows itself: the request is routed again.

    The request has the redirect's headers with the names in `copies`, or none of that name. `doubt`: why it may not
    be followed all the same.
    """

    statuses: frozenset[int]
    most: int
    other_scheme: bool
    span: Span
    copies: tuple[str, ...] = ()
    doubt: str = ""
