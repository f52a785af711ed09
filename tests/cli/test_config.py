"""`authlint config`, levels, and patterns that fit nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from authlint.cli import run

FAULTY = """\
events {}
http {
    server {
        listen 80;
        server_name api.example.com;
        location /v1/ {
            add_header Access-Control-Allow-Origin https://app.example.com always;
            auth_basic "api";
            auth_basic_user_file /etc/nginx/users;
            proxy_pass http://127.0.0.1:1;
        }
    }
}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "nginx.conf").write_text(FAULTY)
    return tmp_path


def test_every_value_and_where_it_comes_from(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "authlint.toml").write_text('fail-level = "error"\n\nignore = ["token-logged"]\n')
    assert run(["config", "show"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    said = dict(lines)
    assert said["root"] == f"{here}  (where authlint.toml lies)"
    assert said["fail-level"] == "error  (authlint.toml:1)"
    assert said["ignore"] == "token-logged  (authlint.toml:3)"
    assert said["pedantic"] == "false  (default)"


def test_the_schema_is_one_and_takes_what_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid({"levels": {"token-logged": "info"}})


def test_every_key_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    run(["config", "schema"])
    keys = set(json.loads(capsys.readouterr().out)["properties"])
    run(["config", "show"])
    shown = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert shown == keys | {"root"}


def test_a_rule_may_have_another_level(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "."]) == 1
    (here / "authlint.toml").write_text('[levels]\npreflight-behind-auth = "info"\n')
    capsys.readouterr()
    assert run(["check", "."]) == 0
    assert capsys.readouterr().out.startswith("info[preflight-behind-auth]")


def test_patterns_that_fit_nothing_are_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "authlint.toml").write_text(
        'include-roots = ["etc"]\n[[per-path]]\npaths = ["*.conf", "old/**"]\nignore = ["preflight-behind-auth"]\n'
    )
    assert run(["check", ".", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["rule"], one["message"]) for one in found] == [
        ("unmatched-pattern", "no file of the project fits 'etc'"),
        ("unmatched-pattern", "no file of the project fits 'old/**'"),
    ]
