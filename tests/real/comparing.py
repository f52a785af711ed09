"""One configuration and one request, asked of the real nginx and of authlint; what differs, in words."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.real import http2
from tests.real.ports import free_ports
from tests.real.real_nginx import Binary, RealNginx, Response, send
from tests.real.recorder import Received, Recorder, Script

from authlint.flow.assume import Assume, Reply, Slot
from authlint.flow.caching import Kept, Missed
from authlint.flow.files import Checkout
from authlint.flow.outcome import Outcome, Reached, header_key
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.model.gateway import Gateway, Server
from authlint.model.reply import Cache
from authlint.model.unknown import Unknown
from authlint.readers.library import Library
from authlint.readers.nginx.read import read
from authlint.text import Sources, Span

FILES = {
    "htpasswd": "USER:{PLAIN}PASSWORD\n",
    "html/index.html": "index",
    "html/a.txt": "a",
    "html/dir/index.html": "index",
    "html/dir2/x": "x",
}
RESPONSE = (
    "www-authenticate",
    "location",
    "set-cookie",
    "vary",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "x-a",
    "x-b",
    "x-c",
)
CARRIED = (
    "authorization",
    "cookie",
    "host",
    "origin",
    "x-q",
    "x-user",
    "x",
    "x_under",
    "x.dot",
    "x-forwarded-for",
    "upgrade",
)
DOWN = "127.0.0.1:1"  # where nobody listens
LISTENERS = ("PORT", "SECOND", "SECURE", "SPENT")  # SECURE for TLS; SPENT is asked once, before all others
TLS = Path(__file__).with_name("tls")


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and what the applications answer to it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    status: int = 200
    replied: tuple[tuple[str, str], ...] = ()
    listener: str = "PORT"  # UNSECURED: no TLS where it is spoken
    http2: bool = False

    @property
    def socket(self) -> str:
        return self.listener.replace("UNSECURED", "SECURE")

    @property
    def complete(self) -> tuple[tuple[str, str], ...]:
        """The headers, with a Host."""
        if any(name.lower() == "host" for name, _ in self.headers):
            return self.headers
        return (("Host", "app.example"), *self.headers)


class Applications:
    """What nginx talks to; it may serve many configurations, one after the other."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.auth = self.recorder.serve(Script(judge=True))
        self.recorder.scripts[self.auth].headers = (("X-User", "somebody"),)
        self.ports = {
            **{f"UP{number}": self.recorder.serve(Script()) for number in (1, 2, 3)},
            "FCGI": self.recorder.serve(Script(), encoding="fastcgi"),
            "UWSGI": self.recorder.serve(Script(), encoding="uwsgi"),
            "SCGI": self.recorder.serve(Script(), encoding="scgi"),
            "GRPC": self.recorder.serve(Script(), encoding="grpc"),
        }

    def close(self) -> None:
        self.recorder.close()


@dataclass(slots=True)
class Bench:
    """A running nginx with its applications, and authlint's model of the same file."""

    folder: Path
    gateway: Gateway
    listeners: dict[str, int]
    applications: Applications
    stored: dict[Slot, Reply] = field(default_factory=dict)  # what authlint believes to be in nginx' caches
    unsure: bool = False  # nobody can tell what is in the caches
    used_up: frozenset[Span] = frozenset()  # limits of the zone that is spent
    uses: Counter[Slot] = field(
        default_factory=Counter
    )  # and how often something was looked for there in vain

    @property
    def recorder(self) -> Recorder:
        return self.applications.recorder

    @property
    def auth(self) -> int:
        return self.applications.auth

    def placed(self, text: str) -> str:
        return placed(text, self.listeners, self.applications)

    def ask(self, question: Question) -> tuple[Response, Outcome]:
        replied = self.replied(question)
        for one in self.applications.ports.values():
            self.recorder.scripts[one].status = question.status
            self.recorder.scripts[one].headers = replied
        self.recorder.received.clear()
        port, headers = self.listeners[question.socket], list(question.complete)
        secure = question.listener == "SECURE"
        asking = http2.send if question.http2 else send
        response = asking(port, question.method, question.target, headers, question.body, secure)
        return response, self.predicted(question)

    def replied(self, question: Question) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.placed(value)) for name, value in question.replied)

    def predicted(self, question: Question) -> Outcome:
        """What authlint says; of the auth service it is told what it answers."""
        replies = {
            f"127.0.0.1:{one}": Reply(question.status, self.replied(question))
            for one in self.applications.ports.values()
        }
        replies[DOWN] = Reply("unreachable")
        for one in self.recorder.received:
            if one.port == self.auth:
                replies[f"127.0.0.1:{self.auth}"] = Reply(*self.recorder.scripts[self.auth].answer(one))
        scheme = "https" if question.listener == "SECURE" else "http"
        url = f"{scheme}://app.example:{self.listeners[question.socket]}{question.target}"
        spoken = "HTTP/2.0" if question.http2 else "HTTP/1.1"
        request = Request(question.method, url, question.complete, question.body, protocol=spoken)
        files = Checkout(str(self.folder), complete=True)
        assume = Assume(replies=replies, used_up=self.used_up, stored=dict(self.stored), uses=dict(self.uses))
        outcome = run(self.gateway, request, assume, files)
        if len({frozenset(map(repr, _of_caches(world))) for world in outcome.worlds}) > 1:
            self.unsure = True
        for event in outcome.trace:
            if isinstance(event.subject, Missed):
                self.uses[event.subject.slot] += 1
            if isinstance(event.subject, Kept):
                self.stored.pop(event.subject.slot, None)  # the newest is the last
                self.stored[event.subject.slot] = event.subject.reply
        return outcome

    def differences(self, question: Question) -> Iterator[str]:
        """What authlint says otherwise than the server does."""
        response, outcome = self.ask(question)
        judge = self.recorder.scripts[self.auth]
        if len({judge.answer(one) for one in self.recorder.received if one.port == self.auth}) > 1:
            return  # what one application answers is said once
        if self.unsure and any(_of_caches(world) for world in outcome.worlds):
            return
        if outcome.status != response.status:
            yield f"status {outcome.status}, really {response.status} {outcome.unknown}"
            return
        for name in RESPONSE:
            told = {tuple(sorted(str(h.value) for h in one.get(name))) for one in outcome.worlds}
            if len(told) > 1 or any(isinstance(h.value, Unknown) for h in outcome.get(name)):
                continue
            mine = sorted(header.text for header in outcome.headers if header.name.lower() == name)
            if mine != sorted(response.all(name)):
                yield f"{name} {mine}, really {sorted(response.all(name))}"
        yield from self._reached(outcome)

    def _reached(self, outcome: Outcome) -> Iterator[str]:
        """What the applications and the auth service got, each against what is said of it."""
        sent = [event for event in outcome.trace if event.verb == "forwarded" and DOWN not in event.what]
        received = self.recorder.received
        if len(sent) != len(received):
            yield f"reached {[event.what for event in sent]}, really {[one.port for one in received]}"
            return
        said = iter(one for one in outcome.auth_requests if one.address != DOWN)
        own = [one for event, one in zip(sent, received, strict=True) if not event.auth]
        for event, one in zip(sent, received, strict=True):
            if event.auth:
                yield from _got("the auth service", next(said), one)
        if outcome.upstream is not None and own and outcome.upstream.address != DOWN:
            yield from _got("upstream", outcome.upstream, own[-1])


def _of_caches(world: Outcome) -> list[object]:
    return [one.subject for one in world.trace if isinstance(one.subject, (Cache, Kept, Missed))]


def _spent(texts: Mapping[str, str]) -> Iterator[Span]:
    """Where the limits of the zone are that is used up; `texts` by name."""
    for name, text in texts.items():
        for found in re.finditer("limit_req zone=spent(?=;)", text):
            yield Span(name, *found.span())


def _got(who: str, said: Reached, really: Received) -> Iterator[str]:
    if said.address != f"127.0.0.1:{really.port}":
        yield f"{who} at {said.address}, really {really.port}"
        return
    if (said.method, said.path) != (really.method, really.path):
        yield f"{who} got {said.method} {said.path}, really {really.method} {really.path}"
    # As a variable an empty header is as good as none, and nginx 1.29 began to tidy HTTP_HOST.
    variables = any(header.name == "REQUEST_METHOD" for header in said.headers)
    for name in CARRIED:
        if variables and name == "host":
            continue
        values = [header.text for header in said.get(name) if header.text or not variables]
        if values != _values(really, name):
            yield f"{who} got {name} {values}, really {_values(really, name)}"


def _values(received: Received, name: str) -> list[str]:
    variables = received.get("REQUEST_METHOD") is not None
    return [value for key, value in received.headers if header_key(key) == name and (value or not variables)]


def placed(text: str, listeners: dict[str, int], applications: Applications) -> str:
    """Addresses instead of their names."""
    for name, port in {**applications.ports, "AUTH": applications.auth}.items():
        text = text.replace(name, f"127.0.0.1:{port}")
    for name, port in listeners.items():
        text = text.replace(name, str(port))
    return text.replace("TLS", str(TLS))


def model(main: Path, server: Server) -> Gateway:
    """authlint's model of a file, with relative names looked up beside it."""
    before = os.getcwd()
    os.chdir(main.parent)
    try:
        reading = read(Library(Sources(), "."), main.name, server)
    finally:
        os.chdir(before)
    assert reading is not None
    return reading.gateway


@contextmanager
def bench(
    configuration: str,
    folder: Path,
    binary: Binary,
    applications: Applications | None = None,
    included: Mapping[str, str] | None = None,
) -> Iterator[Bench]:
    """nginx on this configuration, which writes names for addresses and ports: see `LISTENERS` and Applications."""
    asked = applications or Applications()
    listeners = dict(zip(LISTENERS, free_ports(len(LISTENERS)), strict=True))
    texts = {"nginx.conf": configuration, **(included or {})}
    written = {name: placed(text, listeners, asked) for name, text in texts.items()}
    for name, text in {**FILES, **written}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    server = Server("nginx", (1, 22, 1) if binary.name == "nginx" else (1, 31, 3), stated=True)
    try:
        made = Bench(folder, model(folder / "nginx.conf", server), listeners, asked)
        with RealNginx(binary, folder):
            if "SPENT" in configuration:
                send(listeners["SPENT"], "GET", "/", [("Host", "spent")])
                made.used_up = frozenset(_spent(written))
            yield made
    finally:
        if applications is None:
            asked.close()
