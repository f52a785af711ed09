"""Standard input without a name, and charts and overlays that are rendered when the user asks for it."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest
from tests.readers.kubernetes.made import ingress

from authlint.cli import run

RULE = "wildcard-origin-with-credentials"
CORS = {"enable-cors": "true", "cors-allow-origin": "*", "cors-allow-credentials": "true"}
WRONG, RIGHT = ingress(CORS), ingress({**CORS, "cors-allow-origin": "https://app.example.com"})


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path / "project"


def program(here: Path, name: str, *lines: str) -> None:
    """A program of this name that prints these lines of shell."""
    path = here.parent / "bin" / name
    path.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def printing(here: Path, name: str, text: str) -> None:
    program(here, name, f'echo "$@" > {here}/called', f"cat <<'END'\n{text}END")


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str]]:
    run([*arguments, "--format", "json"])
    told = json.loads(capsys.readouterr().out)["findings"]
    return [(one["rule"], one["path"] if "path" in one else one["file"]) for one in told]


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def chart(here: Path) -> None:
    folder = here / "shop"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (folder / "templates" / "ingress.yaml").write_text("{{- if .Values.x }}\n" + WRONG + "{{- end }}\n")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("---\n# Source: shop/templates/ingress.yaml\n" + WRONG, "stdin.yaml"),
        (json.dumps({"kind": "List", "apiVersion": "v1", "items": []}), "stdin.json"),
        ("events {}\nhttp { server { location / { auth_basic x; } } }\n", "stdin.conf"),
    ],
)
def test_standard_input_is_called_by_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, text: str, name: str
) -> None:
    from authlint.cli.given import standard_input

    given(monkeypatch, text)
    assert standard_input("") == (name, text)
    given(monkeypatch, text)
    assert standard_input("x.yaml")[0] == "x.yaml"


def test_what_was_rendered_counts_and_not_its_parts(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same object lies in the project: it is no rival of itself."""
    (here / "base.yaml").write_text(RIGHT)
    given(monkeypatch, WRONG)
    assert found(capsys, "-") == [(RULE, "stdin.yaml")]


def test_a_chart_is_rendered_if_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart(here)
    printing(here, "helm", "---\n# Source: shop/templates/ingress.yaml\n" + WRONG)
    assert (RULE, "shop/helm-template.yaml") not in found(capsys, ".")
    assert not (here / "called").exists()
    assert found(capsys, "--render", ".") == [(RULE, "shop/helm-template.yaml")]
    assert (here / "called").read_text() == "template shop ./shop\n"


def test_the_outermost_kustomizations_are_rendered(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, text in (("base", "resources:\n- ingress.yaml\n"), ("live", "resources:\n  - ../base\n")):
        (here / folder).mkdir()
        (here / folder / "kustomization.yaml").write_text(text)
    (here / "base" / "ingress.yaml").write_text(RIGHT)
    printing(here, "kustomize", WRONG)
    assert found(capsys, "--render", ".") == [(RULE, "live/kustomize-build.yaml")]
    assert (here / "called").read_text() == "build ./live\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (None, "--render needs helm for ./shop, and it is not installed"),
        (("echo 'Error: no such chart' >&2", "exit 1"), "failed: Error: no such chart"),
    ],
)
def test_a_program_that_is_missing_or_fails_ends_the_run(
    here: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...] | None, said: str
) -> None:
    chart(here)
    if lines is not None:
        program(here, "helm", *lines)
    assert run(["--render", "."]) == 2
    assert said in capsys.readouterr().err


def test_there_must_be_something_to_render(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--render", "."]) == 2
    assert "there is no Chart.yaml" in capsys.readouterr().err
    assert run(["--render", "--fix", "."]) == 2
    assert "do not go together" in capsys.readouterr().err
