"""Rules of others: what they may import is named, is there, and a package of such rules works as it is shown."""

from __future__ import annotations

import ast
import inspect
import re
import venv
from importlib import import_module
from pathlib import Path

import pytest
from tests.packaging.conftest import run_in

OWN = Path(__file__).parents[2] / "docs" / "own-rules"
ROW = re.compile(r"^\| `(authlint[\w.]*)` \| (.+) \|$", re.MULTILINE)
# What others rely on: a name may come, and none may go without a major version.
PROMISED = {
    "authlint.rule": {"Rule"},
    "authlint.finding": {"Finding", "Label", "Level", "Exchange", "Given"},
    "authlint.text": {"Span"},
    "authlint.site": {
        "Site", "Endpoint", "BEARER", "BASIC", "COOKIE", "KEY", "headers_of", "requires", "steps_of", "blocks_of",
        "ops_of",
    },
    "authlint.evidence": {
        "cross_origin", "is_api", "need", "mechanisms", "auth_of", "response_ops", "serves_files",
    },
    "authlint.model.gateway": {"Gateway", "Listener", "VirtualHost", "Route", "Match", "Block"},
    "authlint.model.step": {"Require", "Basic", "Ask", "Forward", "Files", "Branch", "Cors", "HeaderOp"},
    "authlint.model.credential": {"Jwt", "ApiKey", "Call", "Allow", "OAuth"},
    "authlint.model.value": {"Value", "Lit", "Get", "literal", "reads"},
    "authlint.model.unknown": {"Unknown"},
    "authlint.flow.request": {"Request"},
    "authlint.flow.outcome": {"Outcome", "Event", "Header", "Reached"},
    "authlint.flow.assume": {"Assume", "Reply"},
}  # fmt: skip
FIELDS = {
    "authlint.rule.Rule": ["id", "summary", "level", "reference", "manual", "check"],
    "authlint.finding.Label": ["span", "text"],
    "authlint.text.Span": ["path", "start", "end"],
    "authlint.flow.request.Request": ["method", "url", "headers", "body"],
}


def documented() -> dict[str, set[str]]:
    text = (OWN / "README.md").read_text(encoding="utf-8")
    return {module: set(re.findall(r"`(\w+)`", names)) for module, names in ROW.findall(text)}


def test_what_is_promised_is_documented_and_there() -> None:
    assert documented() == PROMISED
    for module, names in PROMISED.items():
        missing = [name for name in names if not hasattr(import_module(module), name)]
        assert not missing, module


@pytest.mark.parametrize(("name", "fields"), FIELDS.items())
def test_what_is_written_by_position_keeps_its_order(name: str, fields: list[str]) -> None:
    module, _, cls = name.rpartition(".")
    parameters = inspect.signature(getattr(import_module(module), cls)).parameters
    assert list(parameters)[: len(fields)] == fields


@pytest.mark.parametrize("cls", ["Site", "Outcome"])
def test_the_words_of_a_site_and_an_outcome_are_there(cls: str) -> None:
    text = " ".join((OWN / "README.md").read_text(encoding="utf-8").split())
    listed = re.search(rf"Of an? `{cls}`: (.+?)\. ", text)
    assert listed
    module = import_module("authlint.site" if cls == "Site" else "authlint.flow.outcome")
    known = {*dir(getattr(module, cls)), *inspect.signature(getattr(module, cls)).parameters}
    assert set(re.findall(r"`(\w+)(?:\(\))?`", listed[1])) <= known


def test_the_template_imports_nothing_else() -> None:
    for file in OWN.glob("src/*/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("authlint"):
                assert {alias.name for alias in node.names} <= PROMISED[node.module or ""], file


def test_the_template_is_built_installed_and_tested(wheel: Path, snapshot: Path, tmp_path: Path) -> None:
    """In an environment with nothing but the two wheels."""
    python = tmp_path / "env" / "bin" / "python"
    venv.create(tmp_path / "env", with_pip=True)
    template = snapshot / "docs" / "own-rules"
    run_in(tmp_path, python, "-m", "pip", "install", "--quiet", wheel, template)
    run_in(tmp_path, python, "-m", "unittest", "discover", template / "tests")
    (tmp_path / "authlint.toml").write_text('plugins = ["acme"]\n')
    listed = run_in(tmp_path, python, "-m", "authlint", "rules")
    assert listed.startswith("acme/internal-is-open ")
