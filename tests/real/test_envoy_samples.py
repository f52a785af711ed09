"""Every sample of Envoy's, and of objects that a control plane lowers to it, on the real Envoy: the witness of a wrong
one gets what the finding claims, a right one's does not, and all of each answer is what authlint predicts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.real.envoy_comparing import model
from tests.real.envoy_live import Live, differences, misbehaves, observed, questioned, running
from tests.real.envoy_samples import Sample, of_gateway_api, samples
from tests.real.envoy_stage import stage
from tests.real.real_envoy import validated
from tests.real.written_out import manifests

from authlint.flow.assume import NOTHING
from authlint.flow.request import Request
from authlint.readers.gateway_api import gateways
from authlint.site import VOUCHED
from authlint.tracing import answer

ALL = list(samples())
WRONG = [one for one in ALL if one.is_wrong]
FIXED = [one for one in ALL if one.has_fix]
LOGGED = ("token-logged",)  # what a log says is no part of an answer (test_logs_mended.py)
USER = "Basic VVNFUjpQQVNTV09SRA=="


def each(listed: list[Sample]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", listed, ids=lambda one: one.name)


@contextmanager
def live(sample: Sample, folder: Path, binary: Path, case: Path | None = None) -> Iterator[Live]:
    with running(sample.make(case or sample.case), folder, binary) as made:
        yield made


@pytest.fixture
def envoy(require: Any) -> Path:
    require("openssl")
    found: Path = require("envoy")
    return found


@pytest.fixture
def requests(sample: Sample, read_toml: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_toml(sample.case / "expect.toml").get("request", [])
    return found


@each(ALL)
def test_the_server_takes_the_sample(sample: Sample, envoy: Path, tmp_path: Path) -> None:
    staged = stage(sample.make(sample.case), tmp_path)
    assert validated(envoy, staged.configuration, tmp_path) == ""


@each(WRONG)
def test_the_witness_is_answered_as_claimed(
    sample: Sample, envoy: Path, tmp_path: Path, found_in: Any
) -> None:
    findings = [one for one in found_in(sample.case).findings if sample.told(one)]
    assert findings
    # What uses up a limit comes last: it is then used up for the others too.
    findings.sort(key=lambda one: any(exchange.given.before for exchange in one.witness))
    with live(sample, tmp_path, envoy) as made:
        for finding in findings:
            assert finding.witness or finding.proof, f"{finding.rule} has nothing to show"
            for exchange in finding.witness:
                tries = [list(differences(made, exchange, worth)) for worth in made.worths(exchange.given)]
                assert [] in tries, f"{finding.rule}: {tries}"


@each(FIXED)
def test_the_mended_sample_behaves(
    sample: Sample, envoy: Path, tmp_path: Path, cured_in: Any, mended_copy: Any
) -> None:
    """The server takes what the fixes made, and no witness of a cured finding is answered as before."""
    cured = [one for one in cured_in(sample.case) if sample.told(one)]
    mended = mended_copy(sample.case)
    staged = stage(sample.make(mended), tmp_path / "taken")
    assert validated(envoy, staged.configuration, tmp_path / "taken") == ""
    with live(sample, tmp_path / "before", envoy) as made:
        before = [observed(made, one) for one in cured]
    with live(sample, tmp_path / "after", envoy, mended) as made:
        after = [observed(made, one) for one in cured]
    for finding, one, other in zip(cured, before, after, strict=True):
        assert one != other or not finding.witness or finding.rule in LOGGED, finding.rule


@each(ALL)
def test_the_server_answers_as_the_sample_says(
    sample: Sample, envoy: Path, tmp_path: Path, requests: list[dict[str, Any]]
) -> None:
    """Those of a wrong sample show that it is wrong, whatever the rule says."""
    assert requests
    with live(sample, tmp_path, envoy) as made:
        for one in requests:
            tries = [list(misbehaves(made, one, worth)) for worth in made.worths()]
            assert [] in tries, f"{one['method']} {one['url']}: {tries}"


@each(ALL)
def test_the_answers_to_a_sample_are_predicted(
    sample: Sample, envoy: Path, tmp_path: Path, requests: list[dict[str, Any]]
) -> None:
    """All of each answer, with every kind of credential that the rules use."""
    wrong: list[str] = []
    with live(sample, tmp_path, envoy) as made:
        gateway = model(made.staged)
        for one, worth in itertools.product(requests, made.worths()):
            asked = questioned(one, worth)
            if made.staged.oauth:
                asked = replace(asked, skip=("location", "set-cookie"), open=True)
            wrong += [
                f"{one['method']} {one['url']}: {text}" for text in made.bench.differences(gateway, asked)
            ]
    assert not wrong, "\n".join(wrong)


@each([one for one in ALL if one.make is of_gateway_api])
def test_the_objects_themselves_are_read_so(sample: Sample, requests: list[dict[str, Any]]) -> None:
    """What the server has answered is what authlint says of the objects, without the way over a written bootstrap."""
    (gateway,) = gateways(manifests(sample.case), [])
    for one in requests:
        headers = tuple((name, value) for name, value in one.get("headers", []))
        request = Request(one["method"], one["url"], headers, vouched=VOUCHED | {USER})
        outcome = answer(gateway, request, NOTHING)
        if one["status"] != 403:  # of a token of this run another claim is missing
            assert outcome.status == one["status"], one["url"]
