"""Samples whose configuration is Envoy's, and those whose objects a control plane makes into it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real.written_out import bootstrap, manifests, unread

from authlint.finding import Finding
from authlint.readers.gateway_api.lowering import lowered
from authlint.readers.istio.read import destinations, written_for
from authlint.readers.istio.sidecars import Sidecar
from authlint.readers.kubernetes.manifests import Manifest, services

SAMPLES = Path(__file__).parents[2] / "samples"
BESIDE = 15000  # ports, as written, for sidecars that listen in the same server


@dataclass(frozen=True, slots=True)
class Sample:
    """`make` tells the bootstrap of a folder; `told` which findings are about it."""

    case: Path
    make: Callable[[Path], str]
    told: Callable[[Finding], bool]

    @property
    def name(self) -> str:
        return f"{self.case.parent.name}/{self.case.name}"

    @property
    def expected(self) -> str:
        return (self.case / "expect.toml").read_text(encoding="utf-8")

    @property
    def is_wrong(self) -> bool:
        return self.case.name.startswith("wrong") or self.case.parent.name == "systems"

    @property
    def has_fix(self) -> bool:
        return self.is_wrong and "\nfix = " in self.expected


def samples() -> Iterator[Sample]:
    """Of a control plane's objects only those of which a server can be asked: what is unknown has no requests."""
    for case in sorted(path.parent for path in SAMPLES.glob("*/*/envoy.yaml")):
        # A system has files of other dialects too: their findings are shown on their own servers.
        yield Sample(case, of_envoy, lambda finding: finding.primary.span.path == "envoy.yaml")
    for name, make in {"gateway-api": of_gateway_api, "istio": of_istio}.items():
        for case in sorted(path.parent for path in SAMPLES.glob(f"*/*-{name}-*/expect.toml")):
            sample = Sample(case, make, lambda finding: not finding.pedantic)
            if "[[request]]" in sample.expected:
                yield sample


def of_envoy(case: Path) -> str:
    return (case / "envoy.yaml").read_text(encoding="utf-8")


def of_gateway_api(case: Path) -> str:
    (made,) = lowered(manifests(case))
    assert not list(unread(made.item)), "nobody knows what this is: it is no sample"
    return bootstrap(made.item)


def of_istio(case: Path) -> str:
    """The gateway's proxies, and the sidecars behind them."""
    ((made, sidecars),) = written_for([*manifests(case), *_services(case)])
    assert not any(list(unread(one)) for one in (made, *(one.item for one in sidecars)))
    configuration = json.loads(bootstrap(made))
    for one in sidecars:
        _put_behind(configuration["static_resources"], one)
    for listener in configuration["static_resources"]["listeners"]:
        # The client of the tests asks an address, and names no server when it begins to speak TLS.
        (chain,) = listener["filter_chains"]
        chain.pop("filter_chain_match", None)
    return json.dumps(configuration)


def _services(case: Path) -> list[Manifest]:
    texts = {"istio.yaml": (case / "istio.yaml").read_text(encoding="utf-8")}
    names = destinations(manifests(case))
    return services(names, texts, lambda path: texts[path].encode(), texts.get)


def _put_behind(resources: dict[str, Any], sidecar: Sidecar) -> None:
    """The sidecar as another listener of the same server, and its application behind it."""
    own = json.loads(bootstrap(sidecar.item))["static_resources"]
    port = BESIDE + len(resources["listeners"])
    own["listeners"][0]["address"]["socket_address"]["port_value"] = port
    for cluster in resources["clusters"]:
        for endpoint in cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]:
            socket = endpoint["endpoint"]["address"]["socket_address"]
            if f"{socket['address']}:{socket['port_value']}" == sidecar.where:
                socket.update(address="127.0.0.1", port_value=port)
    (application,) = own["clusters"]
    socket = {"address": "application", "port_value": sidecar.port}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": {"socket_address": socket}}}]}]
    application["load_assignment"] = {"cluster_name": application["name"], "endpoints": endpoints}
    resources["listeners"] += own["listeners"]
    resources["clusters"].append(application)
