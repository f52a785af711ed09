"""Wrong samples as a project has them: as they are, as JSON, inside a ConfigMap."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Literal, TypeAlias

import pytest
import yaml

from authlint.baseline import hashed
from authlint.discover import discover
from authlint.engine_rules import rule_ids
from authlint.finding import Finding
from authlint.identity import Identity, identities
from authlint.lint import lint
from authlint.record import replace
from authlint.settings import load
from authlint.suppressions import suppressed
from authlint.text import Sources
from authlint_rules import loaded

SAMPLES = Path(__file__).parents[2] / "samples"
WRONG = sorted(
    path.parent
    for path in SAMPLES.glob("*/*/expect.toml")
    if path.parent.name.startswith("wrong") or path.parents[1].name == "systems"
)
ENDINGS = (".conf", ".yaml", ".yml", ".json")
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: gateway\ndata:\n  nginx.conf: |\n"
Dress: TypeAlias = Literal["plain", "json", "config-map"]


def name(case: Path) -> str:
    return str(case.relative_to(SAMPLES))


def dresses(case: Path) -> list[Dress]:
    """What else a sample can be written as."""
    files = {path.name for path in case.iterdir()} - {"expect.toml"}
    if files == {"nginx.conf"}:
        return ["plain", "config-map"]
    if case.parent.name != "systems" and all(one.endswith((".yaml", ".toml")) for one in files):
        return ["plain", "json"]
    return ["plain"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is reported of a project, what is only assumed too."""

    findings: tuple[Finding, ...]
    sources: Sources
    keys: list[Identity]

    @property
    def counted(self) -> Counter[Identity]:
        return Counter(self.keys)

    def lines(self, finding: Finding) -> range:
        """The lines of the words concerned, from 0."""
        span = finding.primary.span
        return range(self.sources.position(span).line - 1, self.sources.end(span).line)

    def concerned(self, path: str) -> set[int]:
        return {at for one in self.findings if one.primary.span.path == path for at in self.lines(one)}


@dataclass(frozen=True, slots=True)
class Project:
    folder: Path

    def look(self) -> Seen:
        settings = replace(load(self.folder, rule_ids()), pedantic=True)
        result = lint(discover(["."], self.folder, settings), settings, tuple(loaded()))
        shown = suppressed(result, settings)
        return Seen(shown, result.sources, hashed(identities(shown, result.sources, str)))

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.suffix in ENDINGS)


def dressed(case: Path, folder: Path, dress: Dress, monkeypatch: pytest.MonkeyPatch) -> Project:
    shutil.copytree(case, folder)
    (folder / "expect.toml").unlink()
    (folder / ".git").mkdir()
    if dress == "config-map":
        text = (folder / "nginx.conf").read_text()
        (folder / "nginx.conf").unlink()
        (folder / "gateway.yaml").write_text(CONFIG_MAP + indent(text, "    "))
    for path in folder.rglob("*.yaml") if dress == "json" else ():
        documents = [one for one in yaml.safe_load_all(path.read_text()) if one is not None]
        whole = (
            documents[0] if len(documents) == 1 else {"apiVersion": "v1", "kind": "List", "items": documents}
        )
        path.unlink()
        path.with_suffix(".json").write_text(json.dumps(whole, indent=2))
    monkeypatch.chdir(folder)
    return Project(folder)
