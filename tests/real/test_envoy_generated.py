"""Random bootstraps on the real Envoy; the seeds are fixed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.real.envoy_comparing import bench, model, question
from tests.real.envoy_grammar import Grammar

from authlint.flow import forwarding, run, tokens

COUNT = 80
QUESTIONS = 25


def disagreements(seed: int, folder: Path, binary: Path) -> Iterator[str]:
    """What authlint says otherwise about one random bootstrap, with the request."""
    grammar = Grammar(seed)
    with bench(json.dumps(grammar.configuration()), folder / str(seed), binary) as running:
        gateway = model(running.staged)
        for _ in range(QUESTIONS):
            row = json.loads(json.dumps(grammar.question()))
            for text in running.differences(gateway, question(row)):
                yield f"seed {seed}: {json.dumps(row)}: {text}"


@pytest.mark.parametrize("first", range(1, 1 + COUNT, 10))
def test_generated_bootstraps(first: int, require: Any, tmp_path: Path) -> None:
    binary = require("envoy")
    found = [text for seed in range(first, first + 10) for text in disagreements(seed, tmp_path, binary)]
    assert not found, "\n".join(found)


def test_every_construct_is_common_enough() -> None:
    """Each is in at least one bootstrap in fifty."""
    seen: Counter[str] = Counter()
    for seed in range(500):
        grammar = Grammar(seed)
        grammar.configuration()
        seen.update(set(grammar.used))
    assert len(seen) >= 35
    assert not {name: count for name, count in seen.items() if count < 10}


def _faults() -> dict[str, Any]:
    """Ways to get the server wrong, each in one place."""
    return {
        "audiences are not compared": (tokens, "_audience", lambda wanted, given: True),
        "tokens go on": (tokens, "take_away", lambda p, place: None),
        "request headers are not set": (forwarding, "upstream_headers", lambda p, f: (tuple(p.headers), ())),
        "preflights are not answered": (run, "cors", lambda p, step: None),
    }


@pytest.mark.parametrize("fault", _faults())
def test_a_planted_fault_is_caught(
    fault: str, require: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: with something broken on purpose there are more disagreements."""
    binary = require("envoy")
    module, name, broken = _faults()[fault]
    for seed in range(1, 41):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, broken)
            faulty = len(list(disagreements(seed, tmp_path / "faulty", binary)))
        if faulty and faulty > len(list(disagreements(seed, tmp_path, binary))):
            return
    pytest.fail(f"nobody noticed that {fault}")
