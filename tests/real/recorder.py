"""Applications and auth services for the real servers to talk to: they write down what they get, and answer."""

from __future__ import annotations

import http.client
import socket
import socketserver
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.real.authorizer import Authorizer
from tests.real.ports import free_port
from tests.real.protocols import SPOKEN, Serving

from authlint.flow.assume import Consent

CREDENTIALS = ("authorization", "cookie", "x-api-key")


@dataclass(frozen=True, slots=True)
class Received:
    """What one application got. Parameters of CGI-like protocols are headers under their own names."""

    port: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(slots=True)
class Script:
    """What an application answers; a judge answers 401 to a request without any credential."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    judge: bool = False
    verdict: int | None = None  # a judge's answer to everybody; 0: it reads the body before it answers
    consent: Consent | None = None  # what an auth service that is asked over gRPC says besides
    slow: float = 0  # seconds before such a service answers

    def answer(self, received: Received) -> tuple[int, tuple[tuple[str, str], ...]]:
        if self.judge and self.verdict:
            return self.verdict, self.headers
        if self.judge and not any(received.get(name) for name in CREDENTIALS):
            return 401, (("WWW-Authenticate", "Bearer"),)
        return self.status, self.headers


@dataclass(slots=True)
class Recorder:
    """Every application of one configuration, by port."""

    scripts: dict[int, Script] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    running: dict[int, socketserver.BaseServer] = field(default_factory=dict)  # by port
    encodings: dict[int, str] = field(default_factory=dict)  # by port

    def serve(self, script: Script, port: int = 0, encoding: str = "http") -> int:
        """Starts an application; without a port of its own it takes a free one, which is returned."""
        server: _FastCgiServer | _HttpServer | Serving
        port = port or free_port()
        if encoding in SPOKEN or encoding == "authorizer":
            server = Serving(("127.0.0.1", port), SPOKEN.get(encoding, Authorizer))
        elif encoding == "fastcgi":
            server = _FastCgiServer(("127.0.0.1", port), _FastCgi)
        else:
            server = _HttpServer(("127.0.0.1", port), _Http)
        self.scripts[port] = script
        self.encodings[port] = encoding
        server.recorder, server.port = self, port
        self.running[port] = server
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return port

    @contextmanager
    def down(self, ports: Iterable[int]) -> Iterator[None]:
        """Nobody answers at these ports meanwhile."""
        stopped = {port: self.running.pop(port) for port in set(ports)}
        for server in stopped.values():
            server.shutdown()
            server.server_close()
        try:
            yield
        finally:
            for port in stopped:
                self.serve(self.scripts[port], port, self.encodings[port])

    def take(self, one: Received) -> tuple[int, tuple[tuple[str, str], ...]]:
        self.received.append(one)
        return self.scripts[one.port].answer(one)

    def decree(self, verdict: int | None) -> None:
        """What every judge answers, whoever asks; None: it judges."""
        for script in self.scripts.values():
            script.verdict = verdict if script.judge else None

    def close(self) -> None:
        for server in self.running.values():
            server.shutdown()
            server.server_close()


class _HttpServer(ThreadingHTTPServer):
    recorder: Recorder
    port: int


class _Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _HttpServer
    raw_requestline: bytes

    def parse_request(self) -> bool:
        """Whatever stands between the method and the version is the path: also blanks, or two slashes."""
        self.requestline = self.raw_requestline.decode("latin-1").rstrip("\r\n")
        self.command, _, rest = self.requestline.partition(" ")
        self.path, _, self.request_version = rest.rpartition(" ")
        self.close_connection = True
        self.headers = http.client.parse_headers(self.rfile)
        return True

    def answer(self) -> None:
        recorder = self.server.recorder
        path = self.path.encode("latin-1").decode("utf-8", "surrogateescape")
        headers = tuple(
            (name, value.encode("latin-1", "replace").decode("utf-8", "surrogateescape"))
            for name, value in self.headers.items()
        )
        one = Received(self.server.port, self.command, path, headers)
        if recorder.scripts[self.server.port].verdict == 0:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status, answered = recorder.take(one)
        self.send_response_only(status)
        for name, value in answered:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    do_GET = do_HEAD = do_TRACE = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _FastCgiServer(socketserver.ThreadingTCPServer):
    recorder: Recorder
    port: int
    allow_reuse_address = True
    daemon_threads = True


class _FastCgi(socketserver.BaseRequestHandler):
    """The part of FastCGI 1.0 that one request needs (https://fastcgi-archives.github.io/FastCGI_Specification.html)."""

    server: _FastCgiServer

    def handle(self) -> None:
        connection: socket.socket = self.request
        parameters = b""
        while True:
            kind, content = self.record(connection)
            if kind == 4:
                parameters += content
            if kind == 5 and not content:
                break
        pairs = tuple(self.pairs(parameters))
        named = dict(pairs)
        method, path = named.get("REQUEST_METHOD", ""), named.get("REQUEST_URI", "")
        status, headers = self.server.recorder.take(Received(self.server.port, method, path, pairs))
        head = [f"Status: {status}", *(f"{name}: {value}" for name, value in headers)]
        body = ("\r\n".join(head) + "\r\n\r\n").encode()
        connection.sendall(self.packed(6, body) + self.packed(6, b"") + self.packed(3, bytes(8)))

    def record(self, connection: socket.socket) -> tuple[int, bytes]:
        header = self.exactly(connection, 8)
        _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
        content = self.exactly(connection, length)
        self.exactly(connection, padding)
        return kind, content

    def exactly(self, connection: socket.socket, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = connection.recv(length - len(data))
            if not piece:
                raise ConnectionError("the server hung up")
            data += piece
        return data

    def packed(self, kind: int, content: bytes) -> bytes:
        return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content

    def pairs(self, data: bytes) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        while data:
            lengths = []
            for _ in range(2):
                if data[0] < 128:
                    lengths.append(data[0])
                    data = data[1:]
                else:
                    lengths.append(struct.unpack("!I", data[:4])[0] & 0x7FFFFFFF)
                    data = data[4:]
            name, value = data[: lengths[0]], data[lengths[0] : sum(lengths)]
            data = data[sum(lengths) :]
            found.append((name.decode(), value.decode()))
        return found
