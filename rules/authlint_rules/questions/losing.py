"""The words by which a header of an auth service's answer ends in the gateway; no rule itself."""

from __future__ import annotations

from authlint.flow.outcome import Outcome
from authlint.model.step import HeaderOp
from authlint.model.value import Variable, parts
from authlint.site import Endpoint, Site, blocks_of
from authlint.text import Span


def remover(outcome: Outcome, header: str) -> HeaderOp | None:
    for event in reversed(outcome.worlds[0].trace):
        op = event.subject
        if isinstance(op, HeaderOp) and event.verb == "applied" and op.name.lower() == header:
            return op
    reached = outcome.worlds[0].upstream
    removed = dict(reached.removed) if reached is not None else {}
    return removed.get(header)


def switched_off(site: Site, endpoint: Endpoint, variable: str) -> Span | None:
    """The line that switches off an outer one with the variable; of request headers another rule tells."""
    for block in blocks_of(endpoint.route):
        for shadow in block.shadowed:
            lost = [
                op for op in shadow.lost if Variable(variable) in parts(op.value, site.gateway.definitions)
            ]
            if lost and shadow.family == "add_header":
                return shadow.by[0]
    return None


def wanted_elsewhere(site: Site, endpoint: Endpoint, header: str) -> bool:
    """Whether another route of the host takes care to send what the service says to the same application."""
    upstream = site.upstream(endpoint)
    for other in site.siblings[id(endpoint.host)]:
        if other is endpoint or other.forward is None or site.upstream(other) != upstream:
            continue
        if any(op.name.lower() == header for op in other.forward.headers):
            return True
    return False
