"""What is found only by assumption happens on the real nginx where the assumption holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.real.test_samples_replayed import BINARIES, SAMPLES, live, same_as_claimed

ASSUMED = [("auth-subrequest-broken", "right-length-kept")]


@pytest.mark.parametrize("name", BINARIES)
@pytest.mark.parametrize(("rule", "sample"), ASSUMED)
def test_the_witness_is_answered_as_claimed(
    rule: str, sample: str, name: str, require: Any, tmp_path: Path, found_in: Any
) -> None:
    require(name)
    case = SAMPLES / rule / sample
    findings = [one for one in found_in(case).findings if one.pedantic and one.rule == rule]
    assert findings
    with live(case, tmp_path, name) as running:
        for finding in findings:
            assert finding.witness
            assert finding.assumes
            for exchange in finding.witness:
                same_as_claimed(running, exchange)
