"""A path that the first of two gateways changes, so that the second takes it for another one; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Crossed, Event, Outcome
from authlint.flow.paths import split_target
from authlint.flow.request import SOMEWHERE, Request
from authlint.flow.run import run
from authlint.intent import KeepPath, Mend
from authlint.model.gateway import Route
from authlint.model.step import Rewrite
from authlint.record import record
from authlint.site import Endpoint, Site
from authlint.text import Span


@record
class Moved:
    """A request whose path was changed on its way, its outcome, what became of it behind if it were not, and the words
    that change it."""

    request: Request
    outcome: Outcome
    crossed: Crossed
    direct: Outcome
    span: Span

    @property
    def route(self) -> Route | None:
        """The route behind that has the unchanged path for its own: "/" has whatever nobody else takes."""
        route = self.direct.last_route
        return None if route is None or len(route.match.text) < 2 else route


def moved(site: Site, endpoint: Endpoint) -> Moved | None:
    """An endpoint's plain request, where its path is changed before the next gateway."""
    if not site.behind(endpoint).routes:
        return None
    request = site.request(endpoint)
    outcome = site.ask(request)
    crossed, span = _crossing(outcome, endpoint)
    path = split_target(request.target)[0]
    if outcome.alternatives or outcome.opens or crossed is None:
        return None
    if split_target(crossed.received.path or "")[0] == path:
        return None
    direct = _direct(site, crossed, request)
    return None if direct.alternatives or direct.opens else Moved(request, outcome, crossed, direct, span)


def _crossing(outcome: Outcome, endpoint: Endpoint) -> tuple[Crossed | None, Span]:
    """The first crossing, and the last words before it that can have changed the path."""
    span = endpoint.forward.span if endpoint.forward is not None else endpoint.route.span
    for event in outcome.trace:
        if isinstance(event.subject, Crossed):
            return event.subject, span
        if isinstance(event.subject, Rewrite) and event.verb in ("went on", "applied") and event.span:
            span = event.span
    return None, span


def _direct(site: Site, crossed: Crossed, request: Request) -> Outcome:
    """What the gateway behind makes of the path as the client sent it."""
    gateway = crossed.behind.gateway
    headers = tuple((h.name, h.text) for h in crossed.received.headers)
    url = f"http://{(crossed.received.address or '').partition(':')[0]}:{crossed.behind.port}{request.target}"
    asked = Request(crossed.received.method or "GET", url, headers, peer=SOMEWHERE)
    return run(gateway, asked, files=site.files.beside(gateway.directory))


def into_protection(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A path that the second gateway leaves open under its own name, and asks for credentials as it arrives."""
    found = moved(site, endpoint)
    denial = found.outcome.denial if found is not None else None
    if found is None or denial is None or denial.span is None or found.outcome.status != 401:
        return
    route, name = found.route, found.crossed.behind.name
    if route is None or not found.direct.admitted or not found.direct.unasked or not found.outcome.behind:
        return
    yield Finding(
        rule=rule,
        level=Level.ERROR,
        message=f"{endpoint.title} is answered 401: {name} gets it as {found.crossed.received.path}",
        primary=Label(found.span, "changes the path before the next gateway sees it"),
        related=(
            Label(route.span, "takes the path under its own name, and asks for nothing"),
            Label(denial.span, "asks for credentials"),
        ),
        routes=(endpoint.title,),
        witness=(site.exchange(found.request, found.outcome, "no 401: this path is public"),),
        cure=f"hand the path on as it came, or exempt {found.crossed.received.path} in the gateway behind",
        stated=found.outcome.assumed,
        mends=(Mend("hand the path on as it came", (KeepPath(found.span),)),),
    )


def out_of_protection(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A path that the second gateway protects under its own name, and serves as it arrives."""
    found = moved(site, endpoint)
    if found is None or not found.outcome.admitted or not found.outcome.unasked:
        return
    denial, route = _asked(found), found.route
    if denial is None or denial.span is None or route is None or _is_reached(site, route):
        return
    yield Finding(
        rule=rule,
        level=Level.ERROR,
        message=f"{endpoint.title} is served without authentication: {found.crossed.behind.name} gets it as "
        f"{found.crossed.received.path}",
        primary=Label(found.span, "changes the path before the next gateway sees it"),
        related=(Label(denial.span, f"{route.name} asks for credentials, and no request gets there"),),
        routes=(endpoint.title,),
        witness=(site.exchange(found.request, found.outcome, "401: no credentials were sent"),),
        cure="hand the path on as it came, or protect in the gateway behind what it becomes",
        stated=found.outcome.assumed,
        mends=(Mend("hand the path on as it came", (KeepPath(found.span),)),),
    )


def _asked(found: Moved) -> Event | None:
    return found.direct.denial if found.direct.status in (401, 403) else None


def _is_reached(site: Site, route: Route) -> bool:
    """Whether any other way through the first gateway leads to this route behind."""
    return any(one is route for endpoint in site.every for one in site.behind(endpoint).routes)
