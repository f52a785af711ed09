"""Who calls a path without credentials, told by the path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from authlint.flow.outcome import Outcome
from authlint.flow.request import Request, split_authority
from authlint.site import Endpoint, Site
from authlint.text import Span

HERE = ("127.0.0.1", "localhost", "[::1]")
Spot: TypeAlias = tuple[Request, str, Span]  # a request, who sends it, and what says so

PROBES, ANYONE = "health probes", "clients that look for well-known files"
# Who calls a path, by the path; the first that fits. A word of everyday life ("health", "ready") is a probe's only
# at the root: /services/health may well be about doctors.
CALLERS = (
    (r"^/\.well-known/acme-challenge(/|$)", "certificate authorities"),
    (r"/\.well-known/(openid-configuration|oauth-|jwks)|/jwks(\.json)?$", "clients that look for keys"),
    (r"^/\.well-known/", ANYONE),
    (
        r"/(healthz|livez|readyz|health[-_]?check)/?$|^/(_?health|ready|live(ness)?|-/(healthy|ready))$",
        PROBES,
    ),
)
# Words of paths that are open on purpose.
PUBLIC = frozenset(
    ("public", "pub", "open", "health", "healthz", "livez", "readyz", "ping", "well-known", "login", "signin")
)


def callers_of(path: str) -> str | None:
    return next((callers for pattern, callers in CALLERS if re.search(pattern, path)), None)


def probes(site: Site, endpoint: Endpoint) -> Iterator[Spot]:
    """What one listener of the gateway asks another, to find out whether that lives."""
    for upstream in site.gateway.upstreams.values():
        for address in upstream.addresses if upstream.probes else ():
            host, port = split_authority(address)
            if host in HERE and port == endpoint.listener.port:
                for one in upstream.probes:
                    named = () if one.host == upstream.name else (("Host", one.host),)
                    yield Request("GET", f"http://{address}{one.path}", named), PROBES, one.span


def told_the_path(outcome: Outcome, path: str) -> bool:
    """Whether a service that is asked learns the path: it may then let it pass."""
    asked = (one for world in outcome.worlds for one in world.auth_requests)
    return any(path in text for one in asked for text in (one.path or "", *(h.text for h in one.headers)))
