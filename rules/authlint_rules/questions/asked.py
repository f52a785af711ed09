"""What several rules ask of a route; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from authlint.flow.assume import PORT
from authlint.flow.outcome import MECHANISMS, Event, Outcome
from authlint.flow.patterns import Match, Pattern, compile_pattern
from authlint.flow.request import Request, split_authority
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.credential import Jwt, TokenRule
from authlint.model.step import Address, Basic, Recover
from authlint.model.value import Get, reads
from authlint.record import replace
from authlint.site import Endpoint, Site, requires
from authlint.text import Span

SESSIONS = tuple(set(MECHANISMS) - {Basic})  # a browser prompts for passwords whatever the page
PATHS = (Get("path"), Get("target"), Get("routed-target"))


def path_of(endpoint: Endpoint) -> str:
    """The decoded path of an endpoint's URL."""
    return unquote(urlsplit(endpoint.url).path)


def request_for(site: Site, endpoint: Endpoint, path: str) -> Request:
    """A request that takes the endpoint's route, with another path."""
    return replace(site.request(endpoint), url=endpoint.base + path, _parts=[])


def paths_in(when: Condition) -> Iterator[str]:
    """Paths that a condition names, or beginnings of paths."""
    if isinstance(when, (All, AnyOf)):
        for one in when.conditions:
            yield from paths_in(one)
    elif isinstance(when, Test) and when.value in PATHS and when.how.how in ("is", "prefix", "segments"):
        yield when.how.arg


def token_rules(endpoint: Endpoint) -> Iterator[tuple[Jwt, TokenRule, str]]:
    """The rules about tokens that name a path, with that path."""
    checks = [check for require in requires(endpoint.route) for check in require.checks]
    for jwt in (check for check in checks if isinstance(check, Jwt)):
        for rule in jwt.rules:
            for path in paths_in(rule.when):
                yield jwt, rule, path


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


def span_of(event: Event) -> object:
    """Where the check stands that an event is about."""
    return getattr(event.subject, "span", None)


def is_served(request: Request, outcome: Outcome, first: Request) -> bool:
    """Whether a virtual host of this gateway has the name that a request made up from an answer is for, or it is the
    name that the `first` request was for, whichever that was."""
    if PORT in outcome.assumed or outcome.host is None:
        return False
    names = [name.text for name in outcome.host.names if name.kind == "exact"]
    return split_authority(request.authority)[0] in (
        *names,
        split_authority(first.authority)[0],
        "gateway.example",
    )


def refused_again(world: Outcome) -> Event | None:
    """The check that refused the very page that a 401 is answered with."""
    moved = False
    for event in world.trace:
        if isinstance(event.subject, Recover) and event.verb == "went on":
            moved = 401 in event.subject.statuses
        elif moved and event.verb == "denied" and isinstance(event.subject, SESSIONS):
            return event if world.status == 401 and not event.auth else None
    return None


def would_hold(when: Condition, given: str) -> bool | None:
    """Whether a plain test on Authorization holds for this value; None where it is no such test."""
    if isinstance(when, Not):
        inner = would_hold(when.condition, given)
        return None if inner is None else not inner
    if not isinstance(when, Test) or when.value != Get("header", "authorization"):
        return None
    if when.how.how in ("search", "full"):
        pattern = compile_pattern(when.how.arg, when.how.nocase)
        return isinstance(pattern.search(given), Match) if isinstance(pattern, Pattern) else None
    return {"is": given == when.how.arg, "prefix": given.startswith(when.how.arg)}.get(when.how.how)


def is_about(site: Site, when: Condition) -> bool:
    """Whether a condition looks at Authorization."""
    if isinstance(when, Not):
        return is_about(site, when.condition)
    definitions = site.gateway.definitions
    return isinstance(when, Test) and reads(when.value, definitions, "header", "authorization")
