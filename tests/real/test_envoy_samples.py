"""Every sample on the real Envoy: the witness of a wrong one gets what the finding claims, a right one's does not."""

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

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted(path.parent for path in SAMPLES.glob("*/*/envoy.yaml"))
# A system has files of other dialects too: their findings are shown on their own servers.
WRONG = [case for case in ALL if case.name.startswith("wrong") or case.parent.name == "systems"]


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@contextmanager
def live(case: Path, folder: Path, binary: Path) -> Iterator[Live]:
    with running((case / "envoy.yaml").read_text(encoding="utf-8"), folder, binary) as made:
        yield made


@pytest.fixture
def envoy(require: Any) -> Path:
    found: Path = require("envoy")
    return found


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_server_takes_the_sample(case: Path, envoy: Path, tmp_path: Path) -> None:
    staged = stage((case / "envoy.yaml").read_text(encoding="utf-8"), tmp_path)
    assert validated(envoy, staged.configuration, tmp_path) == ""


@pytest.mark.parametrize("case", WRONG, ids=case_id)
def test_the_witness_is_answered_as_claimed(case: Path, envoy: Path, tmp_path: Path, found_in: Any) -> None:
    findings = [one for one in found_in(case).findings if one.primary.span.path == "envoy.yaml"]
    assert findings
    # What uses up a limit comes last: it is then used up for the others too.
    findings.sort(key=lambda one: any(exchange.given.before for exchange in one.witness))
    with live(case, tmp_path, envoy) as made:
        for finding in findings:
            assert finding.witness or finding.proof, f"{finding.rule} has nothing to show"
            for exchange in finding.witness:
                tries = [list(differences(made, exchange, worth)) for worth in made.worths(exchange.given)]
                assert [] in tries, f"{finding.rule}: {tries}"


LOGGED = ("token-logged",)  # what a log says is no part of an answer (test_logs_mended.py)
FIXED = [case for case in WRONG if "\nfix = " in (case / "expect.toml").read_text()]


@pytest.mark.parametrize("case", FIXED, ids=case_id)
def test_the_mended_sample_behaves(
    case: Path, envoy: Path, tmp_path: Path, cured_in: Any, mended_copy: Any
) -> None:
    """The server takes what the fixes made, and no witness of a cured finding is answered as before."""
    cured = [one for one in cured_in(case) if one.primary.span.path == "envoy.yaml"]
    mended = mended_copy(case)
    staged = stage((mended / "envoy.yaml").read_text(encoding="utf-8"), tmp_path / "taken")
    assert validated(envoy, staged.configuration, tmp_path / "taken") == ""
    with live(case, tmp_path / "before", envoy) as made:
        before = [observed(made, one) for one in cured]
    with live(mended, tmp_path / "after", envoy) as made:
        after = [observed(made, one) for one in cured]
    for finding, one, other in zip(cured, before, after, strict=True):
        assert one != other or not finding.witness or finding.rule in LOGGED, finding.rule


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_the_server_answers_as_the_sample_says(
    case: Path, envoy: Path, tmp_path: Path, read_toml: Any
) -> None:
    """Those of a wrong sample show that it is wrong, whatever the rule says."""
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
