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
    rows = json.loads((case / "requests.json").read_text(encoding="utf-8"))
    wrong: list[str] = []
    with bench((case / "envoy.yaml").read_text(encoding="utf-8"), tmp_path, binary) as running:
        gateway = model(running.staged)
        for row in rows:
            wrong += [f"{row}: {text}" for text in running.differences(gateway, question(row))]
    assert not wrong, "\n".join(wrong)
