"""What the real Envoy does with each of these bootstraps, authlint predicts. No answer is recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.real.envoy_comparing import bench, model, question

CASES = sorted(path.parent for path in (Path(__file__).parent / "envoy_behaviour").glob("*/envoy.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_server_does_what_is_predicted(case: Path, tmp_path: Path, require: Any) -> None:
    binary = require("envoy")
    wrong = differences(case, tmp_path / "once", binary)
    if wrong:
        # What is wrong stays wrong: another program may have taken a port between its choice and its use.
        wrong = differences(case, tmp_path / "again", binary)
    assert not wrong, "\n".join(wrong)


def differences(case: Path, folder: Path, binary: Path) -> list[str]:
    rows = json.loads((case / "requests.json").read_text(encoding="utf-8"))
    with bench((case / "envoy.yaml").read_text(encoding="utf-8"), folder, binary) as running:
        gateway = model(running.staged)
        return [f"{row}: {text}" for row in rows for text in running.differences(gateway, question(row))]
