"""What is in the wheel, and what an environment can do that has nothing but it."""

from __future__ import annotations

import json
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


FAULTY = """\
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
RULE = "preflight-behind-auth"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "api.conf").write_text(FAULTY)
    return tmp_path


def status(installed: Path, project: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [installed / "authlint", *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_project_without_settings(installed: Path, project: Path) -> None:
    code, said = status(installed, project)
    assert code == 1
    assert said.startswith(f"error[{RULE}]")


def test_settings_are_checked_and_shown(installed: Path, project: Path) -> None:
    (project / "authlint.toml").write_text('fail-level = "eror"\n')
    assert status(installed, project) == (
        2,
        "authlint: authlint.toml:1: fail-level: 'eror' is none of info, warning, error; did you mean 'error'?\n",
    )
    (project / "authlint.toml").write_text(f'[levels]\n{RULE} = "info"\n[[load-balancer]]\nends-tls = true\n')
    assert status(installed, project)[0] == 0
    shown = output(project, installed / "authlint", "config", "show")
    assert f"{RULE} = info  (authlint.toml:1)" in shown
    schema = json.loads(output(project, installed / "authlint", "config", "schema"))
    assert schema["title"] == "authlint.toml"


def test_known_findings_and_comments(installed: Path, project: Path) -> None:
    output(project, installed / "authlint", "baseline")
    assert status(installed, project)[0] == 0
    (project / "conf.d" / "api.conf").write_text("# a line\n" + FAULTY)
    assert status(installed, project)[0] == 0
    (project / "authlint-baseline.json").unlink()
    line = 'auth_basic "api";'
    for comment, code in (("", 0), ("until=2999-01-01", 0), ("until=2001-01-01", 1)):
        text = FAULTY.replace(line, f"{line} # authlint: ignore[{RULE}] scripts {comment}")
        (project / "conf.d" / "api.conf").write_text(text)
        assert status(installed, project)[0] == code
    assert status(installed, project, "--no-suppressions")[0] == 1


def test_rules_of_others_are_missed_where_they_are_not_installed(installed: Path, project: Path) -> None:
    (project / "authlint.toml").write_text('plugins = ["acme"]\n')
    assert status(installed, project) == (
        2,
        "authlint: authlint.toml:1: no installed package offers rules called 'acme'\n",
    )
