"""At which of a Gateway's listeners the requests of a route come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

RULE = "authorization-not-allowed"
CLASS = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: edge}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
"""
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: edge
  listeners:
    - {name: every, protocol: HTTPS, port: 443, hostname: "*.example.com"}
    - {name: api, protocol: HTTPS, port: 443, hostname: api.example.com}
"""
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [api.example.com]
  rules:
    - matches: [{path: {value: /orders}}]
      filters:
        - type: CORS
          cors: {allowOrigins: ["https://app.example.com"], allowMethods: [GET], allowHeaders: [content-type]}
      backendRefs: [{name: orders, port: 80}]
"""


def asking(listener: str) -> str:
    return f"""
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {{name: passwords, namespace: shop}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: edge, sectionName: {listener}}}]
  basicAuth: {{users: {{name: users}}}}
"""


def found(tmp_path: Path, found_in: Any, *objects: str) -> set[str]:
    (tmp_path / "objects.yaml").write_text("---".join(objects))
    return {one.rule for one in found_in(tmp_path).findings if not one.pedantic}


@pytest.mark.parametrize(("listener", "rules"), [("api", {RULE}), ("every", set())])
def test_the_listener_for_this_very_name_takes_the_requests(
    listener: str, rules: set[str], tmp_path: Path, found_in: Any
) -> None:
    assert found(tmp_path, found_in, CLASS, GATEWAY, ROUTE, asking(listener)) == rules


@pytest.mark.parametrize(
    ("route", "gateway", "rules"),
    [
        ("namespace: shop", "namespace: shop", {RULE}),
        ("namespace: default", "namespace: shop", set()),
        ("namespace: shop", "namespace: default", set()),
        ("labels: {}", "namespace: shop", {RULE}),
        ("namespace: shop", "labels: {}", {RULE}),
    ],
)
def test_a_gateway_in_another_namespace_is_another(
    route: str, gateway: str, rules: set[str], tmp_path: Path, found_in: Any
) -> None:
    """A namespace that is not written may be any; `default` is one as all others."""
    own = ROUTE.replace("namespace: shop", route)
    other = GATEWAY.replace("namespace: shop", gateway)
    policy = asking("api").replace("namespace: shop", gateway)
    assert found(tmp_path, found_in, CLASS, other, own, policy) == rules


@pytest.mark.parametrize(("namespace", "rules"), [("shop", {RULE}), ("default", set())])
def test_a_policy_in_another_namespace_is_for_another_route(
    namespace: str, rules: set[str], tmp_path: Path, found_in: Any
) -> None:
    own = asking("api").replace(
        "kind: Gateway, name: edge, sectionName: api", "kind: HTTPRoute, name: orders"
    )
    plain = ROUTE.replace("type: CORS", "type: RequestMirror").replace(
        "          cors:", "          requestMirror:"
    )
    beside = plain.replace("namespace: shop", "namespace: default").replace("api.example", "other.example")
    policy = own.replace("namespace: shop", f"namespace: {namespace}")
    assert found(tmp_path, found_in, CLASS, GATEWAY, ROUTE, beside, policy) == rules
