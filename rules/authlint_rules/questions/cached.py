"""Caches and what they keep; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.flow.caching import Kept
from authlint.flow.outcome import Outcome
from authlint.model.gateway import Route
from authlint.model.reply import Cache
from authlint.model.step import Forward
from authlint.model.value import Get, parts
from authlint.site import Site, steps_of

# What tells one client from another.
OF_CLIENTS = ("authorization", "cookie", "x-api-key", "x-auth-token", "x-access-token")
KINDS = ("cookie", "user", "claim")


def cache_of(route: Route) -> Cache | None:
    return next((step.cache for step in steps_of(route) if isinstance(step, Forward) and step.cache), None)


def tells_clients(site: Site, cache: Cache) -> bool:
    """Whether the key differs from client to client."""
    found = () if cache.key is None else parts(cache.key, site.gateway.definitions)
    return any(
        isinstance(part, Get) and (part.kind in KINDS or (part.kind == "header" and part.name in OF_CLIENTS))
        for part in found
    )


def kept_in(outcome: Outcome, auth: bool) -> Iterator[Kept]:
    for event in outcome.trace:
        if isinstance(event.subject, Kept) and event.auth == auth:
            yield event.subject
