"""What stands around the Ingress objects of a repository: overlays, values of the chart, encrypted documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.readers.kubernetes.made import ingress

SNIPPET = {
    "auth-type": "basic",
    "auth-secret": "users",
    "configuration-snippet": "proxy_set_header Authorization x;",
}
PATCH = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app
  annotations:
    nginx.ingress.kubernetes.io/%s
"""


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def rules(found: Any) -> list[tuple[str, str]]:
    return [(one.rule, one.primary.span.path) for one in found.findings if not one.pedantic]


def test_a_part_of_an_object_is_not_judged_alone(tmp_path: Path, found_in: Any) -> None:
    """Its other half is in the object that it is laid over."""
    write(
        tmp_path,
        base__ingress_yaml=ingress({"auth-type": "basic"}),
        prod__auth_yaml=PATCH % "auth-secret: users",
    )
    assert rules(found_in(tmp_path)) == []


def test_a_patch_brings_what_is_wrong(tmp_path: Path, found_in: Any) -> None:
    write(
        tmp_path,
        base__ingress_yaml=ingress({"enable-cors": "true", "cors-allow-origin": "https://a.example.com"}),
        prod__cors_yaml=PATCH % "cors-allow-origin: a.example.com",
    )
    assert rules(found_in(tmp_path)) == [("cors-policy-inert", "prod/cors.yaml")]


def test_each_overlay_is_one_cluster(tmp_path: Path, found_in: Any) -> None:
    write(
        tmp_path,
        base__ingress_yaml=ingress({"auth-type": "basic", "auth-secret": "users"}),
        prod__auth_yaml=PATCH % "auth-realm: Staff",
        test__auth_yaml=PATCH % "auth-realm: Staff (test)",
    )
    assert rules(found_in(tmp_path)) == [("object-rejected", "test/auth.yaml")]


def test_null_takes_an_annotation_away(tmp_path: Path, found_in: Any) -> None:
    base = ingress({"auth-type": "basic", "auth-secret": "users", "auth-realm": "Staff (all)"})
    assert rules(found_in(write(tmp_path, base__ingress_yaml=base))) != []
    write(tmp_path, prod__auth_yaml=PATCH % "auth-realm: null")
    assert rules(found_in(tmp_path)) == []


def test_a_patch_with_rules_is_told_by_its_kustomization(tmp_path: Path, found_in: Any) -> None:
    write(
        tmp_path,
        base__ingress_yaml=ingress({"auth-type": "basic"}),
        prod__ingress_yaml=ingress({"auth-secret": "users"}, host="prod.example.com"),
    )
    assert rules(found_in(tmp_path)) != []
    write(tmp_path, prod__kustomization_yaml="resources: [../base]\npatches:\n- path: ingress.yaml\n")
    assert rules(found_in(tmp_path)) == []


@pytest.mark.parametrize("name", ["app", ""])
def test_operations_on_an_object_make_it_uncertain(tmp_path: Path, found_in: Any, name: str) -> None:
    write(tmp_path, base__ingress_yaml=ingress({"auth-type": "basic"}))
    assert rules(found_in(tmp_path)) == [("object-rejected", "base/ingress.yaml")]
    target = f"  target: {{kind: Ingress, name: {name}}}\n" if name else "  target: {kind: Ingress}\n"
    write(
        tmp_path,
        prod__kustomization_yaml="patches:\n- patch: |\n    - op: add\n      path: /metadata/annotations/x\n"
        "      value: y\n" + target,
    )
    assert rules(found_in(tmp_path)) == []


def test_operations_on_another_object_do_not(tmp_path: Path, found_in: Any) -> None:
    write(
        tmp_path,
        base__ingress_yaml=ingress({"auth-type": "basic"}),
        prod__kustomization_yaml="patches:\n- patch: |\n    - op: remove\n      path: /spec\n"
        "  target: {kind: Deployment}\n",
    )
    assert rules(found_in(tmp_path)) == [("object-rejected", "base/ingress.yaml")]


@pytest.mark.parametrize(
    "values",
    [
        "controller:\n  allowSnippetAnnotations: false\n",
        "ingress-nginx:\n  controller:\n    allowSnippetAnnotations: false\n",
        'controller:\n  config:\n    allow-snippet-annotations: "false"\n    annotations-risk-level: High\n',
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: nginx}\nspec:\n  values:\n"
        "    controller: {allowSnippetAnnotations: false}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: nginx}\nspec:\n  source:\n    helm:\n"
        "      valuesObject:\n        controller: {allowSnippetAnnotations: false}\n",
    ],
)
def test_settings_in_values_of_the_chart(tmp_path: Path, found_in: Any, values: str) -> None:
    write(tmp_path, app__ingress_yaml=ingress(SNIPPET))
    assert ("setting-ignored", "app/ingress.yaml") not in rules(found_in(tmp_path))
    write(tmp_path, nginx__values_yaml=values)
    assert ("setting-ignored", "app/ingress.yaml") in rules(found_in(tmp_path))


def test_values_of_other_charts_say_nothing(tmp_path: Path, found_in: Any) -> None:
    write(
        tmp_path,
        app__ingress_yaml=ingress(SNIPPET),
        other__values_yaml="controller:\n  image: x\nnote: allowSnippetAnnotations\n",
    )
    assert ("setting-ignored", "app/ingress.yaml") not in rules(found_in(tmp_path))


def test_an_encrypted_object_is_skipped_with_a_notice(tmp_path: Path, found_in: Any) -> None:
    sealed = ingress({"auth-type": "ENC[AES256_GCM,data:x,iv:y]"}) + "sops:\n  mac: ENC[x]\n"
    write(tmp_path, app__ingress_yaml=sealed)
    found = found_in(tmp_path).findings
    assert [(one.rule, str(one.level)) for one in found] == [("template-skipped", "info")]
    assert "SOPS" in found[0].message


def test_of_an_encrypted_secret_the_keys_are_known(tmp_path: Path, found_in: Any) -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: users, namespace: apps}\n"
        "stringData:\n  users: ENC[x]\nsops:\n  mac: ENC[y]\n"
    )
    write(
        tmp_path,
        app__ingress_yaml=ingress({"auth-type": "basic", "auth-secret": "users"}),
        app__users_yaml=secret,
    )
    assert rules(found_in(tmp_path)) == [("object-rejected", "app/ingress.yaml")]
