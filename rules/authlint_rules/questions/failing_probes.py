"""Probes of whoever runs the gateway that its own authentication answers; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import SOMEWHERE, Request
from authlint.model.beyond import Probed
from authlint.site import Site

ADDRESS = "10.0.0.7"  # of a pod: no configuration names it


def failing(rule: str, site: Site) -> Iterator[Finding]:
    for probe in site.gateway.probed:
        request = _request(probe)
        outcome = site.ask(request)
        denial = outcome.in_every_world(_refusal)
        if denial is None or denial.span is None or outcome.opens:
            continue
        told = [one for world in outcome.worlds for one in world.auth_requests]
        endpoint = site.of_route.get(id(outcome.route))
        status = outcome.status or outcome.worlds[0].status
        yield Finding(
            rule=rule,
            level=Level.WARNING,
            message=f"{probe.path} is answered {status}, and {probe.who} sends no credentials: {probe.effect}",
            primary=Label(denial.span, "asks the probe for credentials"),
            related=(Label(probe.span, f"{probe.who} comes here"),),
            routes=(endpoint.title,) if endpoint is not None else (),
            witness=(site.exchange(request, outcome, "an answer below 400 without any credentials"),),
            cure="exempt this path: give it a route that asks for nothing, or let the probe ask for another one",
            assumes=("the auth service, which may know the probe, does not let it pass",) if told else (),
            stated=outcome.assumed,
            pedantic=bool(told),
        )


def _request(probe: Probed) -> Request:
    scheme = "https" if probe.tls else "http"
    return Request("GET", f"{scheme}://{ADDRESS}:{probe.port}{probe.path}", probe.headers, peer=SOMEWHERE)


def _refusal(world: Outcome) -> Event | None:
    return world.denial if world.status is not None and world.status >= 400 else None
