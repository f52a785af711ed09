"""A staged sample on the running Envoy: what it does with the requests of witnesses, and what was claimed otherwise."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real.envoy_comparing import Bench, Question, bench
from tests.real.envoy_stage import Staged
from tests.real.real_nginx import Response, send, send_before
from tests.real.recorder import Received, Recorder
from tests.real.seen import seen_of

from authlint.finding import NOTHING_GIVEN, Exchange, Finding, Given
from authlint.flow.request import Request

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
        port = self.staged.port(request.port)
        secure = port in self.staged.secure
        parts = (port, request.method, target, headers, request.body, secure)
        silent = [port for name, port in self.staged.upstreams.items() if name in given.down]
        with self.recorder.down(silent):
            send_before(given.before, *parts)
            self.recorder.received.clear()
            response = send(*parts)
        reached = [one for one in self.recorder.received if not self.staged.is_judge(one.port)]
        return response, reached[-1] if reached else None


@contextmanager
def running(configuration: str, folder: Path, binary: Path) -> Iterator[Live]:
    """Envoy on this bootstrap, as YAML or JSON."""
    with bench(configuration, folder / "server", binary) as made:
        yield Live(made)


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


def misbehaves(running: Live, one: dict[str, Any], worth: Worth) -> Iterator[str]:
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


def questioned(one: dict[str, Any], worth: Worth) -> Question:
    request = Request(one["method"], one["url"])
    headers = [("Host", request.host)]
    headers += [(name, worth.placed(value)) for name, value in one.get("headers", [])]
    return Question(one["method"], worth.placed(request.target), tuple(headers), port=request.port)
