"""What an application is told of the way its clients came; no rule itself."""

from __future__ import annotations

from authlint.flow.outcome import Header, Outcome, Reached
from authlint.flow.request import Request
from authlint.model.value import literal
from authlint.model.words import is_public, words_in
from authlint.site import Endpoint, Site, headers_of


def passed(site: Site, endpoint: Endpoint) -> tuple[Outcome, Request, Reached | None]:
    """A request that reaches the application for sure."""
    request = site.request(endpoint, *headers_of(next(site.passing(endpoint), "none")))
    outcome = site.ask(request)
    sure = not outcome.alternatives and not outcome.opens
    return outcome, request, outcome.upstream if sure else None


def is_one_of(site: Site, endpoint: Endpoint, names: frozenset[str]) -> bool:
    """Whether the upstream is called like one of these, and is one's own: a public name wants its own Host."""
    forward = endpoint.forward
    target = literal(forward.target) if forward is not None else None
    if target is None:
        return False
    name = target.partition("://")[2].partition("/")[0] or target
    group = site.gateway.upstreams.get(name)
    called = [name, *(group.addresses if group is not None else ())]
    return any(not names.isdisjoint(words_in(one)) and not is_public(one) for one in called)


def words_of(reached: Reached) -> list[str]:
    return words_in(f"{reached.name} {reached.address}")


def only(reached: Reached, name: str) -> Header | None:
    """A header that comes once, with a value that is known."""
    listed = reached.get(name)
    return listed[0] if len(listed) == 1 and isinstance(listed[0].value, str) else None
