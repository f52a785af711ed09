"""Tokens that a real gateway accepts: a key made for this run, a service that hands it out, and what it signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

YEAR = 365 * 24 * 3600


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha_user(name: str, password: str) -> str:
    """A line of a password file in the one form that Envoy reads (basic_auth_filter: "SHA format only")."""
    return f"{name}:{{SHA}}{base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A symmetric key: the standard library can sign with it (HS256), and Envoy takes it as a JWK of type oct."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def jwks(self) -> str:
        key = {"kty": "oct", "alg": "HS256", "kid": "test", "k": _encoded(self.secret)}
        return json.dumps({"keys": [key]})

    def token(self, **claims: Any) -> str:
        head = {"alg": "HS256", "typ": "JWT", "kid": "test"}
        now = int(time.time())
        body = {"sub": "alice", "iat": now, "exp": now + YEAR, **claims}
        body = {name: value for name, value in body.items() if value is not None}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, body))
        signature = hmac.new(self.secret, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_encoded(signature)}"


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Envoy may be gone before its keys have come."""


class KeyServer:
    """Answers every request with the key set, on a port of its own, but for one for the discovery document.

    `tls`: whoever speaks plain text is told so, as a TLS port does.
    """

    def __init__(self, key: SigningKey, port: int = 0, tls: bool = False) -> None:
        keys = key.jwks().encode()
        document = json.dumps({"issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys"})

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = document.encode() if "/.well-known/openid" in self.path else keys
                self.send_response(400 if tls else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = _Quiet(("127.0.0.1", port), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
