"""`authlint baseline`: what was there is known, what is new is told."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from authlint.cli import run

LOCATION = """\
        location {path} {{
            add_header Access-Control-Allow-Origin https://app.example.com always;
            auth_basic "{realm}";
            auth_basic_user_file /etc/nginx/users;
            proxy_pass http://127.0.0.1:1;
        }}
"""
FILE = "authlint-baseline.json"


def configuration(*locations: tuple[str, str]) -> str:
    body = "".join(LOCATION.format(path=path, realm=realm) for path, realm in locations)
    head = "events {}\nhttp {\n    server {\n        listen 80;\n        server_name a.example;\n"
    return f"{head}{body}    }}\n}}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "nginx.conf").write_text(configuration(("/v1/", "one"), ("/v2/", "two")))
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    run(["check", ".", "--format", "json", *options])
    listed = json.loads(capsys.readouterr().out)["findings"]
    return [one["rule"] for one in listed]


def test_what_was_there_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == ["preflight-behind-auth"] * 2
    assert run(["baseline"]) == 0
    assert capsys.readouterr().out == (
        f"2 findings written to {FILE}: `authlint check` reports new ones only\n"
    )
    assert found(capsys) == []
    assert run(["check", "."]) == 0
    assert "2 more are known (--no-baseline)" in capsys.readouterr().out
    assert found(capsys, "--no-baseline") == ["preflight-behind-auth"] * 2


def test_a_new_finding_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["baseline"])
    capsys.readouterr()
    three = configuration(("/v1/", "one"), ("/v2/", "two"), ("/v3/", "three"))
    (here / "nginx.conf").write_text(three)
    assert found(capsys) == ["preflight-behind-auth"]


def test_another_one_with_the_same_words_is_new(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nginx.conf").write_text(configuration(("/v1/", "one"), ("/v2/", "one")))
    run(["baseline"])
    capsys.readouterr()
    (here / "nginx.conf").write_text(configuration(("/v1/", "one"), ("/v2/", "one"), ("/v3/", "one")))
    assert found(capsys) == ["preflight-behind-auth"]


def test_edits_of_other_lines_change_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["baseline"])
    capsys.readouterr()
    chance = random.Random(7)
    lines = (here / "nginx.conf").read_text().splitlines()
    for number in range(1000):
        at = chance.randrange(len(lines))
        if lines[at].lstrip().startswith("#") and chance.random() < 0.5:
            del lines[at]
        else:
            lines.insert(at, chance.choice(["", f"    # note {number}", "\t# -"]))
        if number % 100 == 99:
            (here / "nginx.conf").write_text("\n".join(lines) + "\n")
            assert found(capsys) == []


def test_a_cured_one_is_taken_out_and_none_is_added(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["baseline"])
    (here / "nginx.conf").write_text(configuration(("/v2/", "two"), ("/v3/", "three")))
    capsys.readouterr()
    assert run(["baseline", "--prune"]) == 0
    assert capsys.readouterr().out == f"1 finding taken out of {FILE}, 1 left\n"
    assert found(capsys) == ["preflight-behind-auth"]


def test_what_was_not_looked_at_stays_known(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "other.conf").write_text(configuration(("/v3/", "three")))
    run(["baseline"])
    (here / "nginx.conf").write_text(configuration(("/v4/", "four")))
    capsys.readouterr()
    assert run(["baseline", "nginx.conf"]) == 0
    assert capsys.readouterr().out.startswith(f"1 finding written to {FILE}, 1 of before stay")
    assert found(capsys) == []
    (here / "authlint.toml").write_text('ignore = ["preflight-behind-auth"]')
    assert run(["baseline", "--prune"]) == 0
    assert capsys.readouterr().out == f"0 findings taken out of {FILE}, 2 left\n"


def test_it_works_for_json_which_has_no_comments(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nginx.conf").unlink()
    annotations = {
        "nginx.ingress.kubernetes.io/enable-cors": "true",
        "nginx.ingress.kubernetes.io/auth-type": "basic",
        "nginx.ingress.kubernetes.io/auth-secret": "users",
    }
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "a", "port": {"number": 80}}}}
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "a", "annotations": annotations},
        "spec": {"ingressClassName": "nginx", "rules": [{"host": "a.example", "http": {"paths": [path]}}]},
    }
    (here / "ingress.json").write_text(json.dumps(ingress))
    before = found(capsys)
    assert before
    run(["baseline"])
    capsys.readouterr()
    (here / "ingress.json").write_text(json.dumps(ingress, indent=4))
    assert found(capsys) == []


def test_no_word_of_the_configuration_is_in_it(here: Path) -> None:
    run(["baseline"])
    assert "one" not in (here / FILE).read_text().replace("version", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "is no baseline of authlint's"),
        ("[", "is no baseline of authlint's"),
        ('{"version": 9, "findings": []}', "is of version 9"),
    ],
)
def test_a_file_that_is_none(here: Path, capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    (here / FILE).write_text(text)
    assert run(["check", "."]) == 2
    assert said in capsys.readouterr().err
