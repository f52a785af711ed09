"""An auth service that is asked over gRPC (envoy.service.auth.v3.Authorization), in as much protobuf as it needs.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/auth/v3/external_auth.proto
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from tests.real.protocols import Grpc, Pairs

Field = tuple[int, int | bytes]
# google.rpc.Code: how a service says what an HTTP status would.
CODES = {200: 0, 401: 16, 403: 7}


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes((number & 127 | 128,))
        number >>= 7
    return out + bytes((number,))


def packed(number: int, value: int | str | bytes) -> bytes:
    """One field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def unpacked(data: bytes) -> Iterator[Field]:
    """The fields of a message; of those with a fixed length nobody here asks for any."""
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        elif key & 7 == 2:
            length = number()
            yield key >> 3, data[place : place + length]
            place += length
        else:
            place += 8 if key & 7 == 1 else 4


def inside(data: bytes, *numbers: int) -> bytes:
    """The message that lies in these fields of one another."""
    for number in numbers:
        data = next(
            (value for key, value in unpacked(data) if key == number and isinstance(value, bytes)), b""
        )
    return data


def text(data: bytes, number: int) -> str:
    return inside(data, number).decode("utf-8", "surrogateescape")


def asked(request: bytes) -> tuple[str, str, Pairs]:
    """Method, path and headers that a CheckRequest tells of."""
    http = inside(request, 1, 4, 2)
    entries = [value for key, value in unpacked(http) if key == 3 and isinstance(value, bytes)]
    headers = tuple((text(one, 1), text(one, 2)) for one in entries)
    plain = [pair for pair in headers if not pair[0].startswith(":")]
    return text(http, 2), text(http, 4), (("Host", text(http, 5)), *plain)


def option(name: str, value: str, append: bool) -> bytes:
    """A HeaderValueOption."""
    header = packed(1, packed(1, name) + packed(2, value))
    return header + (packed(2, packed(1, 1)) if append else b"")


def verdict(status: int, headers: Iterable[tuple[str, str]], consent: Any) -> bytes:
    """A CheckResponse; a status is the service's refusal unless it is 200."""
    code = packed(1, packed(1, CODES.get(status, 7)))
    listed = b"".join(packed(2, option(name, value, False)) for name, value in headers)
    if status != 200:
        return code + packed(2, packed(1, packed(1, status)) + listed)
    if consent is not None:
        listed += b"".join(packed(2, option(name, value, True)) for name, value in consent.appended)
        listed += b"".join(packed(5, name) for name in consent.removed)
        listed += b"".join(packed(6, option(name, value, False)) for name, value in consent.told)
        for name, value in consent.query:
            listed += packed(7, packed(1, name) + packed(2, value))
        listed += b"".join(packed(8, name) for name in consent.query_removed)
    return code + packed(3, listed)


class Authorizer(Grpc):
    def handle(self) -> None:
        self.bodies: dict[int, bytes] = {}
        super().handle()

    def respond(self, connection: Any, stream: int, headers: Any) -> None:
        self.bodies[stream] = b""

    def heard(self, stream: int, data: bytes) -> None:
        self.bodies[stream] += data

    def finished(self, connection: Any, stream: int) -> None:
        from tests.real.recorder import Received

        method, path, headers = asked(self.bodies.pop(stream)[5:])
        recorder, port = self.server.recorder, self.server.port
        status, answered = recorder.take(Received(port, method, path, headers))
        script = recorder.scripts[port]
        time.sleep(script.slow)
        message = verdict(status, answered, script.consent)
        begin = [(":status", "200"), ("content-type", "application/grpc")]
        if status >= 500:  # the call fails
            connection.send_headers(stream, [*begin, ("grpc-status", "14")], end_stream=True)
            return
        connection.send_headers(stream, begin)
        connection.send_data(stream, b"\0" + len(message).to_bytes(4, "big") + message)
        connection.send_headers(stream, [("grpc-status", "0")], end_stream=True)
