"""Objects in files: several documents, lists, JSON; what is broken costs itself alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.kubernetes.made import ingress

from authlint.cli import run
from authlint.readers.kubernetes.manifests import Manifest, objects
from authlint.readers.kubernetes.read import gateways
from authlint.readers.trouble import Trouble
from authlint.text import Source

WORDS = "hunter2-in-plain-sight"


def read(text: str) -> tuple[list[Manifest], list[Trouble]]:
    troubles: list[Trouble] = []
    return objects("ingress.yaml", text, troubles), troubles


def position(text: str, trouble: Trouble) -> tuple[int, int]:
    at = Source("ingress.yaml", text).position(trouble.span.start)
    return at.line, at.column


def test_several_documents() -> None:
    found, troubles = read("---\n".join([ingress(name="a"), "", "# nothing\n", ingress(name="b"), "...\n"]))
    assert [one.name for one in found] == ["a", "b"]
    assert troubles == []


def test_positions_are_those_of_the_file() -> None:
    text = "---\n".join(
        ["# a comment\n", ingress(name="a"), ingress({"auth-url": "http://x.example.com"}, name="b")]
    )
    found, _ = read(text)
    item = found[1].annotations()["nginx.ingress.kubernetes.io/auth-url"]
    assert text[item.span.start : item.span.end].startswith("nginx.ingress.kubernetes.io/auth-url: ")


def test_lists_and_json() -> None:
    one = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "a", "annotations": {"nginx.ingress.kubernetes.io/enable-cors": "true"}},
        "spec": {"rules": [{"host": "a.example.com"}]},
    }
    listed = json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": [one, {**one, "metadata": {"name": "b"}}]}
    )
    found, troubles = read(listed)
    assert [one.name for one in found] == ["a", "b"]
    assert [one.name for one in read(json.dumps(one, indent=1))[0]] == ["a"]
    assert troubles == []


def test_a_broken_document_costs_itself_alone() -> None:
    text = "---\n".join([ingress(name="a"), "kind: Ingress\nmetadata: {name: [\n", ingress(name="c")])
    found, troubles = read(text)
    assert [one.name for one in found] == ["a", "c"]
    assert [one.kind for one in troubles] == ["syntax-error"]
    line = text.count("\n", 0, text.index("metadata: {name: ["))
    assert position(text, troubles[0])[0] in (line + 1, line + 2, line + 3)


def test_documents_of_no_interest_are_not_parsed() -> None:
    found, troubles = read("kind: Deployment\nspec: [\n---\n" + ingress(name="a"))
    assert [one.name for one in found] == ["a"]
    assert troubles == []


@pytest.mark.parametrize(
    ("text", "skipped"),
    [
        (ingress().replace("app.example.com", "{{ .Values.host }}"), False),
        (ingress({"auth-url": "x"}).replace('"x"', "{{ .Values.url | quote }}"), False),
        ("{{- if .Values.on }}\n" + ingress() + "{{- end }}\n", True),
        (ingress() + "{{ toYaml .Values.more | indent 2 }}\n", True),
        (ingress().replace("  ingressClassName: nginx\n", '{{ include "class" . }}\n'), True),
    ],
)
def test_templates_are_masked_or_skipped(text: str, skipped: bool) -> None:
    found, troubles = read(text)
    assert [one.kind for one in troubles] == (["template-skipped"] if skipped else [])
    assert bool(found) is not skipped
    assert all(trouble.harmless for trouble in troubles)


def test_what_a_template_writes_is_not_judged() -> None:
    text = ingress({"auth-realm": "x", "auth-type": "basic", "auth-secret": "users"})
    text = text.replace('"x"', '"{{ .Values.realm }} (!)"')
    found, _ = gateways(read(text)[0], [])
    assert [fact for fact in found[0].facts if type(fact).__name__ == "Rejected"] == []


def test_one_notice_for_many_templates(tmp_path: Path, found_in: Any) -> None:
    for number in range(5):
        (tmp_path / f"{number}.yaml").write_text("{{- if .Values.on }}\n" + ingress() + "{{- end }}\n")
    findings = [one for one in found_in(tmp_path).findings if one.rule == "template-skipped"]
    assert len(findings) == 1
    assert "4 more places" in findings[0].message


def test_anchors_and_merge_keys() -> None:
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  labels: &more\n"
        "    nginx.ingress.kubernetes.io/auth-url: http://login.example.com/x\n"
        "  annotations:\n    <<: *more\n    nginx.ingress.kubernetes.io/auth-method: GET\n"
        "spec:\n  rules:\n  - host: a.example.com\n"
    )
    (one,), troubles = read(text)
    assert troubles == []
    assert {key.rpartition("/")[2] for key in one.annotations()} == {"auth-url", "auth-method"}


def test_an_alias_bomb_is_bounded() -> None:
    lines = ["kind: Ingress", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        inner = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{inner}]")
    found, troubles = read("\n".join(lines) + "\n---\n" + ingress(name="b"))
    assert [one.name for one in found] == ["b"]
    assert "aliases" in troubles[0].message


def test_an_object_inside_itself_is_refused() -> None:
    found, troubles = read("kind: Ingress\nmetadata: &a\n  name: *a\n")
    assert found == []
    assert len(troubles) == 1


SECRET = (
    "apiVersion: v1\nkind: Secret\nmetadata: {{name: users, namespace: apps}}\n"
    "stringData: {{{key}: 'alice:{words}'}}\ndata: {{token: {words}}}\n"
)


@pytest.mark.parametrize("key", ["auth", "users"])
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_secrets_values_never_appear(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: str,
    form: str,
) -> None:
    """Neither where they lie in the file of a finding, nor where the finding is about the Secret itself."""
    given = {"auth-type": "basic", "auth-secret": "users", "enable-cors": "true"}
    (tmp_path / "all.yaml").write_text(SECRET.format(key=key, words=WORDS) + "---\n" + ingress(given))
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--pedantic", "--format", form, "."]) in (0, 1)
    shown = capsys.readouterr()
    assert "all.yaml" in shown.out
    assert WORDS not in shown.out + shown.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secrets_values_never_appear_in_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    given = {"auth-type": "basic", "auth-secret": "users"}
    (tmp_path / "all.yaml").write_text(SECRET.format(key="auth", words=WORDS) + "---\n" + ingress(given))
    monkeypatch.chdir(tmp_path)
    asked = ["--request", "GET http://app.example.com/"]
    assert run(["trace", "--format", form, "--show-secrets", "all.yaml", *asked]) == 0
    shown = capsys.readouterr()
    assert "401" in shown.out
    assert WORDS not in shown.out + shown.err
