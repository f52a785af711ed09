"""A real nginx to compare with."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

Ask = Callable[..., tuple[int, bytes]]
Serve = Callable[[str, str], AbstractContextManager[Ask]]

FRAME = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log warn;
events {{ }}
http {{
    access_log off;
    server {{
        listen unix:{folder}/socket;
        merge_slashes off;
        {server}
    }}
}}
"""


@pytest.fixture(scope="session")
def serve(require: Callable[[str], Path]) -> Serve:
    """`with serve("nginx", directives) as ask`: `ask(target, *headers)` is the status and the body.

    In the directives of the server, `FOLDER` stands for a folder of the server's own.
    """

    @contextmanager
    def run(binary: str, server: str) -> Iterator[Ask]:
        program = require(binary)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o755)
            text = FRAME.format(folder=folder, server=server.replace("FOLDER", name))
            (folder / "nginx.conf").write_bytes(text.encode("utf-8", "surrogateescape"))
            command = [str(program), "-p", name, "-c", f"{name}/nginx.conf"]
            with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
                try:
                    _wait(process, folder)
                    yield lambda target, *headers: _ask(folder / "socket", target, headers)
                finally:
                    process.terminate()

    return run


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(500):
        if process.poll() is not None:
            assert process.stderr is not None
            pytest.fail(f"nginx refused the configuration: {process.stderr.read().decode()}")
        if (folder / "socket").exists():
            return
        time.sleep(0.02)
    pytest.fail("nginx did not start within ten seconds")


def _ask(place: Path, target: str, headers: tuple[str, ...]) -> tuple[int, bytes]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        for _ in range(50):
            try:
                connection.connect(str(place))
                break
            except ConnectionRefusedError:  # bound, and not yet listening
                time.sleep(0.02)
        lines = [f"GET {target} HTTP/1.0", "Host: localhost", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        answer = b""
        while block := connection.recv(65536):
            answer += block
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
