"""Random bootstraps on the real Envoy; the seeds are fixed, `make fuzz-envoy` takes others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.fuzz_envoy import campaign
from tests.real.envoy_grammar import Grammar

from authlint.flow import access, forwarding, run, tokens
from authlint.flow import values as values_of
from authlint.flow.verdict import Passed

COUNT = 200


@pytest.mark.parametrize("first", range(1, 1 + COUNT, 20))
def test_generated_bootstraps(first: int, require: Any) -> None:
    said: list[str] = []
    totals = campaign(range(first, first + 20), require("envoy"), said.append)
    assert not totals["differ"], "\n".join(said)
    assert not totals["refused"], "\n".join(said)


def test_every_construct_is_common_enough() -> None:
    """Each is in at least one bootstrap in a hundred."""
    seen: Counter[str] = Counter()
    for seed in range(600):
        grammar = Grammar(seed)
        grammar.configuration()
        seen.update(set(grammar.used))
    assert len(seen) >= 75
    assert not {name: count for name, count in seen.items() if count < 6}


def _faults() -> dict[str, Any]:
    """Ways to get the server wrong, each in one place."""

    def everybody_passes(p: Any, check: Any) -> Any:
        return Passed(check.span)

    def client_headers_only(p: Any, forward: Any) -> Any:
        return tuple(p.headers), ()

    return {
        "audiences are not compared": (tokens, "_audience", lambda wanted, given: True),
        "tokens go on": (tokens, "take_away", lambda p, place: None),
        "request headers are not set": (forwarding, "upstream_headers", client_headers_only),
        "preflights are not answered": (run, "cors", lambda p, step: None),
        "keys are not asked for": (access, "api_key", everybody_passes),
        "routes do not look at headers": (values_of, "_there", lambda p, value: True),
    }


@pytest.mark.parametrize("fault", _faults())
def test_a_planted_fault_is_caught(fault: str, require: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: what is broken on purpose is seen within forty bootstraps."""
    module, name, broken = _faults()[fault]
    monkeypatch.setattr(module, name, broken)
    for seed in range(1, 41):
        if campaign([seed], require("envoy"), lambda line: None)["differ"]:
            return
    pytest.fail(f"nobody noticed that {fault}")
