"""One request over HTTP/2, as nginx is asked where it speaks it."""

from __future__ import annotations

import socket
import ssl
from functools import cache
from typing import Any

from tests.real.real_nginx import SILENCE, Response, listens, trusting, utf8

# Headers of a connection: HTTP/2 has none (RFC 9113, 8.2.2).
OF_CONNECTIONS = ("connection", "keep-alive", "upgrade", "transfer-encoding", "host")


def send(
    port: int, method: str, target: str, headers: list[tuple[str, str]], body: str = "", tls: bool = True
) -> Response:
    """The Host header becomes :authority; nothing but the answer's head is read."""
    import h2.config
    import h2.connection

    raw = socket.create_connection(("127.0.0.1", port), timeout=10)
    wire: Any = raw
    if tls:
        wire = speaking().wrap_socket(raw)
        if wire.selected_alpn_protocol() != "h2":
            raise AssertionError("the server does not speak HTTP/2 here")
    config = h2.config.H2Configuration(
        validate_outbound_headers=False, normalize_outbound_headers=False, header_encoding="latin-1"
    )
    connection = h2.connection.H2Connection(config)
    connection.initiate_connection()
    hosts = [value for name, value in headers if name.lower() == "host"]
    head = [
        (":method", method),
        (":scheme", "https" if tls else "http"),
        *((":authority", one) for one in hosts[:1]),
        (":path", target),
        *((name.lower(), value) for name, value in headers if name.lower() not in OF_CONNECTIONS),
    ]
    if body:
        head.append(("content-length", str(len(body))))
    encoded = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in head]
    connection.send_headers(1, encoded, end_stream=not body)
    if body:
        connection.send_data(1, body.encode(), end_stream=True)
    try:
        wire.sendall(connection.data_to_send())
        answer = _answer(wire, connection)
    except OSError:
        answer = None
    wire.close()
    if answer is None:
        if not listens(port):
            raise ConnectionError("the server has died")
        return SILENCE
    return answer


@cache
def speaking() -> ssl.SSLContext:
    context = trusting.__wrapped__()
    context.set_alpn_protocols(["h2"])
    return context


def _answer(wire: Any, connection: Any) -> Response | None:
    """None where the stream or the connection ends without one."""
    import h2.events

    while data := wire.recv(65536):
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                pairs = [(str(name), str(value)) for name, value in event.headers]
                status = next(int(value) for name, value in pairs if name == ":status")
                return Response(status, tuple((name, utf8(value)) for name, value in pairs if name[0] != ":"))
            if isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                return None
        wire.sendall(connection.data_to_send())
    return None
