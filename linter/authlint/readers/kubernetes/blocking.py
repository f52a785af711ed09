"""Requests that the controller refuses whatever they ask for: block-cidrs, block-user-agents, block-referers.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#block-cidrs
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.nodes import branch, node
from authlint.readers.nginx.expand import Node
from authlint.readers.yaml.tree import Item

KINDS = {
    "block-user-agents": ("$http_user_agent", "$block_ua"),
    "block-referers": ("$http_referer", "$block_ref"),
}


def around(controller: Controller) -> Iterator[Node]:
    """What stands around all servers; a list of addresses counts where a location has none of its own."""
    item = controller.item("block-cidrs")
    for network in controller.words("block-cidrs") if item is not None else ():
        yield node(item.span, "deny", network)  # type: ignore[union-attr]
    for key, (header, variable) in KINDS.items():
        item = controller.item(key)
        listed = controller.words(key)
        if item is not None and listed:
            cases = [node(item.span, "default", "0"), *(node(item.span, word, "1") for word in listed)]
            yield node(item.span, "map", header, variable, children=cases)


def firewall(snippet: Item | None, on: bool) -> Iterator[Node]:
    """ModSecurity only watches unless a snippet switches its engine on; what its rules then refuse is not known."""
    if snippet is not None and on and re.search(r"SecRuleEngine\s+On\b", snippet.text, re.IGNORECASE):
        yield node(snippet.span, "@unsure", "what ModSecurity refuses")


def inside(controller: Controller) -> Iterator[Node]:
    """What stands in every server."""
    for key, (_, variable) in KINDS.items():
        item = controller.item(key)
        if item is not None and controller.words(key):
            answer = node(item.span, "return", "403")
            yield branch(item.span, variable, "!=", "0", children=[answer])
