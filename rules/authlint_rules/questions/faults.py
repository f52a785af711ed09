"""Why an auth service cannot give a verdict; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Label
from authlint.flow.outcome import Outcome, Reached
from authlint.flow.request import Request
from authlint.intent import Mend
from authlint.model.credential import Call
from authlint.model.step import Ask
from authlint.record import record
from authlint.site import Endpoint, Site


@record
class Fault:
    """Why there is no verdict, what to do, and a request that shows it; `verdict` is what the service is taken to
    answer to everybody, 0 that it waits."""

    place: Label
    related: tuple[Label, ...]
    cure: str
    request: Request
    outcome: Outcome
    verdict: int | None = None
    stated: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    mends: tuple[Mend, ...] = ()


def declared_fault(site: Site, endpoint: Endpoint, service: Ask | Call, asked: Reached) -> Iterator[Fault]:
    """A service that is declared to refuse with a status which is no refusal here."""
    declared = site.service(asked)
    request = site.request(endpoint)
    outcome = site.ask(request)
    if declared is None or not isinstance(service, Ask) or outcome.opens:
        return
    broken = outcome.in_every_world(lambda world: world.denial if world.status == service.broken else None)
    if broken is not None and broken.subject == service and declared.refusal not in (401, 403):
        place = Label(asked.span, f"this service answers {declared.refusal} to a request without credentials")
        cure = "let the service answer 401; from here people can be sent to the sign-in (error_page 401, auth-signin)"
        yield Fault(place, (), cure, request, outcome, declared.refusal)
