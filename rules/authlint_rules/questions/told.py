"""What an application is told of the way its clients came; no rule itself."""

from __future__ import annotations

import re

from authlint.flow.outcome import Header, Outcome, Reached
from authlint.flow.request import Request
from authlint.site import Endpoint, Site, headers_of

WORDS = re.compile(r"[^a-z0-9]+")
# They answer with URLs of their own: issuers, realms, redirects.
LOGINS = frozenset(
    ("keycloak", "authelia", "authentik", "dex", "hydra", "zitadel", "vouch", "casdoor", "oauth2")
)


def passed(site: Site, endpoint: Endpoint) -> tuple[Outcome, Request, Reached | None]:
    """A request that reaches the application for sure."""
    request = site.request(endpoint, *headers_of(next(site.passing(endpoint), "none")))
    outcome = site.ask(request)
    sure = not outcome.alternatives and not outcome.opens
    return outcome, request, outcome.upstream if sure else None


def words_of(reached: Reached) -> list[str]:
    return WORDS.split(f"{reached.name} {reached.address}".lower())


def only(reached: Reached, name: str) -> Header | None:
    """A header that comes once, with a value that is known."""
    listed = reached.get(name)
    return listed[0] if len(listed) == 1 and isinstance(listed[0].value, str) else None
