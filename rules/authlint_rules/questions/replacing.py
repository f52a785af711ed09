"""Lists of addresses that replace an outer one; no rule itself."""

from __future__ import annotations

from authlint.model.gateway import Block
from authlint.model.step import Address, Require
from authlint.site import Endpoint
from authlint.text import Span


def reopened(endpoint: Endpoint) -> tuple[Span, Span, tuple[Span, ...]] | None:
    """The last of the route's own list, which denies nobody and allows some by name, the server's `deny all`, and all
    of that list."""
    own, outer = _list(endpoint.route.block), _list(endpoint.host.block)
    if own is None or outer is None or own == outer:
        return None
    closing = [rule for rule in outer.rules if not rule.allow and rule.network == "all"]
    denies = any(not rule.allow for rule in own.rules)
    everybody = any(rule.allow and rule.network == "all" for rule in own.rules)
    if denies or everybody or not closing or not own.rules:
        return None
    return own.rules[-1].span, closing[-1].span, tuple(rule.span for rule in outer.rules)


def _list(block: Block) -> Address | None:
    groups = (step for step in block.steps if isinstance(step, Require))
    return next((one for group in groups for one in group.checks if isinstance(one, Address)), None)
