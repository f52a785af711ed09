"""Applications that speak uwsgi, SCGI or gRPC's HTTP/2, as far as one request needs it."""

from __future__ import annotations

import socketserver
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.real.recorder import Recorder

Pairs = tuple[tuple[str, str], ...]


class Serving(socketserver.ThreadingTCPServer):
    recorder: Recorder
    port: int
    allow_reuse_address = True
    daemon_threads = True


class Speaking(socketserver.BaseRequestHandler):
    """One connection; `exactly` reads that many bytes."""

    server: Serving

    def exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self.request.recv(length - len(data))
            if not piece:
                raise ConnectionError("the server hung up")
            data += piece
        return data

    def answer(self, pairs: Pairs) -> tuple[int, Pairs]:
        from tests.real.recorder import Received

        named = dict(pairs)
        method, path = named.get("REQUEST_METHOD", ""), named.get("REQUEST_URI", "")
        return self.server.recorder.take(Received(self.server.port, method, path, pairs))

    def reply(self, pairs: Pairs) -> None:
        status, headers = self.answer(pairs)
        head = [f"Status: {status} OK", *(f"{name}: {value}" for name, value in headers)]
        self.request.sendall(("\r\n".join(head) + "\r\n\r\n").encode())


class Uwsgi(Speaking):
    """https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html"""

    def handle(self) -> None:
        _, size, _ = struct.unpack("<BHB", self.exactly(4))
        data, words = self.exactly(size), []
        while data:
            (length,) = struct.unpack("<H", data[:2])
            words.append(data[2 : 2 + length].decode("utf-8", "surrogateescape"))
            data = data[2 + length :]
        self.reply(tuple(zip(words[::2], words[1::2], strict=True)))


class Scgi(Speaking):
    """https://python.ca/scgi/protocol.txt"""

    def handle(self) -> None:
        size = b""
        while (byte := self.exactly(1)) != b":":
            size += byte
        words = self.exactly(int(size) + 1)[:-2].decode("utf-8", "surrogateescape").split("\0")
        self.reply(tuple(zip(words[::2], words[1::2], strict=True)))


class Grpc(Speaking):
    """HTTP/2 without TLS; what is sent in answer has no message."""

    def handle(self) -> None:
        import h2.config
        import h2.connection
        import h2.events

        config = h2.config.H2Configuration(
            client_side=False, validate_inbound_headers=False, header_encoding="utf-8"
        )
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        self.request.sendall(connection.data_to_send())
        while data := self.receive():
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.respond(connection, event.stream_id, event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    self.heard(event.stream_id, event.data)
                elif isinstance(event, h2.events.StreamEnded):
                    self.finished(connection, event.stream_id)
            self.request.sendall(connection.data_to_send())

    def heard(self, stream: int, data: bytes) -> None:
        """A part of a request's body."""

    def finished(self, connection: Any, stream: int) -> None:
        """A request is there with its body."""

    def receive(self) -> bytes:
        try:
            data: bytes = self.request.recv(65536)
        except (TimeoutError, ConnectionError):
            return b""
        return data

    def respond(self, connection: Any, stream: int, headers: Any) -> None:
        from tests.real.recorder import Received

        named = dict(headers)
        plain = tuple(
            ("Host" if name == ":authority" else name, value)
            for name, value in headers
            if name == ":authority" or not name.startswith(":")
        )
        one = Received(self.server.port, named.get(":method", ""), named.get(":path", ""), plain)
        status, answered = self.server.recorder.take(one)
        lower = [(name.lower(), value) for name, value in answered]
        connection.send_headers(stream, [(":status", str(status)), *lower], end_stream=True)


SPOKEN: dict[str, type[Speaking]] = {"uwsgi": Uwsgi, "scgi": Scgi, "grpc": Grpc}
