"""A path that is there for callers without credentials is answered 401.

What happens
    Certificate authorities, probes of a cluster or load balancer, and clients that look for keys or a discovery
    document send no credentials. Authentication that was switched on for everything takes their path along: the
    certificate is not renewed, the probe reports a dead service, tokens cannot be verified.

Bad
    server {
        auth_basic "site";
        auth_basic_user_file /etc/nginx/htpasswd;
        location /.well-known/acme-challenge/ {
            root /var/www/acme;
        }
    }

Good
    server {
        auth_basic "site";
        auth_basic_user_file /etc/nginx/htpasswd;
        location /.well-known/acme-challenge/ {
            auth_basic off;
            root /var/www/acme;
        }
    }

When it stays quiet
    The path has no route of its own; its route asks for credentials in its own words, which is a decision; certain
    addresses pass without any; the same path is served openly on another port; an auth service is told the path
    of a probe and may let it pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import PORT
from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.condition import All, AnyOf, Condition, Test
from authlint.model.step import Address, Answer
from authlint.model.value import Get
from authlint.rule import Rule
from authlint.site import Endpoint, Site, requires
from authlint.text import Span

ID = "public-path-protected"
PROBES = "health probes"
# Who calls a path, by the path; the first that fits. A word of everyday life ("health", "ready") is a probe's only
# at the root: /services/health may well be about doctors.
CALLERS = (
    (re.compile(r"^/\.well-known/acme-challenge(/|$)"), "certificate authorities"),
    (
        re.compile(r"/\.well-known/(openid-configuration|oauth-|jwks)|/jwks(\.json)?$"),
        "clients that look for keys",
    ),
    (re.compile(r"^/\.well-known/"), "clients that look for well-known files"),
    (re.compile(r"/(healthz|livez|readyz|health-?check|health_check)/?$"), PROBES),
    (re.compile(r"^/(_?health|ready|live|liveness|readiness|-/(healthy|ready))$"), PROBES),
)
PATHS = (Get("path"), Get("target"), Get("routed-target"))


@dataclass(frozen=True, slots=True)
class Spot:
    """A path that has a route, or an answer, of its own."""

    path: str
    callers: str
    span: Span


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)) and not _lets_addresses_pass(endpoint):
            for spot in _spots(endpoint):
                yield from _judged(site, endpoint, spot)


def _spots(endpoint: Endpoint) -> Iterator[Spot]:
    own = _path(endpoint)
    callers = _callers(own)
    if callers is not None:
        yield Spot(own, callers, endpoint.route.span)
    for when, block in endpoint.route.variants:
        answer = next((step for step in block.steps if isinstance(step, Answer) and step.status < 300), None)
        for path in paths_in(when) if answer is not None else ():
            yield Spot(path, _callers(path) or PROBES, answer.span if answer is not None else block.span)


def paths_in(when: Condition) -> Iterator[str]:
    """Whole paths that a condition names."""
    if isinstance(when, (All, AnyOf)):
        for one in when.conditions:
            yield from paths_in(one)
    elif isinstance(when, Test) and when.value in PATHS and when.how.how in ("is", "prefix", "segments"):
        yield when.how.arg


def _callers(path: str) -> str | None:
    return next((callers for pattern, callers in CALLERS if pattern.search(path)), None)


def _path(endpoint: Endpoint) -> str:
    return unquote(urlsplit(endpoint.url).path)


def _lets_addresses_pass(endpoint: Endpoint) -> bool:
    return any(
        require.mode == "any" and any(isinstance(check, Address) for check in require.checks)
        for require in requires(endpoint.route)
    )


def _judged(site: Site, endpoint: Endpoint, spot: Spot) -> Iterator[Finding]:
    request = Request("GET", endpoint.base + spot.path)
    outcome = site.ask(request)
    denial = outcome.in_every_world(_refusal)
    if denial is None or outcome.route is not endpoint.route or outcome.opens:
        return
    other = _also_protected(site, endpoint, denial)
    if denial.span is None or other is None or _open_elsewhere(site, endpoint, spot):
        return
    exempted = spot.callers == PROBES and _told(outcome, spot.path)
    status = outcome.status or outcome.worlds[0].status
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.host.name or 'any host'}{spot.path} is answered {status}: "
        f"{spot.callers} send no credentials",
        primary=Label(_asking(site, other, denial), f"is meant for {other.title}, and asks here too"),
        related=(Label(spot.span, f"{spot.callers} come here"),),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "an answer without any credentials"),),
        cure="exempt this path: switch authentication off in its own route, or answer it before authentication",
        assumes=("the auth service, which is told the path, does not let it pass",) if exempted else (),
        stated=(*outcome.assumed, f"{spot.callers} send no credentials"),
        pedantic=exempted,
    )


def _refusal(world: Outcome) -> Event | None:
    return world.denial if world.status is not None and 300 <= world.status < 500 else None


def _also_protected(site: Site, endpoint: Endpoint, denial: Event) -> Endpoint | None:
    """A route for others that the same setting protects: what is written for one path alone is a decision."""
    span = getattr(denial.subject, "span", None)
    for other in site.siblings[id(endpoint.host)]:
        if _callers(_path(other)) is None and any(c.span == span for c in evidence.mechanisms(other)):
            return other
    return None


def _asking(site: Site, other: Endpoint, denial: Event) -> Span:
    """The words that ask: what lets a good request pass says best which those are."""
    outcome = site.let_in(other)
    for event in outcome.trace if outcome is not None else ():
        if event.verb == "passed" and event.subject == denial.subject and event.span is not None:
            return event.span
    assert denial.span is not None
    return denial.span


def _open_elsewhere(site: Site, endpoint: Endpoint, spot: Spot) -> bool:
    """Whether callers get the path without credentials on another port, or a probe anywhere."""
    urls = [f"http://{endpoint.host.name}{spot.path}"] if endpoint.host.name else []
    if spot.callers == PROBES:
        urls += [other.base + spot.path for other in site.endpoints if other.host is not endpoint.host]
    for url in dict.fromkeys(urls):
        outcome = site.ask(Request("GET", url))
        if outcome.admitted and outcome.unasked and PORT not in outcome.assumed:
            return True
    return False


def _told(outcome: Outcome, path: str) -> bool:
    """Whether a service that is asked learns the path: it may then let it pass."""
    return any(
        path in (asked.path or "") or any(path in header.text for header in asked.headers)
        for world in outcome.worlds
        for asked in world.auth_requests
    )


RULE = Rule(
    id=ID,
    summary="A path for callers without credentials is answered 401",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc8555#section-8.3",
    manual=__doc__ or "",
    check=check,
)
