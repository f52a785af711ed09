"""Values of charts, wherever they are written: what they say of the controller, and of an Ingress that is to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from tests.readers.kubernetes.made import ingress, read

from authlint.readers.kubernetes.controller import controller

CONTROLLER = "controller:\n  config:\n    global-auth-url: http://login.shop/oauth2/auth\n"
SHOP = """\
ingress:
  enabled: true
  className: nginx
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "*"
    nginx.ingress.kubernetes.io/auth-url: http://login.shop.svc.cluster.local/oauth2/auth
  hosts:
  - host: shop.example.com
    paths:
    - path: /
      pathType: Prefix
"""
RULE = "wildcard-origin-with-credentials"


def release(values: str) -> str:
    return (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: x\n  namespace: shop\n"
        "spec:\n  values:\n" + indent(values, "    ")
    )


def application(values: str, key: str = "valuesObject:", around: str = "source") -> str:
    head = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: x\nspec:\n"
    if around == "sources":
        return head + f"  sources:\n  - chart: x\n    helm:\n      {key}\n" + indent(values, "        ")
    return head + f"  source:\n    chart: x\n    helm:\n      {key}\n" + indent(values, "        ")


def application_set(values: str) -> str:
    one = application(values).partition("spec:\n")[2]
    head = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: x\nspec:\n"
    return head + "  template:\n    spec:\n" + indent(one, "    ")


FORMS: dict[str, Callable[[str], str]] = {
    "values": str,
    "release": release,
    "object": application,
    "text": lambda values: application(values, "values: |"),
    "stripped text": lambda values: application(values, "values: |-"),
    "several sources": lambda values: application(values, "values: |", "sources"),
    "set": application_set,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_controller_is_told(form: str) -> None:
    found = controller(read(FORMS[form](CONTROLLER)))
    assert found.text("global-auth-url") == "http://login.shop/oauth2/auth"


@pytest.mark.parametrize("form", FORMS)
def test_what_a_chart_will_make_is_judged_at_the_value(form: str, tmp_path: Path, found_in: Any) -> None:
    text = FORMS[form](SHOP)
    (tmp_path / "shop.yaml").write_text(text)
    found = found_in(tmp_path)
    (one,) = [finding for finding in found.findings if not finding.pedantic]
    assert (one.rule, one.routes) == (RULE, ("shop.example.com/",))
    line = text.splitlines().index(next(line for line in text.splitlines() if "cors-allow-origin" in line))
    assert found.sources.position(one.primary.span).line == line + 1


@pytest.mark.parametrize(
    "values",
    [
        SHOP.replace("enabled: true", "enabled: false"),
        SHOP.replace("nginx.ingress.kubernetes.io/", "traefik.ingress.kubernetes.io/"),
        SHOP.replace("className: nginx", "className: traefik"),
        SHOP.replace('"*"', "https://app.example.com"),
    ],
    ids=["switched off", "another prefix", "another class", "in order"],
)
def test_nothing_is_said_of_other_values(values: str, tmp_path: Path, found_in: Any) -> None:
    (tmp_path / "values.yaml").write_text(values)
    assert not found_in(tmp_path).findings


@pytest.mark.parametrize(
    ("hosts", "title"),
    [
        ("  hosts: [shop.example.com]\n", "shop.example.com/"),
        ("  hostname: shop.example.com\n  path: /\n", "shop.example.com/"),
        ("  hosts:\n  - host: shop.example.com\n    paths: [/api]\n", "shop.example.com/api/"),
        ("", "any host/"),
    ],
)
def test_hosts_are_written_in_several_ways(hosts: str, title: str, tmp_path: Path, found_in: Any) -> None:
    (tmp_path / "values.yaml").write_text(SHOP.partition("  hosts:")[0] + hosts)
    (one,) = found_in(tmp_path).findings
    assert title in one.routes


def test_each_environment_is_a_release_of_its_own(tmp_path: Path, found_in: Any) -> None:
    for name in ("values-test.yaml", "values-live.yaml"):
        (tmp_path / name).write_text(SHOP)
    paths = [one.primary.span.path for one in found_in(tmp_path).findings]
    assert sorted(paths) == ["values-live.yaml", "values-test.yaml"]


def test_an_object_is_found_in_json_and_in_lists(tmp_path: Path, found_in: Any) -> None:
    yaml = pytest.importorskip("yaml")
    cors = {"enable-cors": "true", "cors-allow-origin": "*", "cors-allow-credentials": "true"}
    one = yaml.safe_load(ingress(cors))
    whole = {"apiVersion": "v1", "kind": "List", "items": [one], "metadata": {"resourceVersion": ""}}
    for name, text in (
        ("one.json", json.dumps(one)),
        ("all.json", json.dumps(whole, indent=2)),
        ("all.yaml", yaml.safe_dump(whole)),
    ):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        (folder / name).write_text(text)
        assert [finding.rule for finding in found_in(folder).findings if not finding.pedantic] == [RULE]
