"""A run over one nginx file loads no library that it does not use: every hook and editor waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NOT_AT_START = {
    "click",
    "crossplane",
    "dataclasses",
    "importlib.metadata",
    "inspect",
    "jsonschema",
    "pathspec",
    "regex",
    "rich",
    "tomli",
    "tomllib",
    "yaml",
}
NOT_FOR_ONE_FILE = {
    "authlint.flow.crypt",
    "authlint.report.masking",
    "click",
    "dataclasses",
    "difflib",
    "email.utils",
    "hashlib",
    "jsonschema",
    "pathspec",
    "rich",
    "shutil",
    "subprocess",
    "textwrap",
    "yaml",
}
NOT_FOR_NOTHING = {
    "authlint.model",
    "authlint.site",
    "authlint.readers.nginx",
    "authlint.readers.kubernetes",
    "ipaddress",
    "json",
    "pathlib",
    "urllib.parse",
}
NOT_FOR_AN_INGRESS = {"dataclasses", "difflib", "json", "pathlib", "regex", "subprocess"}

OTHER_READERS = ("authlint.readers.envoy.read", "authlint.readers.kubernetes", "authlint.readers.yaml")
FOR_NOTHING = 36  # modules of ours; one costs about a sixth of a millisecond

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
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n"
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app}
spec:
  ingressClassName: nginx
  rules:
  - host: app.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: app, port: {number: 80}}}}]}
"""
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


def loaded_by(folder: Path, code: str, *arguments: str) -> tuple[object, set[str]]:
    """The `status` that `code` leaves in a folder, and the modules that it loads beyond what Python starts with."""
    script = (
        "import sys\nbefore = set(sys.modules)\nstatus = None\n"
        + code
        + "\nprint('MODULES', status, *sorted(set(sys.modules) - before))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, cwd=folder
    )
    assert run.returncode == 0, run.stderr
    _, status, *modules = run.stdout.splitlines()[-1].split()
    return status, set(modules)


def test_importing_the_command_line_is_light(tmp_path: Path) -> None:
    _, modules = loaded_by(tmp_path, IMPORT)
    assert "authlint.cli" in modules
    assert not NOT_AT_START & modules


def test_linting_one_file_is_light(tmp_path: Path) -> None:
    (tmp_path / "site.conf").write_text(CLEAN)
    ended, modules = loaded_by(tmp_path, CHECK, "check", "site.conf")
    assert ended == "0"
    assert "authlint_rules.preflight_behind_auth" in modules
    assert sorted(NOT_FOR_ONE_FILE & modules) == []
    assert not {one for one in modules if one.startswith(OTHER_READERS)}


def test_a_finding_loads_what_prints_it_and_no_parser(tmp_path: Path) -> None:
    (tmp_path / "site.conf").write_text(FAULTY)
    ended, modules = loaded_by(tmp_path, CHECK, "site.conf")
    assert ended == "1"
    assert "authlint.report.masking" in modules
    assert not {"click", "jsonschema", "yaml"} & modules


def test_linting_an_ingress_is_light(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(INGRESS)
    ended, modules = loaded_by(tmp_path, CHECK, "app.yaml")
    assert ended == "0"
    assert "authlint.readers.kubernetes.read" in modules
    assert sorted(NOT_FOR_AN_INGRESS & modules) == []


def test_where_nothing_is_of_interest_no_reader_and_no_rule_is_loaded(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(DEPLOYMENT)
    ended, modules = loaded_by(tmp_path, CHECK)
    assert ended == "0"
    assert sorted(NOT_FOR_ONE_FILE & modules) == []
    assert not NOT_FOR_NOTHING & modules
    assert not {one for one in modules if one.startswith("authlint_rules.")}
    assert len({one for one in modules if one.startswith("authlint.")}) <= FOR_NOTHING
