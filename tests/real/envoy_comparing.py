"""One bootstrap and one request, asked of the real Envoy and of authlint; what differs, in words."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.real.envoy_stage import NOBODY, Issuer, Staged, stage
from tests.real.real_envoy import RealEnvoy
from tests.real.real_nginx import Response, send
from tests.real.recorder import Received, Recorder

from authlint.flow.assume import Assume, Consent, Reply
from authlint.flow.outcome import Header, Outcome, Reached
from authlint.flow.request import Request
from authlint.model.gateway import Gateway
from authlint.readers.open import open_gateways
from authlint.text import Sources
from authlint.tracing import GRPC, answer

# What every answer has, or what depends on the moment.
UNTOLD = {
    "grpc-status",
    "grpc-message",
    "date",
    "server",
    "content-length",
    "content-type",
    "connection",
    "transfer-encoding",
}
# What Envoy adds for itself, on the way to an application.
INTERNAL = {"x-request-id", "x-forwarded-proto", "content-length", "connection", "transfer-encoding", "te"}
TOKEN = re.compile(r"<(\w+)((?: \w+=[^ >]*)*)>")
NUMBERS = ("exp", "nbf", "iat")
DOWN = f"{NOBODY[0]}:{NOBODY[1]}"


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and what the applications (`status`, `replied`) and the auth service (`judged`) answer to it.

    `<p aud=b exp=-60>` in a header or target is a token of the provider p with these claims: times are seconds from
    now, and a claim without a value is left out. PORT is the listener's. `skip` are response headers that hold
    something random; of a location only the query is left out. `open`: nothing may be predicted here, or the truth.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    status: int = 200
    replied: tuple[tuple[str, str], ...] = ()
    judged: Reply | None = None
    port: int | None = None  # as written; None: the first listener's
    skip: tuple[str, ...] = ()
    open: bool = False


def question(row: list[Any]) -> Question:
    """A line of a requests.json: method, target, headers, options."""
    method, target, headers, options = [*row, [], {}][:4] if len(row) < 3 else [*row, {}][:4]
    judged = options.get("auth")
    return Question(
        method,
        target,
        tuple((name, value) for name, value in headers),
        options.get("body", ""),
        options.get("st", 200),
        tuple((name, value) for name, value in options.get("rh", ())),
        None if judged is None else verdict(*judged),
        options.get("port"),
        tuple(options.get("skip", ())),
        options.get("open", False),
    )


def verdict(status: Any, headers: list[list[str]], besides: dict[str, Any] | None = None) -> Reply:
    """What the auth service answers: a status or "timeout"; `besides`, over gRPC, are the fields of a Consent."""
    given: dict[str, Any] = {
        name: tuple(one if isinstance(one, str) else tuple(one) for one in listed)
        for name, listed in (besides or {}).items()
    }
    return Reply(status, tuple((name, value) for name, value in headers), Consent(**given) if given else None)


@dataclass(slots=True)
class Bench:
    """A running Envoy with its applications."""

    staged: Staged
    recorder: Recorder = field(default_factory=Recorder)

    def placed(self, text: str) -> str:
        """The text with its tokens."""
        return TOKEN.sub(self._token, text)

    def _token(self, match: re.Match[str]) -> str:
        known = (one for one in self.staged.issuers if one.name == match[1])
        issuer = next(known, Issuer(match[1], None, ()))
        claims: dict[str, Any] = {}
        for word in match[2].split():
            name, _, value = word.partition("=")
            claims[name] = int(time.time()) + int(value) if name in NUMBERS and value else value or None
        return issuer.token(self.staged.key, **claims)

    def request(self, asked: Question) -> Request:
        port = self.staged.port(asked.port or 0)
        host = next((value for name, value in asked.headers if name.lower() == "host"), "app.example")
        others = ((name, self.placed(value)) for name, value in asked.headers if name.lower() != "host")
        host = host.replace("PORT", str(port))
        scheme = "https" if port in self.staged.secure else "http"
        url = f"{scheme}://app.example:{port}{self.placed(asked.target)}"
        return Request(asked.method, url, (("Host", host), *others), asked.body)

    def ask(self, asked: Question, request: Request) -> tuple[Response, Assume]:
        """The server's answer, and what is to be assumed of those that were asked meanwhile."""
        for port, script in self.recorder.scripts.items():
            if self.staged.is_judge(port):
                script.judge = asked.judged is None
                judged = asked.judged or Reply(200)
                late = judged.status == "timeout"
                script.status, script.headers = (
                    200 if isinstance(judged.status, str) else judged.status,
                    judged.headers,
                )
                script.consent, script.slow = judged.consent, 1.5 * late
            else:
                script.status, script.headers = asked.status, asked.replied
        self.recorder.received.clear()
        sent = request.method, request.target, [*request.headers], request.body
        response = send(request.port, *sent, request.scheme == "https")
        replies = {DOWN: Reply("unreachable")}
        # What stands here for a TLS port says 400 to plain text; the staged configuration does not show that it is one.
        replies |= {f"127.0.0.1:{port}": Reply(400) for port in self.staged.refusing}
        for port in self.recorder.scripts:
            if not self.staged.is_judge(port):
                replies[f"127.0.0.1:{port}"] = Reply(asked.status, asked.replied)
            elif asked.judged is not None:
                replies[f"127.0.0.1:{port}"] = asked.judged
        for one in self.recorder.received:
            if self.staged.is_judge(one.port) and asked.judged is None:
                replies[f"127.0.0.1:{one.port}"] = Reply(*self.recorder.scripts[one.port].answer(one))
        return response, Assume(replies=replies)

    def judged(self, received: Iterable[Received], auth: bool) -> list[Received]:
        return [one for one in received if self.staged.is_judge(one.port) == auth]

    def differences(self, gateway: Gateway, asked: Question) -> Iterator[str]:
        """What authlint says otherwise than the server does."""
        request = self.request(asked)
        response, assume = self.ask(asked, request)
        outcome = answer(gateway, request, assume)
        if asked.open and outcome.status is None:
            return
        status = 200 if outcome.grpc and outcome.status is not None else outcome.status
        if status != response.status:
            yield f"status {outcome.status}, really {response.status} {outcome.unknown}"
            return
        if outcome.grpc and response.all("grpc-status") != [str(GRPC.get(outcome.status or 0, 2))]:
            yield f"status {outcome.status}, really grpc-status {response.all('grpc-status')}"
        yield from headers_differ(outcome, response, asked.skip)
        yield from self._asked(outcome)
        yield from self._reached(outcome)

    def _asked(self, outcome: Outcome) -> Iterator[str]:
        said = [one for one in outcome.auth_requests if one.address != DOWN]
        really = self.judged(self.recorder.received, True)
        if len(said) != len(really):
            yield f"{len(said)} auth requests, really {[one.path for one in really]}"
            return
        for mine, one in zip(said, really, strict=True):
            yield from got("the auth service", mine, one)

    def _reached(self, outcome: Outcome) -> Iterator[str]:
        really = self.judged(self.recorder.received, False)
        said = outcome.upstream
        if said is not None and said.address == DOWN:
            said = None
        if (said is None) != (not really):
            yield f"upstream {said and said.address}, really {[one.port for one in really]}"
        elif said is not None:
            yield from got("upstream", said, really[-1])


def headers_differ(outcome: Outcome, response: Response, skip: Iterable[str]) -> Iterator[str]:
    unseen = UNTOLD | {name for name in skip if name != "location"} | _unknown(outcome.headers)
    mine, really = _named(_pairs(outcome.headers), unseen), _named(response.headers, unseen)
    if "location" in skip:
        for side in (mine, really):
            side["location"] = [value.partition("?")[0] for value in side.get("location", [])]
    for name in sorted({*mine, *really}):
        if mine.get(name) != really.get(name):
            yield f"{name} {mine.get(name)}, really {really.get(name)}"


def got(who: str, said: Reached, really: Received) -> Iterator[str]:
    if said.address != f"127.0.0.1:{really.port}":
        yield f"{who} at {said.address}, really {really.port}"
        return
    if (said.method, said.path) != (really.method, really.path):
        yield f"{who} got {said.method} {said.path}, really {really.method} {really.path}"
    unseen = INTERNAL | _unknown(said.headers)
    mine, theirs = _named(_pairs(said.headers), unseen), _named(really.headers, unseen)
    for name in sorted({*mine, *theirs}):
        if mine.get(name) != theirs.get(name):
            yield f"{who} got {name} {mine.get(name)}, really {theirs.get(name)}"


def _unknown(headers: Iterable[Header]) -> set[str]:
    """Names of headers of which authlint says that it does not know the value."""
    return {header.name.lower() for header in headers if not isinstance(header.value, str)}


def _pairs(headers: Iterable[Header]) -> list[tuple[str, str]]:
    return [(header.name, header.text) for header in headers]


def _named(pairs: Iterable[tuple[str, str]], unseen: set[str]) -> dict[str, list[str]]:
    """The values by name, lower case; Envoy's own names are left out."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        lower = name.lower()
        if lower not in unseen and not lower.startswith("x-envoy-"):
            found.setdefault(lower, []).append(value)
    return found


def model(staged: Staged) -> Gateway:
    """authlint's model of what the server runs."""
    file = staged.folder / "envoy.yaml"
    file.write_text(yaml.safe_dump(staged.configuration, sort_keys=False), encoding="utf-8")
    gateways, trouble = open_gateways([str(file)], Sources())
    assert trouble is None, trouble
    (gateway,) = gateways
    return gateway


@contextmanager
def bench(configuration: str, folder: Path, binary: Path) -> Iterator[Bench]:
    """Envoy on this bootstrap. An address 127.0.0.1:1 stays what it is: there nobody answers."""
    made = Bench(stage(configuration, folder))
    servers = made.staged.serve(made.recorder)
    try:
        with RealEnvoy(binary, made.staged.configuration, folder, [*made.staged.ports.values()]):
            yield made
    finally:
        made.recorder.close()
        for server in servers:
            server.close()
