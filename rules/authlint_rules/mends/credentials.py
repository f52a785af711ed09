"""Cookies that pages of other origins are to send."""

from __future__ import annotations

from authlint import evidence
from authlint.intent import AllowCredentials, Mend
from authlint.site import Endpoint


def allow(endpoint: Endpoint) -> tuple[Mend, ...]:
    """Wherever the route lets an origin in: on the answer, and on the one to the preflight."""
    ops = [op for op in evidence.response_ops(endpoint) if op.name.lower() == "access-control-allow-origin"]
    places = tuple(AllowCredentials(span, allowed=True) for span in dict.fromkeys(op.span for op in ops))
    return (Mend("allow credentials", places),) if places else ()
