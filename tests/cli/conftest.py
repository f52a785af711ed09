"""Where the command line is tried: an empty folder, and nothing set that changes what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "AUTHLINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
