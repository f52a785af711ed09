"""What the controller's Lua works out of a request before anything else, as maps: where the client came by, and where
it is sent for https (rootfs/etc/nginx/lua/lua_ingress.lua, 1.15)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.record import record
from authlint.text import Span

COMPUTE = "compute-full-forwarded-for"
FOR = "X-Forwarded-For"
EVERYBODY = "0.0.0.0/0"


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


def chain(controller: Controller) -> str:
    """What an application is told of the addresses on the way."""
    full = controller.flag("use-forwarded-headers", False) and controller.flag(COMPUTE, False)
    return "$full_x_forwarded_for" if full else "$remote_addr"


def maps(controller: Controller, at: Span) -> Iterator[Node]:
    yield from _address(controller)
    said = controller.item("use-forwarded-headers")
    if said is not None and controller.flag("use-forwarded-headers", False):
        for name, header, otherwise in (
            ("$pass_access_scheme", "$http_x_forwarded_proto", "$scheme"),
            ("$best_http_host", "$http_x_forwarded_host", "$http_host"),
        ):
            cases = [node(said.span, "default", header), node(said.span, "", otherwise)]
            yield node(said.span, "map", header, name, children=cases)
    full = controller.item(COMPUTE)
    if full is not None and chain(controller) != "$remote_addr":
        told, peer = "$http_x_forwarded_for", "$realip_remote_addr"
        cases = [node(full.span, "default", f"{told}, {peer}"), node(full.span, "", peer)]
        yield node(full.span, "map", told, "$full_x_forwarded_for", children=cases)
    # A slash at the end is left out of the redirect to https unless preserve-trailing-slash is set.
    cases = [node(at, "default", "$request_uri"), node(at, "~^(?<bare>.*)/$", "$bare")]
    yield node(at, "map", "$request_uri", "$uri_without_slash", children=cases)


def _address(controller: Controller) -> Iterator[Node]:
    """The client's address is what a proxy in front says; by default every peer is taken for one."""
    said = next(
        (
            controller.item(key)
            for key in ("use-forwarded-headers", "enable-real-ip")
            if controller.flag(key, False)
        ),
        None,
    )
    if said is None:
        return
    yield node(said.span, "real_ip_header", controller.text("forwarded-for-header") or FOR, implied=True)
    yield node(said.span, "real_ip_recursive", "on", implied=True)
    trusted = controller.item("proxy-real-ip-cidr")
    for network in controller.words("proxy-real-ip-cidr") or [EVERYBODY]:
        yield node(trusted.span if trusted is not None else said.span, "set_real_ip_from", network)
