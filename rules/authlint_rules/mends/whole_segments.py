"""Prefixes that are compared letter by letter."""

from __future__ import annotations

from authlint.intent import Mend, Reword
from authlint.model.step import Forward
from authlint.site import Endpoint, Site
from authlint.text import Span


def end_with_slash(site: Site, endpoint: Endpoint, span: Span) -> tuple[Mend, ...]:
    """The prefix of the route at the span gets a slash. The path without one stays protected only where the server
    then redirects it there, as it does for routes that forward."""
    for other in site.siblings[id(endpoint.host)]:
        route, match = other.route, other.route.match
        forwards = any(isinstance(step, Forward) for step in route.block.steps)
        if route.span == span and match.kind == "prefix" and match.text[-1:] != "/" and forwards:
            slashed = Reword(span, match.text, match.text + "/")
            return (Mend("end the prefix with a slash", (slashed,)),)
    return ()
