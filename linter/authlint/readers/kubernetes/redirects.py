"""Redirects that the controller answers itself: to https, to another place, to another name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.forwarded import Came
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.nodes import branch, node
from authlint.readers.nginx.expand import Node

# Their codes are taken up to these, else the first one counts (internal/ingress/annotations/redirect, 1.15).
ELSEWHERE = {"temporal-redirect": (302, 307), "permanent-redirect": (301, 308)}
NO_TLS_REDIRECT = "/.well-known/acme-challenge"


def to_https(path: Path, host: Host, controller: Controller, came: Came, cors: list[Node]) -> Iterator[Node]:
    """Lua ends the rewrite phase with it: behind every `if` and `return`, which it comes too late for, and in front
    of authentication. The answer has the headers for CORS too."""
    own = path.own
    forced = own.flag("force-ssl-redirect", controller.flag("force-ssl-redirect", False))
    wanted = own.flag("ssl-redirect", controller.flag("ssl-redirect", True))
    exempt = controller.item("no-tls-redirect-locations")
    listed = (exempt.text if exempt is not None else NO_TLS_REDIRECT).split(",")
    if any(one.strip() and path.text.startswith(one.strip()) for one in listed):
        return
    if forced or (host.tls and wanted):
        at = own.span("force-ssl-redirect", "ssl-redirect") or path.span
        code = controller.text("http-redirect-code") or "308"
        kept = own.flag("preserve-trailing-slash", False)
        target = "https://$host" + ("$request_uri" if kept else "$uri_without_slash")
        answer = node(at, "return", code, target)
        if cors:
            yield node(at, "set", "$plain", f"{came.scheme}$cors")
            yield branch(at, "$plain", "=", "httptrue", children=[*cors, answer])
        yield branch(at, came.scheme, "=", "http", children=[answer])


def elsewhere(path: Path) -> Iterator[Node]:
    """Answered before authentication: `return` belongs to the rewrite phase."""
    for name, (code, most) in ELSEWHERE.items():
        target, span = path.own.text(name), path.own.span(name)
        if target and span is not None:
            if name == "temporal-redirect" and not urlsplit(target).scheme.startswith("http"):
                return  # the group is left out, with a permanent one
            given = path.own.text(f"{name}-code")
            taken = re.fullmatch("3[0-9]{2}", given) is not None and int(given) <= most
            yield node(span, "return", given if taken else str(code), target)
            return


def relative(path: Path) -> Iterator[Node]:
    span = path.own.span("relative-redirects")
    if span is not None and path.own.flag("relative-redirects", False):
        yield node(span, "absolute_redirect", "off")


def ends(nodes: Sequence[Node]) -> bool:
    """Whether the rewrite directives of a snippet may end before what stands behind them."""
    return any(
        one.name == "break"
        or (one.name == "rewrite" and one.args[-1].text in ("break", "last"))
        or (one.name == "if" and ends(one.children or ()))
        for one in nodes
        if one.args or one.name == "break"
    )
