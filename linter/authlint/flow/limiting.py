"""Limits: used up only where that is assumed."""

from __future__ import annotations

from authlint.flow.answering import Draft
from authlint.flow.passage import Passage
from authlint.flow.values import evaluate
from authlint.model.step import Limit


def limited(p: Passage, step: Limit) -> Draft | None:
    """The answer to what is beyond a limit. A request whose key is empty counts for none
    (https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_zone)."""
    counted = p.shared.counted
    if step.group and counted.get(step.group, p.round) != p.round:
        return None
    if step.key is not None and evaluate(p, step.key) == "":
        return None
    counted[step.group] = p.round
    if step.span not in p.shared.assume.used_up:
        return None
    decided = p.note("answered", f"the limit is used up: answers {step.status}", step.span, step)
    return Draft(step.status, "gateway", decided, bare=True)
