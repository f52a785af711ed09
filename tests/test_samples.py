"""Every sample is found as its expect.toml says: exactly these findings, exactly there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from authlint_rules import IDS, loaded

SAMPLES = Path(__file__).parents[1] / "samples"
CASES = sorted(path.parent for path in SAMPLES.glob("*/*/expect.toml"))
NAMES = [str(case.relative_to(SAMPLES)) for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_sample(case: Path, found_in: Any, read_toml: Any) -> None:
    """With `pedantic = true` the assumed findings of the sample's rule are compared as well."""
    result = found_in(case)
    expected = read_toml(case / "expect.toml")
    also = case.parent.name if expected.get("pedantic") else ""
    found = [
        {
            "rule": one.rule,
            "at": f"{one.primary.span.path}:{result.sources.position(one.primary.span).line}",
            "level": str(one.level),
            "routes": len(one.routes),
        }
        for one in result.findings
        if not one.pedantic or one.rule == also
    ]
    assert found == [
        {key: value for key, value in one.items() if key != "fix"} for one in expected["finding"]
    ]


@pytest.mark.parametrize("rule", IDS)
def test_rule_has_both_kinds_of_sample(rule: str) -> None:
    kinds = {case.name.split("-")[0] for case in CASES if case.parent.name == rule}
    assert kinds == {"wrong", "right"}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_wrong_sample_is_about_its_rule(case: Path, read_toml: Any) -> None:
    expected = read_toml(case / "expect.toml")["finding"]
    if case.parent.name == "systems":
        assert expected
    elif case.name.startswith("wrong"):
        assert case.parent.name in {one["rule"] for one in expected}
    else:
        assert expected == []


@pytest.mark.parametrize("rule", tuple(loaded()), ids=IDS)
def test_the_manual_has_its_parts(rule: Any) -> None:
    for heading in ("What happens", "Bad", "Good", "When it stays quiet"):
        assert f"\n{heading}\n" in rule.manual
    assert rule.reference.startswith("https://")


def test_each_file_that_holds_a_rule_is_listed_under_the_rules_own_id(root: Path) -> None:
    held = [file.stem.replace("_", "-") for file in (root / "rules/authlint_rules").glob("*.py")]
    assert sorted(IDS) == sorted(name for name in held if name != "--init--")
    assert [rule.id for rule in loaded()] == list(IDS)
