"""Every run that the README shows is a real one, and docs/ingress-nginx.md is what the reader's own tables say.
`python tests/test_readme.py` writes both anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from authlint.engine_rules import rule_ids
from authlint.readers.kubernetes import catalogue, settings
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


TABLES = ROOT / "docs" / "ingress-nginx.md"
DEPTHS = {
    "simulated": "read and simulated",
    "nothing": "no influence",
    "unknown": "Unknown",
}
OUTCOMES = {
    "rejected": "the Ingress is not loaded",
    "503": "its paths answer 503",
    "403": "its hosts answer 403",
    "dropped": "left out without a word",
    "default": "the default counts",
    "": "",
}
HEAD = """# What is read of ingress-nginx

Written by `python tests/test_readme.py` from `linter/authlint/readers/kubernetes/catalogue.py` and `settings.py`;
`tests/readers/kubernetes/test_catalogue.py` holds every line against what the reader does.

- **read and simulated**: part of every answer that authlint predicts.
- **no influence**: known, and without influence on who gets in and what is sent.
- **Unknown**: what depends on it is said to be Unknown.

Defaults and outcomes are those of the last release (1.15), with `--enable-annotation-validation`, its default since
1.12. What is not listed is no annotation of that release; a name that looks like one about authentication or CORS is
told as misspelt.
"""


def tables() -> str:
    return "\n".join(
        (
            HEAD,
            "## Annotations\n\n`nginx.ingress.kubernetes.io/...`\n",
            *(_table(title, group, "a value that is not taken") for title, group in catalogue.GROUPS.items()),
            "## Keys of the controller's ConfigMap\n\nOr `controller.config` in the values of its chart.\n",
            *(_table(title, group, "") for title, group in settings.GROUPS.items()),
        )
    )


def _table(title: str, group: tuple[catalogue.Known, ...], outcome: str) -> str:
    """Those without influence come last, in one line."""
    rows = [one for one in group if one.depth != "nothing" or one.note]
    rest = ", ".join(f"`{one.name}`" for one in group if one not in rows)
    names = ["", "what becomes of it", "default", *([outcome] if outcome else []), "note"]
    lines = [f"### {title}\n"]
    if rows:
        lines += [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for one in rows:
        default = f"`{one.default}`" if one.default else ""
        wrong = [OUTCOMES[one.wrong]] if outcome else []
        lines.append(f"| {' | '.join([f'`{one.name}`', DEPTHS[one.depth], default, *wrong, one.note])} |")
    if rest:
        lines.append(("\n" if rows else "") + f"Without influence: {rest}.")
    return "\n".join(lines) + "\n"


def test_the_tables_are_those_of_the_reader() -> None:
    assert TABLES.read_text(encoding="utf-8") == tables()


@pytest.mark.parametrize(
    "text", re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
)
def test_settings_that_are_shown_are_some(tmp_path: Path, text: str) -> None:
    (tmp_path / "authlint.toml").write_text(text)
    assert load(tmp_path, rule_ids()).file is not None


def write() -> None:
    TABLES.write_text(tables(), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    text = BLOCK.sub(lambda m: f"```console\n$ {m['command']}\n{shown(m['command'])}```", text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
