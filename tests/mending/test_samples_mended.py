"""Every wrong sample says which of its findings have a fix; those go, nothing comes, and a second look finds none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from authlint.discover import discover
from authlint.finding import Finding
from authlint.lint import lint
from authlint.mending.bench import Bench
from authlint.mending.offer import offered
from authlint.record import replace
from authlint.settings import load
from authlint_rules import IDS, loaded

SAMPLES = Path(__file__).parents[2] / "samples"
WRONG = sorted(
    path.parent
    for path in SAMPLES.glob("*/*/expect.toml")
    if path.parent.name.startswith("wrong") or path.parts[-3] == "systems"
)


@pytest.mark.parametrize("case", WRONG, ids=[str(case.relative_to(SAMPLES)) for case in WRONG])
def test_sample_is_mended(
    case: Path, read_toml: Any, mended_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fix = "safe"` or `fix = "unsafe"` beside a finding that has one; of the others none has."""
    expected = read_toml(case / "expect.toml")
    also = case.parent.name if expected.get("pedantic") else ""
    monkeypatch.chdir(case)
    settings = replace(load(case, set(IDS)), pedantic=bool(also))
    files = discover(["."], case, settings)
    result = lint(files, settings, tuple(loaded()))
    seen = [one for one in result.findings if not one.pedantic or one.rule == also]
    offers = offered(seen, result.sources, Bench(files, settings, tuple(loaded())))
    assert [_kind(one) for one in offers] == [one.get("fix", "") for one in expected["finding"]]
    if not any(one.fixes for one in offers):
        return

    once = mended_in(case, pedantic=bool(also))
    left = [_told(one) for one in once.result.findings if not one.pedantic or one.rule == also]
    assert left == [_told(one) for one in offers if not one.fixes]
    again = mended_in(case, once.files.texts, pedantic=bool(also))
    assert again.texts == {}
    assert all(os.path.isfile(path) for path in once.texts)


def _kind(finding: Finding) -> str:
    return next(("safe" if fix.safe else "unsafe" for fix in finding.fixes), "")


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.primary.span.path, finding.message
