"""The annotation that says of a whole object: this is fine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from tests.readers.kubernetes.made import ingress

from authlint.cli import run

WRONG = {"auth-type": "basic"}
RULE = "object-rejected"


def told(text: str, value: str, name: str = "app") -> str:
    """The object of that name with the annotation."""
    head, _, rest = text.partition(f"  name: {name}\n")
    return (
        head
        + f"  name: {name}\n"
        + rest.replace("  annotations:\n", f'  annotations:\n    authlint.dev/ignore: "{value}"\n', 1)
    )


def found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> list[str]:
    (tmp_path / "all.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    run(["check", "--format", "json", "."])
    return [f"{one['rule']}:{one['line']}" for one in json.loads(capsys.readouterr().out)["findings"]]


@pytest.mark.parametrize(
    ("value", "quiet"),
    [
        (RULE, True),
        (f"setting-ignored, {RULE}; the Secret comes later", True),
        (f"{RULE}; until=2999-01-31", True),
        (f"{RULE}; until=2020-01-31", False),
        ("setting-ignored", False),
    ],
)
def test_it_names_rules(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str,
    quiet: bool,
) -> None:
    left = found(tmp_path, monkeypatch, capsys, told(ingress(WRONG), value))
    assert (RULE not in {one.partition(":")[0] for one in left}) is quiet


def test_it_is_about_its_object_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both = told(ingress(WRONG, name="a", host="a.example.com"), RULE, "a")
    text = both + "---\n" + ingress(WRONG, name="b", host="b.example.com")
    line = text[: text.rindex("auth-type")].count("\n") + 1
    assert found(tmp_path, monkeypatch, capsys, text) == [f"{RULE}:{line}"]


def test_in_a_list_it_is_about_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        told(ingress(WRONG, name="a", host="a.example.com"), RULE, "a"),
        ingress(WRONG, name="b", host="b.example.com"),
    ]
    listed = "apiVersion: v1\nkind: List\nitems:\n" + "".join(
        "- " + entry.replace("\n", "\n  ").rstrip(" ") for entry in entries
    )
    line = listed[: listed.rindex("auth-type")].count("\n") + 1
    assert found(tmp_path, monkeypatch, capsys, listed) == [f"{RULE}:{line}"]


def test_one_that_is_about_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(ingress({"enable-cors": "false"}), RULE)
    assert [one.partition(":")[0] for one in found(tmp_path, monkeypatch, capsys, text)] == [
        "unused-suppression"
    ]


IN_BRACES = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app, annotations: {SAID, nginx.ingress.kubernetes.io/auth-type: basic}}
spec: {rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a}}}]}}]}
"""


@pytest.mark.parametrize(
    ("said", "quiet"),
    [
        (f"authlint.dev/ignore: '{RULE}; fine, for now'", True),
        (f'"authlint.dev/ignore": "{RULE}"', True),
        (f"authlint.dev/ignore: {RULE}; fine", True),
        ("authlint.dev/ignore: setting-ignored", False),
    ],
)
def test_it_may_stand_in_braces(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    quiet: bool,
) -> None:
    left = found(tmp_path, monkeypatch, capsys, IN_BRACES.replace("SAID", said))
    assert (RULE not in {one.partition(":")[0] for one in left}) is quiet


@pytest.mark.parametrize("quiet", [True, False])
def test_json_has_it_where_it_has_no_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quiet: bool
) -> None:
    said = f"{RULE if quiet else 'setting-ignored'}; fine"
    data = yaml.safe_load(IN_BRACES.replace("SAID", f"authlint.dev/ignore: '{said}'"))
    other = yaml.safe_load(
        IN_BRACES.replace("SAID, ", "").replace("name: app", "name: b").replace("a.ex", "b.ex")
    )
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [data, other]}, indent=2)
    left = found(tmp_path, monkeypatch, capsys, text)
    assert [one.partition(":")[0] for one in left].count(RULE) == (1 if quiet else 2)
