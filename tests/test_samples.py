"""Every sample is found as its expect.toml says: exactly these findings, exactly there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from authlint.discover import discover
from authlint.lint import Result, lint
from authlint.settings import load
from authlint_rules import RULES

SAMPLES = Path(__file__).parents[1] / "samples"
CASES = sorted(path.parent for path in SAMPLES.glob("*/*/expect.toml"))
IDS = [str(case.relative_to(SAMPLES)) for case in CASES]


def read_toml(path: Path) -> dict[str, Any]:
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib
    return tomllib.loads(path.read_text(encoding="utf-8"))


def found_in(case: Path) -> Result:
    """What authlint says of a folder, started in it."""
    before = os.getcwd()
    os.chdir(case)
    try:
        settings = load(case, {rule.id for rule in RULES})
        return lint(discover(["."], case, settings), settings, RULES)
    finally:
        os.chdir(before)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_sample(case: Path) -> None:
    result = found_in(case)
    found = [
        {
            "rule": one.rule,
            "at": f"{one.primary.span.path}:{result.sources.position(one.primary.span).line}",
            "level": str(one.level),
            "routes": len(one.routes),
        }
        for one in result.findings
        if not one.pedantic
    ]
    assert found == read_toml(case / "expect.toml")["finding"]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_rule_has_both_kinds_of_sample(rule: str) -> None:
    kinds = {case.name.split("-")[0] for case in CASES if case.parent.name == rule}
    assert kinds == {"wrong", "right"}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_wrong_sample_is_about_its_rule(case: Path) -> None:
    expected = read_toml(case / "expect.toml")["finding"]
    if case.name.startswith("wrong"):
        assert case.parent.name in {one["rule"] for one in expected}
    else:
        assert expected == []


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_the_manual_has_its_parts(rule: Any) -> None:
    for heading in ("What happens", "Bad", "Good", "When it stays quiet"):
        assert f"\n{heading}\n" in rule.manual
    assert rule.reference.startswith("https://")
    assert Path(__file__).parents[1].joinpath(f"rules/authlint_rules/{rule.id.replace('-', '_')}.py").exists()
