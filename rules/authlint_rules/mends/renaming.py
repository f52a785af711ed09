"""Header names that the server drops."""

from __future__ import annotations

from authlint.intent import Mend, Turn
from authlint.site import Endpoint


def take_underscores(endpoint: Endpoint) -> tuple[Mend, ...]:
    """The default server reads the headers before anybody knows which server the request is for."""
    spans = dict.fromkeys((endpoint.host.span, endpoint.listener.default.span))
    return (Mend("take names with an underscore", tuple(Turn(span, "underscores") for span in spans)),)
