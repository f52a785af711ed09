"""What the controller tells applications of the way a request came.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#use-forwarded-headers: only with
that setting does it believe what a proxy in front says; the template's $pass_access_scheme and $best_http_host.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.text import Span

ALWAYS = (("X-Real-IP", "$remote_addr"), ("X-Forwarded-For", "$remote_addr"))
BELIEVED = {"$pass_access_scheme": ("$http_x_forwarded_proto", "$scheme"),
    "$best_http_host": ("$http_x_forwarded_host", "$http_host")}  # fmt: skip


def forwarded(controller: Controller, at: Span, setter: str) -> Iterator[Node]:
    """The headers of a location."""
    believes = controller.flag("use-forwarded-headers", False)
    scheme, host = ("$pass_access_scheme", "$best_http_host") if believes else ("$scheme", "$http_host")
    for name, value in (
        *ALWAYS,
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Proto", scheme),
        ("X-Scheme", scheme),
    ):
        yield node(at, setter, name, value, implied=True)


def believed(controller: Controller) -> Iterator[Node]:
    """The variables of those headers, where a proxy in front is believed."""
    item = controller.item("use-forwarded-headers")
    if item is None or not controller.flag("use-forwarded-headers", False):
        return
    for name, (said, own) in BELIEVED.items():
        cases = [node(item.span, "~.", said), node(item.span, "default", own)]
        yield node(item.span, "map", said, name, children=cases)
