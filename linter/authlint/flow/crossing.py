"""A policy for other origins at work (Envoy's cors filter; measured on 1.40)."""

from __future__ import annotations

from authlint.flow.answering import Draft, apply
from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.reading import header_text
from authlint.flow.tokens import is_preflight
from authlint.flow.values import fits
from authlint.model.step import Cors


def cors(p: Passage, step: Cors) -> Draft | None:
    """The answer to a preflight from an origin that the policy knows; None where the request goes on."""
    origin = header_text(p, "origin")
    if origin == "":
        return None
    known = any(fits(p, "*", test) or fits(p, origin, test) for test in step.origins)
    if known:
        p.ran.append(step)
    if not is_preflight(p):
        p.note("applied" if known else "skipped", "the policy for other origins", step.span, step)
        return None
    ops = step.preflight if known else step.stranger
    if ops is None:
        p.note("skipped", "the policy does not know this origin", step.span, step)
        return None
    headers: list[Header] = []
    for op in ops:
        headers = apply(p, op, headers)
    decided = p.note("answered", "the preflight is answered here", step.span, step)
    return Draft(200, "gateway", decided, headers=headers, as_is=True)
