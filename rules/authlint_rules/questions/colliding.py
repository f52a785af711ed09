"""Routes and rules that get the requests that are meant for others; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.flow.tokens import demanded
from authlint.flow.values import holds
from authlint.model.condition import All, Condition, Test
from authlint.model.credential import Jwt, TokenRule
from authlint.model.gateway import Route
from authlint.record import record, replace
from authlint.site import Endpoint, Site, requires
from authlint_rules.questions.asked import PATHS


@record
class Taken:
    """A route that its own requests do not reach, and the one that gets them."""

    meant: Endpoint
    by: Route
    request: Request
    outcome: Outcome


def taken(site: Site, same: bool = False) -> Iterator[Taken]:
    """Those whose requests go to a route for other requests, or to one for the `same`."""
    for meant in site.unreached:
        request = site.request(meant)
        outcome = site.ask(request)
        by = outcome.route
        alone = by is not meant.route and all(world.route is by for world in outcome.worlds)
        known = alone and outcome.host is meant.host and not outcome.opens
        if not known or by is None or by.when not in (None, meant.route.when):
            continue  # a route that takes a part of the requests alone is no rival
        table = meant.host.table
        if not any(one is meant.route for one in (*table.exact.values(), *table.prefixes, *table.patterns)):
            continue  # inside another route: the made-up path does not lead there
        if (by.match == meant.route.match) is same and _would_fit(site, meant, request):
            yield Taken(meant, by, request, outcome)


def _would_fit(site: Site, meant: Endpoint, request: Request) -> bool:
    """Whether the made-up request is surely one that the route asks for."""
    if meant.route.when is None:
        return True
    p = site.arrive(request)
    return p is not None and holds(p, meant.route.when) and not p.shared.choices.reasons


@record
class Late:
    """A rule about tokens that an earlier one takes the requests from; `whole`: only whole segments are taken."""

    check: Jwt
    first: TokenRule
    rule: TokenRule
    path: str
    whole: bool
    request: Request
    outcome: Outcome
    endpoint: Endpoint


def late_rules(site: Site) -> Iterator[Late]:
    seen: set[int] = set()
    for endpoint in site.endpoints:
        for check in (check for require in requires(endpoint.route) for check in require.checks):
            if isinstance(check, Jwt) and id(check) not in seen:
                seen.add(id(check))
                yield from _late(site, endpoint, check)


def _late(site: Site, endpoint: Endpoint, check: Jwt) -> Iterator[Late]:
    earlier: dict[str, TokenRule] = {}
    for rule in check.rules:
        path = prefix_of(rule.when)
        if path is None:
            continue
        first = next((earlier[path[:cut]] for cut in range(1, len(path)) if path[:cut] in earlier), None)
        if first is None:
            earlier.setdefault(path, rule)
            continue
        request = replace(site.request(endpoint), url=f"{endpoint.base}{path.rstrip('/')}/x", _parts=[])
        p = site.arrive(request)
        outcome = site.ask(request)
        if first.demand != rule.demand and p is not None and demanded(p, check) is first.demand:
            short = prefix_of(first.when) or ""
            whole = short.endswith("/") or path[len(short)] == "/"
            last = outcome.route
            by = next((one for one in site.siblings[id(endpoint.host)] if one.route is last), endpoint)
            if not outcome.opens:
                yield Late(check, first, rule, path, whole, request, outcome, by)


def prefix_of(when: Condition) -> str | None:
    """The beginning of a path that a condition asks for, and nothing besides."""
    if isinstance(when, All) and len(when.conditions) == 1:
        when = when.conditions[0]
    plain = isinstance(when, Test) and when.arg is None and when.value in PATHS and when.how.how == "prefix"
    return when.how.arg if plain and isinstance(when, Test) and not when.how.nocase else None
