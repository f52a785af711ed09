"""A path that is there for callers without credentials is answered 401.

What happens
    Certificate authorities, probes of a cluster or load balancer, and clients that look for keys or a discovery
    document send no credentials; nor do those who call what authlint.toml names in public-paths. Authentication that
    was switched on for everything takes their path along: the certificate is not renewed, the probe reports a dead
    service, tokens cannot be verified.

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

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.step import Answer
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint.text import Span
from authlint_rules.mends.exempting import exempt
from authlint_rules.questions.asked import asking, lets_addresses_pass, path_of, paths_in, request_for
from authlint_rules.questions.callers import PROBES, Spot, callers_of, probes, told_the_path
from authlint_rules.questions.failing_probes import failing
from authlint_rules.questions.meant import meant_to_be_public

ID = "public-path-protected"
CURE = "exempt this path: switch authentication off in its own route, or answer it before authentication"
EXEMPTED = "the auth service, which is told the path, does not let it pass"


def check(site: Site) -> Iterator[Finding]:
    yield from failing(ID, site)
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)):
            spots = (
                () if lets_addresses_pass(endpoint) else (*_spots(site, endpoint), *probes(site, endpoint))
            )
            for spot in spots:
                yield from _judged(site, endpoint, *spot)
            yield from _declared(site, endpoint)


def _spots(site: Site, endpoint: Endpoint) -> Iterator[Spot]:
    """Paths that have a route, or an answer, of their own."""
    callers = callers_of(path_of(endpoint))
    if callers is not None:
        yield site.request(endpoint), callers, endpoint.route.span
    for when, block in endpoint.route.variants:
        for step in block.steps:
            if isinstance(step, Answer) and step.status < 300:
                for path in paths_in(when):
                    yield request_for(site, endpoint, path), callers_of(path) or PROBES, step.span


def _judged(site: Site, endpoint: Endpoint, request: Request, callers: str, span: Span) -> Iterator[Finding]:
    path, outcome = unquote(urlsplit(request.url).path), site.ask(request)
    denial = outcome.in_every_world(_refusal)
    if denial is None or outcome.route is not endpoint.route or outcome.opens:
        return
    other = _also_protected(site, endpoint, denial)
    if other is None or _open_elsewhere(site, endpoint, path, callers):
        return
    exempted = callers == PROBES and told_the_path(outcome, path)
    asks, status = asking(site, other, denial), outcome.status or outcome.worlds[0].status
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.host.name or 'any host'}{path} is answered {status}: {callers} send no credentials",
        primary=Label(asks, f"is meant for {other.title}, and asks here too"),
        related=(Label(span, f"{callers} come here"),),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "an answer without any credentials"),),
        cure=site.cure(ID, CURE),
        assumes=(EXEMPTED,) if exempted else (),
        stated=(*outcome.assumed, f"{callers} send no credentials"),
        pedantic=exempted,
        mends=exempt(endpoint, asks, path, whole=span == endpoint.route.span),
    )


def _declared(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    for public, request, outcome in meant_to_be_public(site, endpoint):
        denial, path = outcome.in_every_world(_refusal), unquote(urlsplit(request.url).path)
        if denial is None or outcome.route is not endpoint.route or outcome.opens:
            continue
        told = told_the_path(outcome, path)
        status = outcome.status or outcome.worlds[0].status
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.host.name or 'any host'}{path} is answered {status}: it is meant to be public",
            primary=Label(asking(site, endpoint, denial), "asks for credentials"),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "an answer without any credentials"),),
            cure=site.cure(ID, CURE),
            assumes=(EXEMPTED,) if told else (),
            stated=(*outcome.assumed, public.said),
            pedantic=told,
        )


def _refusal(world: Outcome) -> Event | None:
    return world.denial if world.status is not None and 300 <= world.status < 500 else None


def _also_protected(site: Site, endpoint: Endpoint, denial: Event) -> Endpoint | None:
    """A route for others that the same setting protects: what is written for one path alone is a decision."""
    span = getattr(denial.subject, "span", None)
    for other in site.siblings[id(endpoint.host)]:
        if callers_of(path_of(other)) is None and any(one.span == span for one in evidence.mechanisms(other)):
            return other
    return None


def _open_elsewhere(site: Site, endpoint: Endpoint, path: str, callers: str) -> bool:
    """Whether callers get the path without credentials on another port, or a probe from another server."""
    for other in site.endpoints:
        if other.host is not endpoint.host and path_of(other) == path:
            outcome = site.get(other) if callers == PROBES or other.host.name == endpoint.host.name else None
            if outcome is not None and outcome.admitted and outcome.unasked:
                return True
    return False


RULE = Rule(
    id=ID,
    summary="A path for callers without credentials is answered 401",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc8555#section-8.3",
    manual=__doc__ or "",
    check=check,
)
