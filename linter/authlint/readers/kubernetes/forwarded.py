"""What the controller's Lua works out of a request before anything else, as maps: where the client came by, and where
it is sent for https (rootfs/etc/nginx/lua/lua_ingress.lua, 1.15)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.record import record
from authlint.text import Span


@record
class Came:
    """Variables: the scheme and the host that count as the client's."""

    scheme: str = "$scheme"
    host: str = "$http_host"


def came(controller: Controller) -> Came:
    """With use-forwarded-headers what a proxy in front says is believed."""
    if controller.flag("use-forwarded-headers", False):
        return Came("$pass_access_scheme", "$best_http_host")
    return Came()


def maps(controller: Controller, at: Span) -> Iterator[Node]:
    said = controller.item("use-forwarded-headers")
    if said is not None and controller.flag("use-forwarded-headers", False):
        for name, header, otherwise in (
            ("$pass_access_scheme", "$http_x_forwarded_proto", "$scheme"),
            ("$best_http_host", "$http_x_forwarded_host", "$http_host"),
        ):
            cases = [node(said.span, "default", header), node(said.span, "", otherwise)]
            yield node(said.span, "map", header, name, children=cases)
    # A slash at the end is left out of the redirect to https unless preserve-trailing-slash is set.
    cases = [node(at, "default", "$request_uri"), node(at, "~^(?<bare>.*)/$", "$bare")]
    yield node(at, "map", "$request_uri", "$uri_without_slash", children=cases)
