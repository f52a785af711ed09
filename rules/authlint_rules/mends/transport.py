"""Clients that are to come over TLS."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.flow.outcome import Outcome
from authlint.intent import Mend, ToTls
from authlint.model.gateway import VirtualHost
from authlint.site import Endpoint, Site
from authlint.text import Span

PORT = 443  # where clients go that are sent to https


def redirect(
    site: Site, host: VirtualHost, refused: Sequence[tuple[Endpoint, Outcome]], check: Span
) -> tuple[Mend, ...]:
    """The plain side sends them there: the whole host, or, where it also serves what needs no credentials, the routes
    that ask. All its names have to be served there."""
    served = {
        name
        for one in site.gateway.listeners
        if one.tls and one.port == PORT
        for name, other in one.exact.items()
        if other.certified
    }
    if not all(name.kind == "exact" and name.text in served for name in host.names):
        return ()
    title = "send clients from http to https"
    asking = {id(one.route) for one, _ in refused}
    if all(id(one.route) in asking for one in site.siblings[id(host)]):
        return tuple(Mend(title, (ToTls(span),)) for span in dict.fromkeys((host.span, check)))
    routes = tuple(dict.fromkeys(one.route.span for one, _ in refused))
    return (Mend(title, tuple(map(ToTls, routes))),)
