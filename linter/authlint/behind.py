"""What an outcome tells of the gateways behind the one that was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.finding import Label
from authlint.flow.outcome import Crossed, Event, Outcome
from authlint.model.gateway import Gateway, Route, VirtualHost
from authlint.model.step import Forward, Op
from authlint.model.value import Value, literal
from authlint.record import field, record


def after_crossing(world: Outcome) -> Iterator[Event]:
    """What happened in the gateways behind."""
    crossed = False
    for event in world.trace:
        if isinstance(event.subject, Crossed):
            crossed = True
        elif crossed and not event.auth:
            yield event


@record
class Further:
    """The way of a route's requests behind its gateway: the hosts and routes of other gateways that they come to, and
    how the values are worked out that are spoken of there."""

    hosts: tuple[VirtualHost, ...] = ()
    routes: tuple[Route, ...] = ()
    definitions: Mapping[str, Value] = field(default_factory=dict)

    @property
    def scripts(self) -> tuple[tuple[Op, ...], ...]:
        return (*(host.script for host in self.hosts), *(route.script for route in self.routes))


NO_FURTHER = Further()


def further(outcome: Outcome) -> Further:
    """Where the request came to, in any world."""
    hosts: dict[VirtualHost, None] = {}
    routes: dict[Route, None] = {}
    definitions: dict[str, Value] = {}
    for world in outcome.worlds:
        for crossed in crossings(world):
            definitions.update(crossed.behind.gateway.definitions)
        for event in after_crossing(world):
            if event.verb == "route" and isinstance(event.subject, Route):
                routes[event.subject] = None
            elif event.verb == "host" and isinstance(event.subject, VirtualHost):
                hosts[event.subject] = None
    return Further(tuple(hosts), tuple(routes), definitions) if hosts else NO_FURTHER


def crossings(world: Outcome) -> Iterator[Crossed]:
    """Each gateway that the request went on to, once."""
    seen: set[int] = set()
    for event in world.trace:
        crossed = event.subject
        if isinstance(crossed, Crossed) and id(crossed.behind) not in seen:
            seen.add(id(crossed.behind))
            yield crossed


def way(outcome: Outcome) -> tuple[Label, ...]:
    """The places that lead from one gateway to the next."""
    links = [
        link for world in outcome.worlds[:1] for crossed in crossings(world) for link in crossed.behind.way
    ]
    return tuple(Label(link.span, link.what) for link in links)


def host_leads_on(gateway: Gateway, host: VirtualHost) -> bool:
    """Whether another gateway may stand behind a virtual host."""
    if gateway.beyond is None:
        return False
    return any(leads_on(gateway, route) for route in (*host.table.routes(), host.fallback))


def leads_on(gateway: Gateway, route: Route) -> bool:
    """Whether another gateway may stand behind a route: one whose target is worked out may lead anywhere."""
    for step in route.block.steps if gateway.beyond is not None else ():
        if isinstance(step, Forward):
            url = literal(step.target)
            if url is None or any(_is_named(gateway, one) for one in _addresses(gateway, url)):
                return True
    return False


def _addresses(gateway: Gateway, url: str) -> tuple[str, ...]:
    authority = url.rpartition("://")[2].partition("/")[0]
    group = gateway.upstreams.get(authority)
    return (authority,) if group is None else group.addresses


def _is_named(gateway: Gateway, address: str) -> bool:
    name = address.lower().partition(":")[0].partition(".")[0]
    return gateway.beyond is not None and name in gateway.beyond.names
