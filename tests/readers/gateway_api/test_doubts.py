"""What leaves a route open: whatever is not read, or said twice, takes the finding away; what has nothing to do with it
does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.real.written_out import manifests

from authlint.readers.gateway_api.lowering import lowered

SAMPLE = (
    Path(__file__).parents[3] / "samples/authorization-not-allowed/wrong-gateway-api-list/gateway-api.yaml"
)
RULE = "authorization-not-allowed"
TO_ROUTE = "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: orders}]"
TO_GATEWAY = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]"


def policy(kind: str, namespace: str, spec: str, name: str = "other") -> str:
    return f"""
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  {spec}
"""


OPEN = {
    "a second policy for the route": policy(
        "SecurityPolicy", "shop", f"{TO_ROUTE}\n  cors: {{allowOrigins: ['*']}}"
    ),
    "a response that is put in its place": policy(
        "BackendTrafficPolicy", "shop", f"{TO_ROUTE}\n  responseOverride: [{{match: {{statusCodes: []}}}}]"
    ),
    "a patch of the proxy's configuration": policy(
        "EnvoyPatchPolicy", "infra", f"{TO_GATEWAY}\n  type: JSONPatch"
    ),
    "another order of the filters": policy("EnvoyProxy", "infra", "filterOrder: [{name: x, before: y}]"),
    "another order of the routes": policy("EnvoyProxy", "infra", "preserveRouteOrder: true"),
    "a policy for what an expression selects": policy(
        "SecurityPolicy",
        "shop",
        "targetSelectors: [{kind: HTTPRoute, matchExpressions: [{key: a, operator: Exists}]}]\n  cors: {}",
    ),
    "another route with the same match": """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: older, namespace: shop}
spec:
  parentRefs: [{name: edge, namespace: infra}]
  hostnames: [api.example.com]
  rules: [{matches: [{path: {value: /orders}}], backendRefs: [{name: old, port: 80}]}]
""",
    "the same policy, saying something else": policy("SecurityPolicy", "shop", TO_ROUTE, "orders"),
    "the same route, saying something else": """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec: {rules: []}
""",
}
CLOSED = {
    "a policy for another route": policy(
        "SecurityPolicy", "shop", TO_ROUTE.replace("orders", "stock") + "\n  cors: {allowOrigins: ['*']}"
    ),
    "a policy in another namespace": policy(
        "SecurityPolicy", "stock", f"{TO_ROUTE}\n  cors: {{allowOrigins: ['*']}}"
    ),
    "a policy for the Gateway": policy(
        "SecurityPolicy", "infra", f"{TO_GATEWAY}\n  cors: {{allowOrigins: ['*']}}"
    ),
    "time": policy(
        "BackendTrafficPolicy", "shop", f"{TO_ROUTE}\n  timeout: {{http: {{requestTimeout: 9s}}}}"
    ),
    "an extension, which runs behind": policy(
        "EnvoyExtensionPolicy", "shop", f"{TO_ROUTE}\n  lua: [{{type: Inline}}]"
    ),
    "a policy of another product": policy("SecurityPolicy", "shop", TO_ROUTE).replace(
        "gateway.envoyproxy", "nsx.vmware"
    ),
}


def rules_in(found: Any) -> set[str]:
    return {one.rule for one in found.findings if not one.pedantic}


@pytest.mark.parametrize("more", OPEN.values(), ids=OPEN)
def test_nothing_is_said_where_nobody_knows(more: str, tmp_path: Path, found_in: Any) -> None:
    (tmp_path / "gateway-api.yaml").write_text(SAMPLE.read_text() + "---\n" + more)
    # That two policies have one target is certain.
    assert rules_in(found_in(tmp_path)) <= {"policy-overridden"}


@pytest.mark.parametrize("more", CLOSED.values(), ids=CLOSED)
def test_what_concerns_something_else_changes_nothing(more: str, tmp_path: Path, found_in: Any) -> None:
    (tmp_path / "gateway-api.yaml").write_text(SAMPLE.read_text() + "---\n" + more)
    assert RULE in rules_in(found_in(tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  cors:\n", "  mergeType: StrategicMerge\n  cors:\n"),
        ("    allowHeaders: [content-type, x-request-id]\n", "    allowHeaders: ['{{ .Values.header }}']\n"),
        ("    allowHeaders: [content-type, x-request-id]\n", "    allowHeaders: ['${HEADERS}']\n"),
        ('"https://app.example.com", ', '"${ORIGIN}", '),
        ("api.example.com]", '"api.${DOMAIN}"]'),
        ("  cors:\n", "  csrf: {}\n  cors:\n"),
        ("      backendRefs:", "      filters: [{type: ExternalAuth}]\n      backendRefs:"),
        ("api.example.com]", '"{{ .Values.host }}"]'),
        ("gateway.envoyproxy.io/", "security.example.com/"),
    ],
)
def test_one_object_alone_leaves_it_open(old: str, new: str, tmp_path: Path, found_in: Any) -> None:
    text = SAMPLE.read_text()
    assert text.count(old) == 1
    (tmp_path / "gateway-api.yaml").write_text(text.replace(old, new))
    assert rules_in(found_in(tmp_path)) == set()


@pytest.mark.parametrize(
    "patch",
    [
        "patches: [{path: cors.yaml}]",
        "patches: [{target: {kind: SecurityPolicy, name: orders}, patch: '- {op: remove, path: /spec/cors}'}]",
    ],
)
def test_a_patch_of_an_overlay_is_not_laid_over(patch: str, tmp_path: Path, found_in: Any) -> None:
    (tmp_path / "gateway-api.yaml").write_text(SAMPLE.read_text())
    (tmp_path / "kustomization.yaml").write_text(f"resources: [gateway-api.yaml]\n{patch}\n")
    if "path: cors.yaml" in patch:
        (tmp_path / "cors.yaml").write_text(policy("SecurityPolicy", "shop", "cors: null", "orders"))
    assert rules_in(found_in(tmp_path)) == set()


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        (("clusters/staging/shop", "clusters/production/shop"), 1),
        (("base", "overlays/staging"), 1),
        (("shop", "shop/staging"), 0),  # one lies in the other
        ((".", "."), 0),
    ],
)
def test_folders_side_by_side_are_clusters_of_their_own(
    folders: tuple[str, str], found: int, tmp_path: Path, found_in: Any
) -> None:
    """The second has the header in its list, and is fine."""
    text = SAMPLE.read_text()
    fine = text.replace("[content-type, x-request-id]", "[authorization]")
    for number, (folder, content) in enumerate(zip(folders, (text, fine), strict=True)):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / f"policy-{number}.yaml").write_text(content)
    assert [one.rule for one in found_in(tmp_path).findings if not one.pedantic] == [RULE] * found


def test_a_partial_object_in_a_folder_of_its_own_is_no_cluster(tmp_path: Path, found_in: Any) -> None:
    text = SAMPLE.read_text()
    for folder, content in (
        ("base", text),
        ("staging", policy("SecurityPolicy", "shop", "cors: {}", "orders")),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "policy.yaml").write_text(content)
    assert rules_in(found_in(tmp_path)) == set()


IN_FRONT = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: CLASS
  listeners:
    - {name: https, port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}}}
"""


@pytest.mark.parametrize(
    ("named", "target", "found"),
    [
        ("istio", "orders", True),  # a policy that is for its route
        ("istio", "stock", False),
        ("envoy-internal", "stock", True),
    ],
)
def test_another_control_planes_gateway_is_none_of_ours(
    named: str, target: str, found: bool, tmp_path: Path
) -> None:
    """The filter takes the header away, whoever reads it; the policy may be for a route that is not here."""
    text = SAMPLE.read_text().replace("kind: HTTPRoute, name: orders", f"kind: HTTPRoute, name: {target}")
    removed = "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [authorization]}}]"
    text = text.replace("      backendRefs:", f"      {removed}\n      backendRefs:")
    (tmp_path / "gateway-api.yaml").write_text(text + "---" + IN_FRONT.replace("CLASS", named))
    assert bool(list(lowered(manifests(tmp_path)))) == found


def test_a_policy_for_a_listener_that_nobody_knows_leaves_it_open(tmp_path: Path, found_in: Any) -> None:
    at_gateway = SAMPLE.read_text().replace(
        "  namespace: shop\nspec:\n  targetRefs", "  namespace: infra\nspec:\n  targetRefs"
    )
    at_gateway = at_gateway.replace("kind: HTTPRoute, name: orders", "kind: Gateway, name: edge")
    (tmp_path / "gateway-api.yaml").write_text(at_gateway)
    assert rules_in(found_in(tmp_path)) == {RULE}
    listener = policy(
        "SecurityPolicy",
        "infra",
        "targetRefs: [{kind: Gateway, name: edge, sectionName: partners}]\n  cors: {}",
    )
    (tmp_path / "gateway-api.yaml").write_text(at_gateway + "---\n" + listener)
    assert rules_in(found_in(tmp_path)) == set()


def test_a_gateway_whose_name_is_filled_in_is_told_in_words(tmp_path: Path, found_in: Any) -> None:
    text = SAMPLE.read_text().replace("name: edge", "name: ${GATEWAY}")
    (tmp_path / "gateway-api.yaml").write_text(text)
    (one,) = (one for one in found_in(tmp_path).findings if not one.pedantic)
    assert any(
        "the Gateway that a template names, which is not in this project" in said for said in one.stated
    )
