"""What several rules ask of a route; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from authlint.flow.outcome import Event
from authlint.model.condition import All, AnyOf, Condition, Test
from authlint.model.step import Address
from authlint.model.value import Get
from authlint.site import Endpoint, Site, requires
from authlint.text import Span

PATHS = (Get("path"), Get("target"), Get("routed-target"))


def path_of(endpoint: Endpoint) -> str:
    """The decoded path of an endpoint's URL."""
    return unquote(urlsplit(endpoint.url).path)


def paths_in(when: Condition) -> Iterator[str]:
    """Paths that a condition names, or beginnings of paths."""
    if isinstance(when, (All, AnyOf)):
        for one in when.conditions:
            yield from paths_in(one)
    elif isinstance(when, Test) and when.value in PATHS and when.how.how in ("is", "prefix", "segments"):
        yield when.how.arg


def lets_addresses_pass(endpoint: Endpoint) -> bool:
    """Clients at certain addresses need no credentials: all that matter may be there."""
    groups = [require.checks for require in requires(endpoint.route) if require.mode == "any"]
    return any(isinstance(one, Address) for checks in groups for one in checks)


def asking(site: Site, endpoint: Endpoint, denial: Event) -> Span:
    """The words that ask: those that let a good request of `endpoint` pass say best which they are."""
    outcome = site.let_in(endpoint)
    trace = outcome.trace if outcome is not None else ()
    passed = [one.span for one in trace if one.verb == "passed" and one.subject == denial.subject]
    return next((span for span in (*passed, denial.span) if span is not None), endpoint.route.span)
