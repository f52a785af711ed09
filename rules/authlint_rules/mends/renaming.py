"""Header names that the server drops."""

from __future__ import annotations

from authlint.intent import Mend, Turn
from authlint.site import Endpoint


def take_underscores(endpoint: Endpoint) -> tuple[Mend, ...]:
    """Where the default server reads the headers before anybody knows which server the request is for, it has to take
    them too; elsewhere the one for the request's own host is enough."""
    own = endpoint.host.span
    spans = dict.fromkeys((own, endpoint.listener.default.span))
    ways = dict.fromkeys((tuple(spans), (own,)))
    title = "take names with an underscore"
    return tuple(Mend(title, tuple(Turn(span, "underscores") for span in way)) for way in ways)
