"""Other ways to ask for a protected path, and whether they get past its protection; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Label
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.gateway import Route, VirtualHost
from authlint.record import record, replace
from authlint.site import Endpoint, Site, headers_of
from authlint.text import Span
from authlint_rules.questions.asked import token_rules
from authlint_rules.questions.respelt import respelt

ANY_NAME = "any-name.invalid"


@record
class Gap:
    """A request that gets past, the words to change and what is wrong; `sure`: the application surely is asked for
    the same."""

    request: Request
    outcome: Outcome
    place: Label
    related: tuple[Label, ...]
    sure: bool


def open_upstreams(site: Site) -> dict[int, set[str]]:
    """The applications that somebody reaches without credentials, by the id() of the virtual host."""
    found: dict[int, set[str]] = {}
    for endpoint in site.endpoints:
        if not any(evidence.mechanisms(endpoint)):
            upstream = site.upstream(endpoint)
            if upstream is not None:
                found.setdefault(id(endpoint.host), set()).add(upstream)
    return found


def gaps(site: Site, endpoint: Endpoint, opened: dict[int, set[str]]) -> Iterator[Gap]:
    """The sure ones first."""
    upstream = site.upstream(endpoint)
    if upstream is None:
        return
    for request, why in _names(endpoint, upstream, opened):
        gap = _judged(site, endpoint, request)
        if gap is not None:
            outcome, by = gap
            place = Label(by.span, f"{why}, and asks for nothing")
            yield Gap(request, outcome, place, _checks(endpoint), True)
    if upstream in opened.get(id(endpoint.host), ()):
        for path, why in respelt(endpoint):
            request = replace(site.request(endpoint), url=endpoint.base + path, _parts=[])
            gap = _judged(site, endpoint, request)
            if gap is not None:
                outcome, by = gap
                place = Label(_words(endpoint), why)
                there = (Label(by.span, "takes it, and asks for nothing"),)
                yield Gap(request, outcome, place, there, _reaches_the_same(site, endpoint, outcome))


def _has_name(host: VirtualHost) -> bool:
    return any(name.kind != "exact" or name.text not in ("", "_") for name in host.names)


def _names(endpoint: Endpoint, upstream: str, opened: dict[int, set[str]]) -> Iterator[tuple[Request, str]]:
    """The same path under a name that the protected virtual host does not have."""
    listener, host = endpoint.listener, endpoint.host
    other = listener.default
    if other is host or upstream not in opened.get(id(other), ()) or _has_name(other):
        return
    request = Request(endpoint.method, endpoint.url, endpoint.headers)
    if (
        listener.intake.paths == "as-sent"
        and not listener.intake.strip_port
        and not listener.intake.ignore_port
    ):
        name = endpoint.base.partition("://")[2].partition(":")[0]
        yield (
            request.with_headers(("Host", f"{name}:{listener.port}")),
            "takes requests whose Host header names the port",
        )
    yield request.with_headers(("Host", ANY_NAME)), "takes every other name, by the address for one"


def _judged(site: Site, endpoint: Endpoint, request: Request) -> tuple[Outcome, Route] | None:
    """The outcome of a request that another route lets through to the same application, unasked."""
    outcome = site.ask(request)
    by = outcome.route
    same = site.upstream(endpoint)
    for world in outcome.worlds:
        reached = world.upstream
        passes = world.admitted and world.unasked and world.answered_by == "upstream"
        if not passes or reached is None or (reached.address or reached.name) != same:
            return None
    own = by is endpoint.route and outcome.host is endpoint.host and not endpoint.focus
    if by is None or own:
        return None
    return None if outcome.opens or by.block.exempt is not None else (outcome, by)


def _reaches_the_same(site: Site, endpoint: Endpoint, outcome: Outcome) -> bool:
    """Whether the application at the end is asked for the very path that a request with credentials asks for."""
    for name in list(site.passing(endpoint))[:1]:
        mine = site.get(endpoint, *headers_of(name)).upstream
        return mine is not None and outcome.upstream is not None and mine.path == outcome.upstream.path
    return False


def _words(endpoint: Endpoint) -> Span:
    for _, rule, path in token_rules(endpoint):
        if path == (endpoint.focus or endpoint.route.match.text):
            return rule.span
    return endpoint.route.span


def _checks(endpoint: Endpoint) -> tuple[Label, ...]:
    return tuple(
        Label(one.span, "asks for credentials under its own name") for one in evidence.mechanisms(endpoint)
    )[:1]
