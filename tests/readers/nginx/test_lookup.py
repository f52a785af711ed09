"""What an include finds where the file itself is made or linked on the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlint.readers.library import Library
from authlint.readers.nginx.expand import Expansion
from authlint.text import Sources


@pytest.mark.parametrize(
    ("spec", "files", "found"),
    [
        ("conf.d/*.conf", ["conf.d/a.conf", "conf.d/b.conf"], ["conf.d/a.conf", "conf.d/b.conf"]),
        ("conf.d/*.conf", ["conf.d/a.conf", "conf.d/b.conf.j2"], ["conf.d/a.conf", "conf.d/b.conf.j2"]),
        ("conf.d/*.conf", ["conf.d/a.conf", "conf.d/a.conf.template"], ["conf.d/a.conf"]),
        ("conf.d/*.conf", ["templates/a.conf.template"], ["templates/a.conf.template"]),
        ("conf.d/*.conf", ["conf.d/a.conf.sample"], ["conf.d/a.conf.sample"]),
        ("snippets/a.conf", ["snippets/a.conf.j2"], ["snippets/a.conf.j2"]),
        ("snippets/a.conf", ["snippets/a.conf", "snippets/a.conf.j2"], ["snippets/a.conf"]),
        ("/etc/nginx/sites-enabled/*", ["sites-available/a"], ["sites-available/a"]),
        ("/etc/nginx/sites-enabled/*", ["sites-enabled/a", "sites-available/b"], ["sites-enabled/a"]),
        ("conf.d/*.conf", [], []),
        ("snippets/a.conf", ["snippets/b.conf"], None),
    ],
)
def test_find(
    spec: str, files: list[str], found: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("nginx.conf", *files):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert Expansion(Library(Sources(), str(tmp_path)), "nginx.conf").find(spec) == found
