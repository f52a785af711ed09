"""Pages of other sites, and where a configuration says that they use a route; no rule itself."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from authlint.expression import expression
from authlint.finding import Label
from authlint.flow.outcome import Outcome
from authlint.site import APP, Endpoint, Site
from authlint.text import Span

ANCESTOR = expression(r"frame-ancestors([^;]*)", re.IGNORECASE)
ALLOWED = expression(r"allow-from\s+(\S+)", re.IGNORECASE)


def cross_site(site: Site, endpoint: Endpoint, outcome: Outcome) -> Label | None:
    """A page of another site is meant to use the route: where that is said, with the page's address."""
    found: list[tuple[str, Span]] = []
    for header in outcome.headers:
        if header.op is None:
            continue
        name = header.name.lower()
        if name == "content-security-policy":
            found += [
                (word, header.op.span) for part in ANCESTOR.findall(header.text) for word in part.split()
            ]
        elif name == "x-frame-options":
            found += [(word, header.op.span) for word in ALLOWED.findall(header.text)]
        elif name == "access-control-allow-credentials" and header.text.lower() == "true":
            found += [(one, header.op.span) for one in site.origins(endpoint) if one != APP]
    for address, span in found:
        if address.startswith("http") and site_of(address) not in ("", site_of(endpoint.url)):
            return Label(span, address)
    return None


def site_of(url: str) -> str:
    """The last two labels of a URL's host: where these differ two sites do. Empty for a host without a dot."""
    host = urlsplit(url).hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    return ".".join(host.split(".")[-2:]) if "." in host else ""
