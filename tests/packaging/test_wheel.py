"""What is in the wheel, and what an environment can do that has nothing but it."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

import authlint


def output(folder: Path, *command: str | Path) -> str:
    # Started elsewhere than in the repository, whose folders would be importable.
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_the_two_packages_and_their_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"authlint", "authlint_rules", f"authlint-{authlint.__version__}.dist-info"}
    assert {"authlint/py.typed", "authlint_rules/py.typed"} <= set(names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.parametrize("package", ["authlint", "authlint_rules"])
def test_our_packages_are_importable(installed: Path, tmp_path: Path, package: str) -> None:
    place = output(tmp_path, installed / "python", "-c", f"import {package}; print({package}.__file__)")
    assert Path(place).is_relative_to(installed.parent)


@pytest.mark.parametrize("folder", ["linter", "rules", "tests", "samples"])
def test_the_repositorys_folders_are_not_importable(installed: Path, tmp_path: Path, folder: str) -> None:
    code = f"import importlib.util; print(importlib.util.find_spec({folder!r}))"
    assert output(tmp_path, installed / "python", "-c", code) == "None"


@pytest.mark.parametrize("start", [("python", "-m", "authlint"), ("authlint",)], ids=["module", "script"])
def test_both_ways_to_start_print_the_version(
    installed: Path, tmp_path: Path, start: tuple[str, ...]
) -> None:
    program, *arguments = start
    assert authlint.__version__ in output(tmp_path, installed / program, *arguments, "--version")
