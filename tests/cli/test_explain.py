"""`authlint rules`, `authlint explain`, and the command line's frame."""

from __future__ import annotations

import json

import pytest

from authlint import __version__
from authlint.cli import run
from authlint.engine_rules import rule_ids


def test_every_rule_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    listed = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert {line[0] for line in listed} == rule_ids()
    assert all(level in ("info", "warning", "error") and summary for _, level, summary in listed)


def test_the_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {rule["id"] for rule in listed} == rule_ids()
    assert all({"id", "level", "summary"} <= set(rule) for rule in listed)


@pytest.mark.parametrize("rule", sorted(rule_ids()))
def test_every_rule_is_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", rule]) == 0
    first, blank, *manual = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{rule} (")
    assert blank == ""
    assert manual
    assert manual[0] != rule


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("check", "trace", "rules", "explain"))
    assert run(["check", "--help"]) == 0
    assert "--since" in capsys.readouterr().out
