"""Rules of others: only those that are named, under ids of their own, and what a broken one costs."""

from __future__ import annotations

import json
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from authlint.cli import run

OWN = Path(__file__).parents[1] / "docs" / "own-rules" / "src"
OPEN = """\
events {}
http {
    server {
        listen 80;
        server_name staff.acme.example;
        location /internal/ {
            proxy_pass http://reports:8080; # here
        }
    }
}
"""
ID = "acme/internal-is-open"
RULE = """\
from authlint.finding import Finding, Label, Level
from authlint.rule import Rule
from authlint.text import Span

def check(site):
    {body}

RULES = [Rule("{id}", "s", Level.INFO, "", "m", check)]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one open route, and the entry points `acme` and `other`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(OWN))
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    points = [
        EntryPoint("acme", "acme_authlint:RULES", "authlint.rules"),
        EntryPoint("other", "other_rules:RULES", "authlint.rules"),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    for name in ("acme_authlint", "acme_authlint.internal_is_open", "other_rules"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "nginx.conf").write_text(OPEN)
    return tmp_path


def settings(here: Path, text: str) -> None:
    (here / "authlint.toml").write_text(text)


def other(here: Path, body: str, rule: str = "other/rule") -> None:
    (here / "lib" / "other_rules.py").write_text(RULE.format(body=body, id=rule))


def found(capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str]]:
    run(["check", "nginx.conf", "--format", "json", *options])
    listed = json.loads(capsys.readouterr().out)["findings"]
    return [(one["rule"], one["level"]) for one in listed]


def test_nothing_is_imported_unasked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == []
    settings(here, 'plugins = ["acme"]')
    assert found(capsys, "--isolated") == []
    assert "acme_authlint" not in sys.modules
    assert found(capsys) == [(ID, "error")]
    assert "other_rules" not in sys.modules


def test_everything_knows_their_ids(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(here, f'plugins = ["acme"]\nignore = ["{ID}"]')
    assert found(capsys) == []
    settings(here, f'plugins = ["acme"]\n[levels]\n"{ID}" = "info"')
    assert found(capsys) == [(ID, "info")]
    assert found(capsys, "--select", "token-logged") == []
    assert found(capsys, "--ignore", ID) == []
    settings(here, f'plugins = ["acme"]\n[[per-path]]\npaths = ["*.conf"]\nignore = ["{ID}"]')
    assert found(capsys) == []


def test_comments_and_baselines_know_them(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(here, 'plugins = ["acme"]')
    text = OPEN.replace("location /internal/ {", f"location /internal/ {{ # authlint: ignore[{ID}] known")
    (here / "nginx.conf").write_text(text)
    assert found(capsys) == []
    (here / "nginx.conf").write_text(OPEN)
    assert run(["baseline"]) == 0
    capsys.readouterr()
    assert found(capsys) == []
    assert found(capsys, "--no-baseline") == [(ID, "error")]


def test_they_are_listed_explained_and_described(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(here, 'plugins = ["acme"]')
    assert run(["rules"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == [
        ID, "error", "A", "path", "below", "/internal/", "is", "served", "without", "credentials",
    ]  # fmt: skip
    assert run(["explain", ID]) == 0
    assert "Everything below /internal/ is for staff" in capsys.readouterr().out
    run(["check", "nginx.conf", "--format", "sarif"])
    described = json.loads(capsys.readouterr().out)["runs"][0]["tool"]["driver"]["rules"]
    assert described[-1]["id"] == ID
    assert run(["config", "show"]) == 0
    assert f"{ID}  (authlint.toml:1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('plugins = ["acne"]', "1: no installed package offers rules called 'acne'; did you mean 'acme'?"),
        ('ignore = ["acme/x"]\nplugins = ["acne"]', "1: there is no rule 'acme/x'"),
        (
            'plugins = ["acme"]\nignore = ["acme/internal-is-opn"]',
            f"2: there is no rule 'acme/internal-is-opn'; did you mean '{ID}'?",
        ),
        (
            'plugins = ["other"]',
            "1: the rules called 'other' cannot be loaded: ModuleNotFoundError: No module named 'other_rules'",
        ),
        ('plugins = ["a b"]', "1: plugins: 'a b' is no name of rules: words in lower case, with - between"),
    ],
)  # fmt: skip
def test_a_name_that_is_of_no_use(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    settings(here, text)
    assert run(["check", "nginx.conf"]) == 2
    assert f"authlint.toml:{said}" in capsys.readouterr().err


def test_of_rules_that_could_not_be_loaded_nobody_says_that_there_are_none(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(here, 'plugins = ["other"]\nignore = ["other/rule"]')
    assert run(["check", "nginx.conf"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("token-logged", "the id 'token-logged' must be other/ and words in lower case with - between"),
        ("acme/x", "the id 'acme/x' must be other/"),
        ("other/X", "the id 'other/X' must be other/"),
    ],
)
def test_ids_have_the_name_before_them(
    here: Path, capsys: pytest.CaptureFixture[str], rule: str, said: str
) -> None:
    settings(here, 'plugins = ["other"]')
    other(here, "yield from ()", rule)
    assert run(["check", "nginx.conf"]) == 2
    assert f"cannot be loaded: ValueError: {said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("raise KeyError('hunter2')", "KeyError at other_rules.py:6"),
        ("yield 1 / 0", "ZeroDivisionError at other_rules.py:6"),
        ("raise SystemExit(0)", "SystemExit at other_rules.py:6"),
        ("return None", "TypeError"),
        ("yield 'a finding'", "ValueError"),
        ("yield Finding('token-logged', Level.INFO, 'm', Label(Span('nginx.conf', 0, 1), 't'))", "ValueError"),
        ("yield Finding('other/rule', Level.INFO, 'm', Label(Span('none.conf', 0, 1), 't'))", "ValueError"),
        ("yield Finding('other/rule', Level.INFO, 'm', Label(Span('nginx.conf', 0, 9999), 't'))", "ValueError"),
    ],
)  # fmt: skip
def test_a_rule_that_fails_costs_itself_only(
    here: Path, capsys: pytest.CaptureFixture[str], body: str, kind: str
) -> None:
    settings(here, 'plugins = ["other", "acme"]')
    other(here, body)
    assert run(["check", "nginx.conf", "--exit-zero"]) == 3
    said = capsys.readouterr()
    assert f"error[{ID}]" in said.out
    (line,) = said.err.splitlines()
    assert line.startswith(f"authlint: other/rule failed ({kind}")
    assert "hunter2" not in line
    assert run(["baseline"]) == 3
    assert not (here / "authlint-baseline.json").exists()
    run(["check", "nginx.conf", "--format", "json"])
    notices = json.loads(capsys.readouterr().out)["notices"]
    assert "other/rule" in {one["path"] for one in notices}


def test_what_it_found_before_counts(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings(here, 'plugins = ["other"]')
    other(
        here,
        "yield Finding('other/rule', Level.INFO, 'm', Label(Span('nginx.conf', 0, 1), 't')); raise OSError",
    )
    assert found(capsys) == [("other/rule", "info")]
