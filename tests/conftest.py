"""What the tests of every room share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authlint.cli.fixing import Mended, mend
from authlint.discover import discover
from authlint.finding import Finding
from authlint.lint import Result, lint
from authlint.record import replace
from authlint.settings import load
from authlint_rules import IDS, loaded


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """`require("nginx")` is where the program lies: beside this Python, on PATH or in /usr/sbin.

    Where it is missing the test is skipped, and fails in CI (CI=true): there nothing may be left untested.
    """
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", ""), "/usr/sbin"])

    def find(binary: str) -> Path:
        found = shutil.which(binary, path=places)
        if found is not None:
            return Path(found)
        reason = f"{binary} is not installed: what is compared with it was not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def read_toml() -> Callable[[Path], dict[str, Any]]:
    """A TOML file as a table."""

    def read(path: Path) -> dict[str, Any]:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
        return tomllib.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture
def found_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Result]:
    """What authlint says of a folder, started in it."""

    def find(folder: Path) -> Result:
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            settings = load(folder, set(IDS))
            return lint(discover(["."], folder, settings), settings, loaded())

    return find


@pytest.fixture
def mended_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Mended]:
    """What `--fix --unsafe-fixes` makes of a folder, started in it; nothing is written."""

    def mend_folder(folder: Path, texts: dict[str, str] | None = None, pedantic: bool = False) -> Mended:
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            settings = replace(load(folder, set(IDS)), pedantic=pedantic)
            files = replace(discover(["."], folder, settings), texts=texts or {})
            return mend(files, settings, lambda now: lint(now, settings, tuple(loaded())), unsafe=True)

    return mend_folder


@pytest.fixture
def mended_copy(mended_in: Any, read_toml: Any, tmp_path: Path) -> Callable[[Path], Path | None]:
    """A copy of a sample with its fixes in it; None where nothing of it has a fix."""

    def copy(case: Path) -> Path | None:
        expected = read_toml(case / "expect.toml")
        if not any("fix" in one for one in expected["finding"]):
            return None
        made = tmp_path / "mended" / case.name
        shutil.copytree(case, made)
        done = mended_in(case, pedantic=bool(expected.get("pedantic")))
        for path, (_, after) in done.texts.items():
            (made / Path(path).relative_to(case)).write_bytes(after.encode())
        return made

    return copy


@pytest.fixture
def cured_in(found_in: Any, read_toml: Any) -> Callable[[Path], list[Finding]]:
    """The findings of a sample that have a fix, as its expect.toml says."""

    def cured(case: Path) -> list[Finding]:
        expected = read_toml(case / "expect.toml")
        also = case.parent.name if expected.get("pedantic") else ""
        found = [one for one in found_in(case).findings if not one.pedantic or one.rule == also]
        return [one for one, said in zip(found, expected["finding"], strict=True) if "fix" in said]

    return cured
