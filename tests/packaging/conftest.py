"""The package as others get it: a repository, its wheel, an environment with nothing but the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment without what a surrounding git, pre-commit or Python set up in it."""
    return plain_environment()


def run_in(folder: Path, *command: str | Path) -> str:
    """What the command prints; its whole output is the message where it fails."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=plain_environment()
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def plain_environment() -> dict[str, str]:
    meant_for_others = ("GIT_", "PYTHON", "PRE_COMMIT", "VIRTUAL_ENV", "SKIP")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(meant_for_others)}
    people = {
        f"GIT_{who}_{what}": "test@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return kept | people | {"GIT_CONFIG_GLOBAL": os.devnull}


@pytest.fixture(scope="session")
def snapshot(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of one commit that holds the working tree as it is now, ignored files left out."""
    copy = tmp_path_factory.mktemp("snapshot") / "authlint"
    listed = run_in(root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():  # a file may be deleted and not yet committed so
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    run_in(copy, "git", "init", "--quiet", "--initial-branch=main")
    run_in(copy, "git", "add", "--all", "--force")
    run_in(copy, "git", "commit", "--quiet", "--message=The working tree")
    return copy


@pytest.fixture(scope="session")
def wheel(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run_in(
        folder, sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, snapshot
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment into which only the wheel was installed."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    run_in(folder, folder / "bin" / "python", "-m", "pip", "install", "--quiet", wheel)
    return folder / "bin"
