"""What is open is found, what asks is not: `python -m unittest discover tests`, with authlint and this package."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SERVER = """\
events {}
http {
    server {
        listen 80;
        server_name staff.acme.example;
        location /internal/reports/ {
            %s
            proxy_pass http://reports:8080;
        }
    }
}
"""
AUTH = 'auth_basic "staff"; auth_basic_user_file /etc/nginx/staff;'


def found(configuration: str) -> list[tuple[str, int]]:
    """Rule and line of each finding."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "authlint.toml").write_text('plugins = ["acme"]\n')
        Path(folder, "nginx.conf").write_text(configuration)
        done = subprocess.run(
            [sys.executable, "-m", "authlint", "--format", "json", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode in (0, 1), done.stderr
    return [(one["rule"], one["line"]) for one in json.loads(done.stdout)["findings"]]


class InternalIsOpen(unittest.TestCase):
    def test_wrong(self) -> None:
        assert found(SERVER % "") == [("acme/internal-is-open", 6)]

    def test_right(self) -> None:
        assert found(SERVER % AUTH) == []


if __name__ == "__main__":
    unittest.main()
