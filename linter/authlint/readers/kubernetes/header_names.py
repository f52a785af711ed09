"""Which header names the controller lets through: two keys of its ConfigMap, written for every server.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#enable-underscores-in-headers
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node


def header_names(controller: Controller) -> Iterator[Node]:
    underscores = controller.item("enable-underscores-in-headers")
    if underscores is not None and controller.flag("enable-underscores-in-headers", False):
        yield node(underscores.span, "underscores_in_headers", "on")
    odd = controller.item("ignore-invalid-headers")
    if odd is not None and not controller.flag("ignore-invalid-headers", True):
        yield node(odd.span, "ignore_invalid_headers", "off")
