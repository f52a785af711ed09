"""Every sample on the real Envoy: the witness of a wrong one gets what the finding claims, a right one's does not."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.real.envoy_comparing import Bench, Question, bench, model
from tests.real.envoy_stage import Staged, stage
from tests.real.real_envoy import validated
from tests.real.real_nginx import Response, send, send_before
from tests.real.recorder import Received, Recorder
from tests.real.seen import seen_of

from authlint.finding import NOTHING_GIVEN, Exchange, Finding, Given
from authlint.flow.request import Request

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted(path.parent for path in SAMPLES.glob("*/*/envoy.yaml"))
# A system has files of other dialects too: their findings are shown on their own servers.
WRONG = [case for case in ALL if case.name.startswith("wrong") or case.parent.name == "systems"]
COMPARED = (
    "www-authenticate",
    "location",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
)
WORDS = re.compile(r"\b(?:TOKEN|KEY)\b")
CARRIED = ("authorization", "cookie", "host", "x-api-key", "x-user", "x-remote-user")


Replied = tuple[tuple[str, str], ...]


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@dataclass(frozen=True, slots=True)
class Worth:
    """What stands for the words TOKEN and KEY of a witness in one try."""

    token: str
    key: str

    def placed(self, text: str) -> str:
        return WORDS.sub(lambda word: self.token if word[0] == "TOKEN" else self.key, text)

    def hidden(self, text: str) -> str:
        text = text.replace(self.token, "TOKEN")
        return text.replace(self.key, "KEY")


@dataclass(slots=True)
class Live:
    """A staged sample with its applications, running."""

    bench: Bench

    @property
    def staged(self) -> Staged:
        return self.bench.staged

    @property
    def recorder(self) -> Recorder:
        return self.bench.recorder

    def worths(self, given: Given = NOTHING_GIVEN) -> Iterator[Worth]:
        """Credentials that the configuration's providers take: one of each, with the claims that are given."""
        now = int(time.time())
        claims = {name: now + value if isinstance(value, int) else value for name, value in given.claims}
        tokens = [one.token(self.staged.key, **claims) for one in self.staged.issuers] or ["TOKEN"]
        keys = self.staged.api_keys or ["KEY"]
        return (Worth(token, key) for token, key in itertools.product(tokens, keys))

    def ask(
        self,
        request: Request,
        worth: Worth,
        supposed: int | None = None,
        replied: Replied = (),
        given: Given = NOTHING_GIVEN,
    ) -> tuple[Response, Received | None]:
        """The answer, and what the application (not an auth service) got."""
        for port, script in self.recorder.scripts.items():
            if self.staged.is_judge(port):
                script.headers = given.answers
            else:
                script.status = supposed or 200
                script.headers = replied or ((("WWW-Authenticate", "Bearer"),) if supposed == 401 else ())
        headers = [("Host", request.host)]
        headers += [(name, worth.placed(value)) for name, value in request.headers if name.lower() != "host"]
        target = worth.placed(request.target)
        parts = (self.staged.port(request.port), request.method, target, headers, request.body)
        silent = [port for name, port in self.staged.upstreams.items() if name in given.down]
        with self.recorder.down(silent):
            send_before(given.before, *parts)
            self.recorder.received.clear()
            response = send(*parts)
        reached = [one for one in self.recorder.received if not self.staged.is_judge(one.port)]
        return response, reached[-1] if reached else None


@contextmanager
def live(case: Path, folder: Path, binary: Path) -> Iterator[Live]:
    with bench((case / "envoy.yaml").read_text(encoding="utf-8"), folder / "server", binary) as running:
        yield Live(running)


@pytest.fixture
def envoy(require: Any) -> Path:
    found: Path = require("envoy")
    return found


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_server_takes_the_sample(case: Path, envoy: Path, tmp_path: Path) -> None:
    staged = stage((case / "envoy.yaml").read_text(encoding="utf-8"), tmp_path)
    assert validated(envoy, staged.configuration, tmp_path) == ""


@pytest.mark.parametrize("case", WRONG, ids=case_id)
def test_the_witness_is_answered_as_claimed(case: Path, envoy: Path, tmp_path: Path, found_in: Any) -> None:
    findings = [one for one in found_in(case).findings if one.primary.span.path == "envoy.yaml"]
    assert findings
    # What uses up a limit comes last: it is then used up for the others too.
    findings.sort(key=lambda one: any(exchange.given.before for exchange in one.witness))
    with live(case, tmp_path, envoy) as running:
        for finding in findings:
            assert finding.witness or finding.proof, f"{finding.rule} has nothing to show"
            for exchange in finding.witness:
                tries = [
                    list(differences(running, exchange, worth)) for worth in running.worths(exchange.given)
                ]
                assert [] in tries, f"{finding.rule}: {tries}"


def differences(running: Live, exchange: Exchange, worth: Worth) -> Iterator[str]:
    """What the server does otherwise than the exchange says."""
    request = Request(exchange.method, exchange.url, exchange.headers, exchange.body)
    running.recorder.decree(exchange.given.verdict)
    of_the_application = exchange.status if exchange.answered_by == "upstream" else None
    response, received = running.ask(
        request, worth, exchange.supposed or of_the_application, exchange.replied, exchange.given
    )
    if response.status != exchange.status:
        yield f"status {response.status}, claimed {exchange.status}"
    for name in COMPARED:
        claimed = [value for key, value in exchange.response_headers if key.lower() == name]
        real = [worth.hidden(value) for value in response.all(name)]
        if name == "location" and running.staged.oauth:  # its query holds what is drawn by lot
            real = [value.partition("?")[0] for value in real]
        if real != claimed:
            yield f"{name} {real}, claimed {claimed}"
    if (received is None) != (exchange.received is None):
        yield f"reached {received}, claimed {exchange.received}"
    elif received is not None and exchange.received is not None:
        claimed_headers = {key.lower(): value for key, value in exchange.received}
        for name in CARRIED:
            got = received.get(name)
            shown = None if got is None else worth.hidden(got)
            if shown != claimed_headers.get(name):
                yield f"the application got {name} {shown}, claimed {claimed_headers.get(name)}"


LOGGED = ("token-logged",)  # what a log says is no part of an answer (test_logs_mended.py)
FIXED = [case for case in WRONG if "\nfix = " in (case / "expect.toml").read_text()]


@pytest.mark.parametrize("case", FIXED, ids=case_id)
def test_the_mended_sample_behaves(
    case: Path, envoy: Path, tmp_path: Path, cured_in: Any, mended_copy: Any
) -> None:
    """The server takes what the fixes made, and no witness of a cured finding is answered as before."""
    cured = [one for one in cured_in(case) if one.primary.span.path == "envoy.yaml"]
    made = mended_copy(case)
    staged = stage((made / "envoy.yaml").read_text(encoding="utf-8"), tmp_path / "taken")
    assert validated(envoy, staged.configuration, tmp_path / "taken") == ""
    with live(case, tmp_path / "before", envoy) as running:
        before = [observed(running, one) for one in cured]
    with live(made, tmp_path / "after", envoy) as running:
        after = [observed(running, one) for one in cured]
    for finding, one, other in zip(cured, before, after, strict=True):
        assert one != other or not finding.witness or finding.rule in LOGGED, finding.rule


def observed(running: Live, finding: Finding) -> list[object]:
    """What can be seen of each request of the witness, with the first credentials that fit."""
    seen: list[object] = []
    for exchange in finding.witness:
        running.recorder.decree(exchange.given.verdict)
        worth = next(iter(running.worths(exchange.given)))
        of_the_application = exchange.status if exchange.answered_by == "upstream" else None
        request = Request(exchange.method, exchange.url, exchange.headers, exchange.body)
        supposed = exchange.supposed or of_the_application
        response, received = running.ask(request, worth, supposed, exchange.replied, exchange.given)
        # Where a service is asked wrongly, what it is asked is what changes.
        asked = [one.path for one in running.recorder.received if running.staged.is_judge(one.port)]
        seen.append((*seen_of(response, received), asked))
    return seen


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_server_answers_as_the_sample_says(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    """Those of a wrong sample show that it is wrong, whatever the rule says."""
    requests = read_toml(case / "expect.toml").get("request", [])
    assert requests
    with live(case, tmp_path, envoy) as running:
        for one in requests:
            tries = [list(_misbehaves(running, one, worth)) for worth in running.worths()]
            assert [] in tries, f"{one['method']} {one['url']}: {tries}"


def _misbehaves(running: Live, one: dict[str, Any], worth: Worth) -> Iterator[str]:
    headers = tuple((name, value) for name, value in one.get("headers", []))
    given = Given(answers=tuple(one.get("service", {}).items()))
    response, received = running.ask(Request(one["method"], one["url"], headers), worth, given=given)
    if response.status != one["status"]:
        yield f"status {response.status}"
    for name, value in one.get("response", {}).items():
        if response.all(name) != ([value] if value else []):
            yield f"{name} {response.all(name)}"
    wanted = one["upstream"]
    if (received is not None) != (wanted is not False):
        yield f"reached {received}"
    elif received is not None:
        for name, value in wanted.items():
            if worth.hidden(received.get(name) or "") != value:
                yield f"the application got {name} {received.get(name)}"


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_answers_to_a_sample_are_predicted(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    """All of each answer, with every kind of credential that the rules use."""
    wrong: list[str] = []
    with live(case, tmp_path, envoy) as running:
        gateway = model(running.staged)
        for one, worth in itertools.product(read_toml(case / "expect.toml")["request"], running.worths()):
            asked = questioned(one, worth)
            if running.staged.oauth:
                asked = replace(asked, skip=("location", "set-cookie"), open=True)
            wrong += [
                f"{one['method']} {one['url']}: {text}" for text in running.bench.differences(gateway, asked)
            ]
    assert not wrong, "\n".join(wrong)


def questioned(one: dict[str, Any], worth: Worth) -> Question:
    request = Request(one["method"], one["url"])
    headers = [("Host", request.host)]
    headers += [(name, worth.placed(value)) for name, value in one.get("headers", [])]
    return Question(one["method"], worth.placed(request.target), tuple(headers), port=request.port)
