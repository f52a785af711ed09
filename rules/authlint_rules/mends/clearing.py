"""Headers that clients must not bring."""

from __future__ import annotations

from authlint.intent import Mend, Send
from authlint.model.value import EMPTY
from authlint.site import Endpoint


def clear(endpoint: Endpoint, name: str) -> tuple[Mend, ...]:
    """The application gets the header no more."""
    forward = endpoint.forward
    if forward is None:
        return ()
    peers = tuple(op.span for op in forward.headers if not op.implied)
    return (Mend(f"clear {name}", (Send(forward.span, "application", name, EMPTY, peers),)),)
