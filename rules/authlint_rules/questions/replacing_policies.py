"""Policies of which a nearer one takes the place, as a whole; no rule itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint import evidence
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.gateway import Replaced
from authlint.record import record
from authlint.site import Endpoint, Site, blocks_of
from authlint_rules.questions.callers import PUBLIC, callers_of


@record
class Lost:
    """What does not count on a route, and the request that shows it."""

    one: Replaced
    request: Request
    outcome: Outcome


def lost(site: Site, endpoint: Endpoint) -> Iterator[Lost]:
    """Not where the path says that it is meant to be open."""
    for one in dict.fromkeys(one for block in blocks_of(endpoint.route) for one in block.replaced):
        if one.meant == "authentication":
            request = site.request(endpoint)
            outcome = site.ask(request)
            open_ = all(world.admitted and world.unasked for world in outcome.worlds)
            if (
                open_
                and not outcome.opens
                and not any(evidence.mechanisms(endpoint))
                and not _is_public(endpoint)
            ):
                yield Lost(one, request, outcome)
        else:
            request = site.preflight(endpoint, site.origins(endpoint)[0])
            outcome = site.ask(request)
            named = any(world.get("access-control-allow-origin") for world in outcome.worlds)
            if not named and not outcome.opens and all(world.denial is not None for world in outcome.worlds):
                yield Lost(one, request, outcome)


def _is_public(endpoint: Endpoint) -> bool:
    path = endpoint.route.match.text
    words = re.split(r"[^a-z0-9-]+", path.lower())
    return callers_of(path) is not None or not PUBLIC.isdisjoint(words)
