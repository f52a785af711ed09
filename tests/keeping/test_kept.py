"""What a team keeps over years: baselines through edits of other lines, and comments that ignore one finding.

Over all wrong samples, and every third of them in another dress: as JSON, inside a ConfigMap.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from tests.keeping.dresses import WRONG, Dress, dressed, dresses, name
from tests.keeping.edits import edited, ignoring

EDITS = 1000
FORMS = ("line", "above", "block", "file", "annotation")
CASES = [
    pytest.param(case, dress, number, id=f"{name(case)}-{dress}")
    for number, case in enumerate(WRONG)
    for dress in dresses(case)
    if dress == "plain" or number % 3 == 1
]


def kind_of(path: Path) -> str:
    return {".yaml": "yaml", ".yml": "yaml", ".json": "json"}.get(path.suffix, "nginx")


@pytest.mark.parametrize(("case", "dress", "number"), CASES)
def test_a_baseline_outlives_edits_of_other_lines(
    case: Path, dress: Dress, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = dressed(case, tmp_path / "project", dress, monkeypatch)
    before = project.look()
    assert before.keys
    chance, files = Random(number), project.files()
    for path in files:
        concerned = before.concerned(str(path.relative_to(project.folder)))
        text = edited(path.read_text(), kind_of(path), concerned, EDITS // len(files), chance)
        path.write_text(text, newline="\r\n" if number % 5 == 0 else "\n")
    assert project.look().counted == before.counted


@pytest.mark.parametrize(("case", "dress", "number"), [one for one in CASES if one.values[1] != "json"])
def test_a_comment_ignores_its_finding_and_no_other(
    case: Path, dress: Dress, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One form for each finding in turn; that it is used is part of it, for else there were a finding about that."""
    project = dressed(case, tmp_path / "project", dress, monkeypatch)
    before = project.look()
    for place, (finding, key) in enumerate(zip(before.findings, before.keys, strict=True)):
        path = project.folder / finding.primary.span.path
        text, at = path.read_text(), before.lines(finding)[0]
        forms = [FORMS[(number + place + more) % len(FORMS)] for more in range(len(FORMS))]
        given = [ignoring(form, text, kind_of(path), at, finding.rule) for form in forms]
        form, after = next((one, said) for one, said in zip(forms, given, strict=True) if said is not None)
        path.write_text(after)
        now = project.look()
        path.write_text(text)
        assert not now.counted - before.counted, form
        gone = before.counted - now.counted
        assert gone[key], form
        if form in ("line", "above"):
            assert gone.total() == 1, form
        assert {one[0] for one in gone} == {finding.rule}
