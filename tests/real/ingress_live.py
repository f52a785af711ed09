"""Lowered Ingress objects on a running server: what it does with a request, and what authlint says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.real.lowered import Lowered
from tests.real.real_nginx import Response, send, send_before
from tests.real.recorder import Received, Recorder

from authlint.finding import NOTHING_GIVEN, Given
from authlint.flow.outcome import Outcome, Reached, header_key
from authlint.flow.request import Request
from authlint.model.unknown import Unknown

Replied = tuple[tuple[str, str], ...]
ANSWER = (
    *("www-authenticate", "location", "vary", "set-cookie"),
    *("access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-headers"),
    *("access-control-allow-methods", "access-control-expose-headers"),
)
CARRIED = (
    *("authorization", "cookie", "host", "origin", "x-forwarded-proto", "x-forwarded-host", "x-scheme"),
    *("x-original-url", "x-original-method", "x-auth-request-redirect", "x-auth-request-user", "x-api-key"),
)


@dataclass(slots=True)
class Live:
    """A lowered sample with its Services, running."""

    lowered: Lowered
    recorder: Recorder

    def ask(
        self,
        request: Request,
        supposed: int | None = None,
        replied: Replied = (),
        given: Given = NOTHING_GIVEN,
    ) -> tuple[Response, list[Received]]:
        """The answer, and all that applications and auth services got."""
        for port, script in self.recorder.scripts.items():
            if port in self.lowered.fixed:
                continue
            if script.judge:
                script.headers = given.answers
            else:
                script.status = supposed or 200
                script.headers = replied or ((("WWW-Authenticate", "Bearer"),) if supposed == 401 else ())
        own = [pair for pair in request.headers if pair[0].lower() != "host"]
        headers = [("Host", request.host), *own]
        secure = request.scheme == "https"
        parts = (
            self.lowered.ports[443 if secure else 80],
            request.method,
            request.target,
            headers,
            "",
            secure,
        )
        names = self.lowered.names()
        with self.recorder.down(port for port, name in names.items() if name in given.down):
            send_before(given.before, *parts)
            self.recorder.received.clear()
            response = send(*parts)
        return response, list(self.recorder.received)

    def is_judge(self, one: Received) -> bool:
        return self.recorder.scripts[one.port].judge

    def applications(self, received: list[Received]) -> list[Received]:
        return [one for one in received if not self.is_judge(one) and one.port not in self.lowered.fixed]


def unpredicted(
    running: Live, outcome: Outcome, response: Response, received: list[Received]
) -> Iterator[str]:
    if outcome.status != response.status:
        yield f"status {outcome.status}, really {response.status} {outcome.unknown}"
        return
    for name in ANSWER:
        said_of = [header for header in outcome.headers if header.name.lower() == name]
        if any(isinstance(header.value, Unknown) for header in said_of):
            continue  # what the auth service or the application may have sent
        mine = sorted(header.text for header in said_of)
        if mine != sorted(response.all(name)):
            yield f"{name} {mine}, really {sorted(response.all(name))}"
    services = [one for one in received if running.is_judge(one)]
    applications = running.applications(received)
    if len(services) != len(outcome.auth_requests):
        yield f"asked {len(outcome.auth_requests)} services, really {len(services)}"
        return
    for said, really in zip(outcome.auth_requests, services, strict=True):
        yield from _got(running, "the auth service", said, really)
    if (outcome.upstream is not None) != bool(applications):
        yield f"reached {outcome.upstream}, really {applications}"
    elif outcome.upstream is not None:
        yield from _got(running, "the application", outcome.upstream, applications[-1])


def _got(running: Live, who: str, said: Reached, really: Received) -> Iterator[str]:
    authority = running.lowered.names()[really.port]
    if authority not in (said.address, said.name):
        yield f"{who} at {said.address}, really {authority}"
    if (said.method, said.path) != (really.method, really.path):
        yield f"{who} got {said.method} {said.path}, really {really.method} {really.path}"
    for name in CARRIED:
        if any(isinstance(header.value, Unknown) for header in said.get(name)):
            continue
        mine = [header.text for header in said.get(name)]
        values = [value for key, value in really.headers if header_key(key) == name]
        if mine != values:
            yield f"{who} got {name} {mine}, really {values}"
