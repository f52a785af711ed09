"""Every sample of Gateway API objects, lowered to Envoy's configuration, on the real Envoy: the witness of a wrong one
gets what the finding claims, and all of each answer is what authlint says of the objects."""

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
from tests.real.envoy_stage import stage
from tests.real.real_envoy import validated
from tests.real.written_out import bootstrap, manifests, unread

from authlint.flow.assume import NOTHING
from authlint.flow.request import Request
from authlint.readers.gateway_api import gateways
from authlint.readers.gateway_api.lowering import lowered
from authlint.site import VOUCHED
from authlint.tracing import answer

SAMPLES = Path(__file__).parents[2] / "samples"
# Where nobody knows which of two objects counts, no server can be asked: those say nothing of requests.
ALL = sorted(
    path.parent
    for path in SAMPLES.glob("*/*gateway-api*/expect.toml")
    if "[[request]]" in path.read_text(encoding="utf-8")
)
WRONG = [case for case in ALL if case.name.startswith("wrong")]
FIXED = [case for case in WRONG if "\nfix = " in (case / "expect.toml").read_text()]

USER = "Basic VVNFUjpQQVNTV09SRA=="


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def made_of(case: Path) -> str:
    """What the control plane gives Envoy."""
    (made,) = lowered(manifests(case))
    assert not list(unread(made.item)), "nobody knows what this is: it is no sample"
    return bootstrap(made.item)


@contextmanager
def live(case: Path, folder: Path, binary: Path) -> Iterator[Live]:
    with running(made_of(case), folder, binary) as made:
        yield made


@pytest.fixture
def envoy(require: Any) -> Path:
    require("openssl")
    found: Path = require("envoy")
    return found


@pytest.mark.parametrize("case", ALL, ids=case_id)
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


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_server_answers_as_the_sample_says(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    requests = read_toml(case / "expect.toml").get("request", [])
    assert requests
    with live(case, tmp_path, envoy) as made:
        for one in requests:
            tries = [list(misbehaves(made, one, worth)) for worth in made.worths()]
            assert [] in tries, f"{one['method']} {one['url']}: {tries}"


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_answers_to_a_sample_are_predicted(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    """All of each answer, with every kind of credential that the rules use."""
    wrong: list[str] = []
    with live(case, tmp_path, envoy) as made:
        gateway = model(made.staged)
        for one, worth in itertools.product(read_toml(case / "expect.toml")["request"], made.worths()):
            asked = questioned(one, worth)
            if made.staged.oauth:
                asked = replace(asked, skip=("location", "set-cookie"), open=True)
            wrong += [
                f"{one['method']} {one['url']}: {text}" for text in made.bench.differences(gateway, asked)
            ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_objects_themselves_are_read_so(case: Path, read_toml: Any) -> None:
    """What the server has answered is what authlint says of the objects, without the way over a written bootstrap."""
    (gateway,) = gateways(manifests(case), [])
    for one in read_toml(case / "expect.toml")["request"]:
        headers = tuple((name, value) for name, value in one.get("headers", []))
        outcome = answer(
            gateway, Request(one["method"], one["url"], headers, vouched=VOUCHED | {USER}), NOTHING
        )
        if one["status"] != 403:  # of a token of this run another claim is missing
            assert outcome.status == one["status"], one["url"]


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
