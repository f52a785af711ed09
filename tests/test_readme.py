"""Every run that the README shows is a real one. `python tests/test_readme.py` writes them anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from authlint.engine_rules import rule_ids
from authlint.settings import load

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>authlint [^\n]*)\n(?P<output>.*?)```", re.DOTALL)


def shown(command: str) -> str:
    """What the command prints at the top of the repository, standard error included."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    environment.pop("FORCE_COLOR", None)
    line = command.replace("authlint", f"{sys.executable} -m authlint", 1)
    done = subprocess.run(
        ["bash", "-c", line + " 2>&1"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout


def blocks() -> list[tuple[str, str]]:
    return [
        (match["command"], match["output"]) for match in BLOCK.finditer(README.read_text(encoding="utf-8"))
    ]


def test_there_are_runs() -> None:
    assert len(blocks()) >= 3


@pytest.mark.parametrize(("command", "output"), blocks(), ids=[command for command, _ in blocks()])
def test_run(command: str, output: str) -> None:
    assert shown(command) == output


@pytest.mark.parametrize(
    "text", re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
)
def test_settings_that_are_shown_are_some(tmp_path: Path, text: str) -> None:
    (tmp_path / "authlint.toml").write_text(text)
    assert load(tmp_path, rule_ids()).file is not None


def write() -> None:
    text = README.read_text(encoding="utf-8")
    text = BLOCK.sub(lambda m: f"```console\n$ {m['command']}\n{shown(m['command'])}```", text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
