"""A sample of two gateways in a row, made to run here: each is staged as it is alone, then the first one's way to the
Service is led to the second one's port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.real import envoy_stage, stage
from tests.real.lowered import lower
from tests.real.real_envoy import RealEnvoy
from tests.real.real_nginx import RealNginx, Response, installed, send
from tests.real.recorder import Received, Recorder, Script

from authlint.flow.request import Request


@dataclass(slots=True)
class Running:
    """`ports` are the first gateway's real ones, by the written port; `names` what real addresses are written as."""

    recorder: Recorder
    ports: dict[int, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def as_written(self, text: str) -> str:
        for real, written in self.names.items():
            text = text.replace(real, written)
        return text

    def ask(self, request: Request) -> tuple[Response, Received | None]:
        """The answer, and what the application behind the second gateway got."""
        own = [pair for pair in request.headers if pair[0].lower() != "host"]
        secure = request.scheme == "https"
        self.recorder.received.clear()
        port = self.ports[443 if secure else 80]
        response = send(port, request.method, request.target, [("Host", request.host), *own], "", secure)
        received = self.recorder.received
        return response, received[-1] if received else None


def documents(sample: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(sample.glob("*.yaml")):
        yield from (one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one)


def held(sample: Path, name: str) -> str:
    """The text of `map/key`, or of a file."""
    if "/" not in name:
        return (sample / name).read_text(encoding="utf-8")
    config_map, _, key = name.partition("/")
    found = [
        one["data"][key]
        for one in documents(sample)
        if one["kind"] == "ConfigMap" and one["metadata"]["name"] == config_map
    ]
    assert len(found) == 1
    text: str = found[0]
    return text


@contextmanager
def running(sample: Path, behind: dict[str, str], folder: Path, name: str, envoy: Path) -> Iterator[Running]:
    """`behind` says of the first gateway's upstreams which file of a ConfigMap, and which port of it, is there."""
    recorder = Recorder()
    with ExitStack() as stack:
        stack.callback(recorder.close)
        servers = Running(recorder)
        real: dict[str, int] = {}
        for number, (address, target) in enumerate(behind.items()):
            real[address] = _second(sample, target, folder / f"behind{number}", name, envoy, servers, stack)
            servers.names[f"127.0.0.1:{real[address]}"] = address
        servers.ports = _first(sample, real, folder / "front", name, envoy, stack)
        yield servers


def _second(
    sample: Path, target: str, folder: Path, name: str, envoy: Path, servers: Running, stack: ExitStack
) -> int:
    recorder = servers.recorder
    config_map, _, written = target.rpartition(":")
    text = held(sample, config_map)
    folder.mkdir(parents=True)
    if "static_resources" in text:
        second = envoy_stage.stage(text, folder)
        second.serve(recorder)
        servers.names |= {f"127.0.0.1:{port}": written for written, port in second.upstreams.items()}
        stack.enter_context(RealEnvoy(envoy, second.configuration, folder, list(second.ports.values())))
        return second.ports[int(written)]
    made = staged(text, folder)
    for authority, port in made.upstreams.items():
        if port:
            servers.names[f"127.0.0.1:{port}"] = authority
            recorder.serve(Script(judge=authority.startswith("login")), port)
    stack.enter_context(RealNginx(installed()[name], made.folder))
    return made.ports[int(written)]


def staged(text: str, folder: Path) -> stage.Staged:
    (folder / "written").mkdir(parents=True)
    whole = text if "http {" in text else f"events {{}}\nhttp {{\n{text}\n}}\n"
    (folder / "written" / "nginx.conf").write_text(whole)
    return stage.stage(folder / "written", folder / "server")


def _first(
    sample: Path, real: dict[str, int], folder: Path, name: str, envoy: Path, stack: ExitStack
) -> dict[int, int]:
    if any(one.get("kind") == "Ingress" for one in documents(sample)):
        unused = Recorder()
        stack.callback(unused.close)
        made = lower(sample, folder, unused)
        _led(made.folder / "nginx.conf", {made.upstreams[address]: port for address, port in real.items()})
        stack.enter_context(RealNginx(installed()[name], made.folder))
        return made.ports
    text = next(text for text in _edges(sample))
    if "static_resources" in text:
        front = envoy_stage.stage(text, folder)
        moved = json.dumps(front.configuration)
        for address, port in real.items():
            moved = moved.replace(f'"port_value": {front.upstreams[address]}', f'"port_value": {port}')
        stack.enter_context(RealEnvoy(envoy, json.loads(moved), folder, list(front.ports.values())))
        return front.ports
    edge = staged(text, folder)
    _led(edge.folder / "nginx.conf", {edge.upstreams[address]: port for address, port in real.items()})
    stack.enter_context(RealNginx(installed()[name], edge.folder))
    return edge.ports


def _edges(sample: Path) -> Iterator[str]:
    if (sample / "edge.conf").exists():
        yield (sample / "edge.conf").read_text(encoding="utf-8")
    for one in documents(sample):
        if one.get("kind") == "ConfigMap" and one["metadata"]["name"] == "edge-conf":
            yield from one["data"].values()


def _led(path: Path, ports: dict[int, int]) -> None:
    text = path.read_text(encoding="utf-8")
    for written, real in ports.items():
        assert f"127.0.0.1:{written}" in text
        text = text.replace(f"127.0.0.1:{written}", f"127.0.0.1:{real}")
    path.write_text(text, encoding="utf-8")
