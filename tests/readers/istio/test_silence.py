"""What makes it unknown which policies are in force at an Istio gateway: then nothing is said that rests on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
WRONG = SAMPLES / "preflight-behind-auth/wrong-istio-token-for-every-method/istio.yaml"
ANOTHER = """apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: {name}
  namespace: {namespace}
spec:
{selector}  rules:
    - to:
        - operation:
            methods: [OPTIONS]
"""
SELECTOR = "  selector:\n    matchLabels:\n      {label}\n"


def another(name: str, namespace: str, label: str = "") -> str:
    """A policy that lets OPTIONS pass, if it is the gateway's."""
    selector = SELECTOR.format(label=label) if label else ""
    return ANOTHER.format(name=name, namespace=namespace, selector=selector)


@pytest.fixture
def rules_found(tmp_path: Path, found_in: Any) -> Callable[[dict[str, str]], list[str]]:
    def find(files: dict[str, str]) -> list[str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (tmp_path / ".git").mkdir()
        found = [one for one in found_in(tmp_path).findings if not one.pedantic]
        return [one.rule for one in found if one.rule != "template-skipped"]

    return find


def test_as_it_is_there_is_a_finding(rules_found: Any) -> None:
    assert rules_found({"a.yaml": WRONG.read_text()}) == ["preflight-behind-auth"]


@pytest.mark.parametrize(
    "policy",
    [
        another("preflights", "istio-system", "istio: ingressgateway"),
        another("preflights", "istio-system", "app: istio-ingressgateway"),
        another("preflights", "istio-system"),
        # It may be another's.
        another("preflights", "istio-system", "{istio: ingressgateway, tier: web}"),
        another("preflights", "istio-ingress"),
        another("preflights", "shop", "istio: ingressgateway"),
        # The same object, changed.
        another("customers-only", "istio-system", "istio: ingressgateway"),
    ],
)
def test_a_policy_that_may_let_options_pass(rules_found: Any, policy: str) -> None:
    text = policy.replace("matchLabels:\n      {", "matchLabels: {")
    assert rules_found({"a.yaml": WRONG.read_text(), "b/c.yaml": text}) == []


@pytest.mark.parametrize(
    "policy",
    [
        another("preflights", "orders"),
        another("preflights", "orders", "app: orders"),
        another("preflights", "istio-system", "istio: egressgateway"),
        another("preflights", "istio-system", "istio: ingressgateway").replace(
            "rules:", "action: AUDIT\n  rules:"
        ),
        # Attached to something else.
        another("preflights", "istio-system").replace(
            "  rules:", "  targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: w}]\n  rules:"
        ),
    ],
)
def test_a_policy_of_others(rules_found: Any, policy: str) -> None:
    found = rules_found({"a.yaml": WRONG.read_text(), "b/c.yaml": policy})
    assert found == ["preflight-behind-auth"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("requestPrincipals: [", "requestPrincipals: [{{ .Values.principal }}, "),
        ("[shop.example.com]", '["${HOST}"]'),
        (
            "kind: AuthorizationPolicy\nmetadata:",
            "kind: AuthorizationPolicy\nmetadata:\n  {{- if .Values.x }}\n  {{- end }}",
        ),
        ("  gateways: [istio-system/shop]", "  gateways: [istio-system/other]"),
        ("  gateways: [istio-system/shop]", "  gateways: [istio-system/shop]\n  exportTo: ['.']"),
        ("    - match:\n        - uri: {prefix: /orders}\n", "    - delegate: {name: orders}\n"),
    ],
)
def test_what_is_filled_in_or_leads_elsewhere(rules_found: Any, old: str, new: str) -> None:
    text = WRONG.read_text()
    assert old in text
    assert rules_found({"a.yaml": text.replace(old, new)}) == []


def test_two_objects_with_one_host(rules_found: Any) -> None:
    """Which route comes first nobody knows."""
    service = WRONG.read_text().split("---\n")[-1]
    other = service.replace("name: orders\n  namespace", "name: older\n  namespace").replace(
        "/orders}", "/orders/old}"
    )
    assert rules_found({"a.yaml": WRONG.read_text(), "b.yaml": other.replace("exact:", "prefix:")}) == []
