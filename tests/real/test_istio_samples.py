"""Every sample of Istio's objects, lowered to the configuration that the control plane makes of them, on the real
Envoy: the witness of a wrong one gets what the finding claims, and all of each answer is what authlint predicts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.real.envoy_comparing import model
from tests.real.envoy_live import Live, differences, misbehaves, observed, questioned, running
from tests.real.envoy_stage import stage
from tests.real.real_envoy import validated
from tests.real.written_out import bootstrap, manifests, unread

from authlint.readers.istio.read import destinations, written_for
from authlint.readers.istio.sidecars import Sidecar
from authlint.readers.kubernetes.manifests import Manifest, services

BESIDE = 15000  # ports, as written, for sidecars that listen in the same server
SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted({path.parent for path in SAMPLES.glob("*/*-istio-*/istio.yaml")})
WRONG = [case for case in ALL if case.name.startswith("wrong")]
FIXED = [case for case in WRONG if "\nfix = " in (case / "expect.toml").read_text()]


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def made_of(case: Path) -> str:
    """What the control plane gives the gateway's proxies."""
    found = [*manifests(case), *named(case)]
    ((made, sidecars),) = written_for(found)
    assert not any(list(unread(one)) for one in (made, *(one.item for one in sidecars)))
    configuration = json.loads(bootstrap(made))
    for one in sidecars:
        put_behind(configuration["static_resources"], one)
    for listener in configuration["static_resources"]["listeners"]:
        # The client of the tests asks an address, and names no server when it begins to speak TLS.
        (chain,) = listener["filter_chains"]
        chain.pop("filter_chain_match", None)
    return json.dumps(configuration)


def named(case: Path) -> list[Manifest]:
    """The Services of a sample."""
    texts = {"istio.yaml": (case / "istio.yaml").read_text(encoding="utf-8")}
    names = destinations(manifests(case))
    return services(names, texts, lambda path: texts[path].encode(), texts.get)


def put_behind(resources: dict[str, Any], sidecar: Sidecar) -> None:
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


def asked(case: Path, read_toml: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_toml(case / "expect.toml").get("request", [])
    return found


# A sample in which something is unknown has no requests: it is about authlint's silence.
KNOWN = [case for case in ALL if "[[request]]" in (case / "expect.toml").read_text()]


@contextmanager
def live(case: Path, folder: Path, binary: Path) -> Iterator[Live]:
    with running(made_of(case), folder, binary) as made:
        yield made


@pytest.fixture
def envoy(require: Any) -> Path:
    require("openssl")
    found: Path = require("envoy")
    return found


@pytest.mark.parametrize("case", KNOWN, ids=case_id)
def test_the_server_takes_what_is_made_of_the_sample(case: Path, envoy: Path, tmp_path: Path) -> None:
    staged = stage(made_of(case), tmp_path)
    assert validated(envoy, staged.configuration, tmp_path) == ""


@pytest.mark.parametrize("case", WRONG, ids=case_id)
def test_the_witness_is_answered_as_claimed(case: Path, envoy: Path, tmp_path: Path, found_in: Any) -> None:
    findings = [one for one in found_in(case).findings if not one.pedantic]
    assert findings
    with live(case, tmp_path, envoy) as made:
        for finding in findings:
            assert finding.witness or finding.proof, f"{finding.rule} has nothing to show"
            for exchange in finding.witness:
                tries = [list(differences(made, exchange, worth)) for worth in made.worths(exchange.given)]
                assert [] in tries, f"{finding.rule}: {tries}"


@pytest.mark.parametrize("case", KNOWN, ids=case_id)
def test_the_server_answers_as_the_sample_says(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    with live(case, tmp_path, envoy) as made:
        for one in asked(case, read_toml):
            tries = [list(misbehaves(made, one, worth)) for worth in made.worths()]
            assert [] in tries, f"{one['method']} {one['url']}: {tries}"


@pytest.mark.parametrize("case", KNOWN, ids=case_id)
def test_the_answers_to_a_sample_are_predicted(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    """All of each answer, with every kind of credential that the rules use."""
    wrong: list[str] = []
    with live(case, tmp_path, envoy) as made:
        gateway = model(made.staged)
        for one, worth in itertools.product(asked(case, read_toml), made.worths()):
            found = made.bench.differences(gateway, questioned(one, worth))
            wrong += [f"{one['method']} {one['url']}: {text}" for text in found]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", FIXED, ids=case_id)
def test_the_mended_sample_behaves(
    case: Path, envoy: Path, tmp_path: Path, cured_in: Any, mended_copy: Any
) -> None:
    """No witness of a cured finding is answered as before."""
    cured = cured_in(case)
    with live(case, tmp_path / "before", envoy) as made:
        before = [observed(made, one) for one in cured]
    with live(mended_copy(case), tmp_path / "after", envoy) as made:
        after = [observed(made, one) for one in cured]
    for finding, one, other in zip(cured, before, after, strict=True):
        assert one != other or not finding.witness, finding.rule


def test_every_wrong_sample_is_replayed() -> None:
    assert WRONG
    assert {*WRONG} <= {*KNOWN}
