"""A CUSTOM policy as authlint's reader writes it, and as istiod does: routes say where the service is asked, or a
filter in front, of which the one that asks reads what it found. The real Envoy does the same with both."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from tests.real.envoy_comparing import Bench, Question, bench
from tests.real.written_out import bootstrap, manifests, value

from authlint.readers.istio.authorization import policies
from authlint.readers.istio.custom import NAME, asked
from authlint.readers.istio.objects import objects
from authlint.readers.istio.read import written_for

RBAC = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"
OBJECTS = """
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec:
  meshConfig:
    extensionProviders:
      - name: sessions
        envoyExtAuthzHttp: {service: sessions.sso.svc.cluster.local, port: 4180}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ["*.example.com"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [app.example.com, api.example.com]
  gateways: [istio-system/public]
  http:
    - match: [{uri: {exact: /a}}, {uri: {prefix: /b/}, method: {exact: GET}}]
      corsPolicy: {allowOrigins: [{exact: "https://page.example"}]}
      rewrite: {uri: /inside/}
      route: [{destination: {host: one}}]
    - match: [{uri: {prefix: /b}}]
      redirect: {uri: /new}
    - rewrite: {uri: /rest/}
      route: [{destination: {host: two}}]
"""
POLICY = """
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ask, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  action: CUSTOM
  provider: {name: sessions}
  rules: [{to: [{operation: OPERATION}]}]
"""
OPERATIONS = (
    "{hosts: [app.example.com]}",
    "{hosts: ['*.example.com'], notPaths: ['/b/*', '/health']}",
    "{hosts: [api.example.com], paths: ['/b*', '/health'], notMethods: [OPTIONS]}",
    "{paths: ['*.js', '/c/*'], methods: [GET, POST]}",
    "{notPaths: ['*.js'], methods: [POST]}",
    "{notPaths: ['/a'], paths: ['/a', '/b/c']}",
)
PATHS = ("/a", "/a/b", "/b", "/b/c", "/b/c.js", "/c/d", "/health", "/health/x", "/x.js", "/x.js?y=/a")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_both_ways_ask_about_the_same_requests(operation: str, tmp_path: Path, require: Any) -> None:
    binary: Path = require("envoy")
    sample = tmp_path / "sample"
    sample.mkdir()
    (sample / "istio.yaml").write_text(OBJECTS + POLICY.replace("OPERATION", operation), encoding="utf-8")
    ((made, _),) = written_for(manifests(sample))
    assert NAME in bootstrap(made)
    own = as_istiod(sample)
    with (
        bench(bootstrap(made), tmp_path / "ours", binary) as ours,
        bench(own, tmp_path / "its", binary) as its,
    ):
        for host, path, method in itertools.product(("app", "api"), PATHS, ("GET", "POST", "OPTIONS")):
            named = ("Host", f"{host}.example.com")
            one = Question(method, path, (named, ("Authorization", "Bearer x")))
            assert seen(ours, one) == seen(its, one), (method, host, path)


def as_istiod(sample: Path) -> str:
    """The routes as they are without the policy, and in front of them the filter that finds out where it fits."""
    found = manifests(sample)
    known = objects(found)
    (policy,) = known.of("AuthorizationPolicy")
    ((made, _),) = written_for([one for one in found if one.kind != "AuthorizationPolicy"])
    service = asked([policy], known)
    assert service is not None
    configuration = json.loads(bootstrap(made))
    rules = {f"istio-ext-authz-{name}": value(one) for name, one in policies(policy)}  # type: ignore[arg-type]
    finding = {"shadow_rules": {"action": "DENY", "policies": rules}, "shadow_rules_stat_prefix": "istio_"}
    asking = value(service.filter)
    asking["typed_config"]["filter_enabled_metadata"] = {
        "filter": "envoy.filters.http.rbac",
        "path": [{"key": "istio_shadow_effective_policy_id"}],
        "value": {"string_match": {"prefix": "istio-ext-authz"}},
    }
    resources = configuration["static_resources"]
    resources["clusters"].append(value(service.cluster))
    for listener in resources["listeners"]:
        filters = listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]
        filters[:0] = [
            {"name": "envoy.filters.http.rbac", "typed_config": {"@type": RBAC, **finding}},
            asking,
        ]
    return json.dumps(configuration)


def seen(server: Bench, asked: Question) -> list[object]:
    """The answer, and what the application and the service got."""
    response, _ = server.ask(asked, server.request(asked))
    got = [(one.method, one.path) for one in server.judged(server.recorder.received, False)]
    told = [(one.method, one.path) for one in server.judged(server.recorder.received, True)]
    return [response.status, response.all("location"), got, told]
