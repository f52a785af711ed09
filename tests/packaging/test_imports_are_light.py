"""A run over one nginx file loads no library that it does not use: every hook and editor waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NOT_AT_START = {
    "crossplane",
    "importlib.metadata",
    "jsonschema",
    "pathspec",
    "regex",
    "rich",
    "tomli",
    "tomllib",
    "yaml",
}
NOT_FOR_ONE_FILE = {"jsonschema", "pathspec", "rich", "yaml"}

IMPORT = "import authlint.cli"
CHECK = """
import authlint.cli
try:
    status = authlint.cli.main()
except SystemExit as end:
    status = end.code
status = status or 0
"""

CLEAN = "server { listen 80; server_name example.com; location / { proxy_pass http://127.0.0.1:8080; } }\n"
FAULTY = """
server {
    listen 80;
    server_name api.example.com;
    location / {
        auth_basic "api";
        auth_basic_user_file /etc/nginx/users;
        add_header Access-Control-Allow-Origin https://app.example.com always;
        proxy_pass http://127.0.0.1:8080;
    }
}
"""


def loaded_by(code: str, *arguments: str) -> tuple[object, set[str]]:
    """The `status` that `code` leaves, and the modules that it loads beyond what Python starts with."""
    script = (
        "import sys\nbefore = set(sys.modules)\nstatus = None\n"
        + code
        + "\nprint('MODULES', status, *sorted(set(sys.modules) - before))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    _, status, *modules = run.stdout.splitlines()[-1].split()
    return status, set(modules)


def test_importing_the_command_line_is_light() -> None:
    _, modules = loaded_by(IMPORT)
    assert "authlint.cli" in modules
    assert not NOT_AT_START & modules


@pytest.mark.parametrize(("text", "status"), [(CLEAN, "0"), (FAULTY, "1")], ids=["clean", "faulty"])
def test_linting_one_file_is_light(tmp_path: Path, text: str, status: str) -> None:
    file = tmp_path / "site.conf"
    file.write_text(text)
    ended, modules = loaded_by(CHECK, "check", str(file))
    assert ended == status
    assert "authlint_rules" in modules
    assert not NOT_FOR_ONE_FILE & modules
