"""How a request goes on to its Service: what it is told, and by which protocol (nginx.tmpl, 1.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from authlint.expression import expression
from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.forwarded import Came, chain
from authlint.readers.kubernetes.hosts import Path
from authlint.readers.kubernetes.nodes import gap, node
from authlint.readers.nginx.expand import Node
from authlint.readers.yaml.tree import Item

# By backend-protocol: the directive that passes the request on, its scheme, and the one that sets headers.
PROTOCOLS = {
    "HTTPS": ("proxy_pass", "https://", "proxy_set_header"),
    "AUTO_HTTP": ("proxy_pass", "$scheme://", "proxy_set_header"),
    "GRPC": ("grpc_pass", "grpc://", "grpc_set_header"),
    "GRPCS": ("grpc_pass", "grpcs://", "grpc_set_header"),
    # What sets headers for HTTP says nothing to it: the client's own go on.
    "FCGI": ("fastcgi_pass", "", "proxy_set_header"),
}
HTTP = ("proxy_pass", "http://", "proxy_set_header")
PARAMETERS = {
    "QUERY_STRING": "$query_string",
    "REQUEST_METHOD": "$request_method",
    "CONTENT_TYPE": "$content_type",
    "CONTENT_LENGTH": "$content_length",
    "REQUEST_URI": "$request_uri",
    "DOCUMENT_URI": "$document_uri",
    "REMOTE_ADDR": "$remote_addr",
}
BUFFERS = "4"
SIZE = expression(r"\d+[kKmM]?")


def protocol(path: Path) -> tuple[str, str, str]:
    return PROTOCOLS.get(path.own.text("backend-protocol").upper(), HTTP)


def told(
    path: Path, controller: Controller, came: Came, maps: Mapping[tuple[str, str], Item]
) -> Iterator[Node]:
    """The headers that the controller sets for every application."""
    at, setter = path.span, protocol(path)[2]
    host, vhost = path.own.text("upstream-vhost"), path.own.span("upstream-vhost")
    yield node(vhost or at, setter, "Host", host or came.host, implied=not host)
    original = controller.flag("proxy-add-original-uri-header", False)
    for name, value in (
        ("X-Real-IP", "$remote_addr"),
        ("X-Forwarded-For", chain(controller)),
        ("X-Forwarded-Host", came.host),
        ("X-Forwarded-Proto", came.scheme),
        ("X-Forwarded-Scheme", came.scheme),
        *((("X-Original-URI", "$request_uri"),) if original else ()),
        ("X-Scheme", came.scheme),
        ("Proxy", ""),
    ):
        yield node(at, setter, name, value, implied=True)
    for name, item in controller.listed("proxy-set-headers", maps):
        yield node(item.span, setter, name, item.text)


def certificate(path: Path, setter: str, said: Sequence[Annotations]) -> Iterator[Node]:
    """What is told of the client's certificate, where one is asked for on this host."""
    if not said:
        return
    whole = said[0].flag("auth-tls-pass-certificate-to-upstream", False)
    for name, value in (
        *((("ssl-client-cert", "$ssl_client_escaped_cert"),) if whole else ()),
        ("ssl-client-verify", "$ssl_client_verify"),
        ("ssl-client-subject-dn", "$ssl_client_s_dn"),
        ("ssl-client-issuer-dn", "$ssl_client_i_dn"),
    ):
        yield node(path.span, setter, name, value, implied=True)


def sizes(path: Path, controller: Controller) -> Iterator[Node]:
    """What a body and the head of an answer may have, where somebody says."""
    for name, directive in (
        ("proxy-body-size", "client_max_body_size"),
        ("proxy-buffer-size", "proxy_buffer_size"),
    ):
        item = path.own.get(name) or controller.item(name)
        if item is not None and SIZE.fullmatch(item.text.strip()):
            yield node(item.span, directive, item.text.strip())
            if directive == "proxy_buffer_size":
                number = path.own.text("proxy-buffers-number") or controller.text("proxy-buffers-number")
                count = number if number.isdigit() else BUFFERS
                yield node(item.span, "proxy_buffers", count, item.text.strip(), implied=True)


def forward(path: Path, controller: Controller) -> Iterator[Node]:
    """What ends a location."""
    target = path.own.text("rewrite-target")
    passing, scheme, setter = protocol(path)
    if path.rewrites:
        at = path.own.span("rewrite-target") or path.span
        yield node(at, "rewrite", f"(?i){path.text}", target, "break")
        prefix, span = path.own.text("x-forwarded-prefix"), path.own.span("x-forwarded-prefix")
        if prefix and span is not None:
            yield node(span, setter, "X-Forwarded-Prefix", prefix)
    if path.by_default and not path.service:
        yield node(path.span, "@answer", "404")
        return
    if not path.service:
        yield gap(path.span, "the backend of this path is no Service")
        return
    if passing == "fastcgi_pass":
        for name, value in PARAMETERS.items():
            yield node(path.span, "fastcgi_param", name, value, implied=True)
        if path.own.text("fastcgi-params-configmap"):
            yield gap(path.span, "parameters from a ConfigMap are not read")
    yield node(path.span, passing, f"{scheme}{path.service}")
    if passing == "proxy_pass":
        yield from _locations(path, controller)


def _locations(path: Path, controller: Controller) -> Iterator[Node]:
    """What becomes of the Location of a Service: it is left as it is unless somebody says otherwise."""
    was = path.own.get("proxy-redirect-from") or controller.item("proxy-redirect-from")
    to = path.own.get("proxy-redirect-to") or controller.item("proxy-redirect-to")
    old, new = (one.text.strip() if one is not None else "off" for one in (was, to))
    at = was.span if was is not None else path.span
    if old in ("default", "off", ""):
        yield node(at, "proxy_redirect", old or "off", implied=True)
    elif new not in ("off", ""):
        yield node(at, "proxy_redirect", old, new)
