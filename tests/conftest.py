"""What the tests of every room share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


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
