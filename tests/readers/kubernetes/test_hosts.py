"""Hosts merged over all Ingress objects, kinds of paths, and patterns that take over a whole host."""

from __future__ import annotations

import pytest
from tests.readers.kubernetes.made import gateway, ingress, locations, nodes, read, server

from authlint.flow.assume import Assume
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.readers.kubernetes.read import gateways

PASSWORD = {"auth-type": "basic", "auth-secret": "users"}


def answer(*documents: str, path: str, host: str = "app.example.com") -> tuple[int | None, str | None]:
    outcome = run(gateway(*documents), Request("GET", f"http://{host}{path}"), Assume())
    return outcome.status, outcome.upstream.name if outcome.upstream is not None else None


def test_paths_of_several_objects_are_one_host() -> None:
    both = (ingress(None, ("/a", "Prefix"), name="a"), ingress(PASSWORD, ("/b", "Prefix"), name="b"))
    assert [name for name in locations(*both) if "external" not in name] == [
        "/a/",
        "= /a",
        "/b/",
        "= /b",
        "/",
    ]
    assert answer(*both, path="/a/x") == (200, "apps-a-80")
    assert answer(*both, path="/b/x") == (401, None)


@pytest.mark.parametrize(
    ("kind", "path", "taken"),
    [
        ("Prefix", "/shop", True),
        ("Prefix", "/shop/", True),
        ("Prefix", "/shop/x", True),
        ("Prefix", "/shopping", False),
        ("Exact", "/shop", True),
        ("Exact", "/shop/", False),
        ("ImplementationSpecific", "/shop/x", True),
        ("ImplementationSpecific", "/shopping", False),
    ],
)
def test_kinds_of_paths(kind: str, path: str, taken: bool) -> None:
    assert answer(ingress(None, ("/shop", kind)), path=path)[0] == (200 if taken else 404)


def test_an_exact_path_keeps_its_place_beside_a_prefix() -> None:
    both = (
        ingress(PASSWORD, ("/login", "Exact"), name="a"),
        ingress(None, ("/login", "Prefix"), name="b"),
    )
    made = [name for name in locations(*both) if "external" not in name]
    assert made == ["= /login", "/login/", "/"]
    assert answer(*both, path="/login")[0] == 401
    assert answer(*both, path="/login/x")[0] == 200


@pytest.mark.parametrize("given", [{"use-regex": "true"}, {"rewrite-target": "/$1"}])
def test_one_pattern_makes_patterns_of_all(given: dict[str, str]) -> None:
    """Exact paths lose their end, no path minds capital letters, and the longest is tried first."""
    both = (
        ingress(PASSWORD, ("/login", "Exact"), name="a"),
        ingress(given, ("/(pages|files)/(.*)", "ImplementationSpecific"), name="b"),
        ingress(None, ("/", "Prefix"), name="c"),
    )
    made = [name for name in locations(*both) if "external" not in name]
    assert made == ["~* ^/(pages|files)/(.*)", "~* ^/login", "~* ^/"]
    assert answer(*both, path="/login-help")[0] == 401
    assert answer(*both, path="/LOGIN")[0] == 401
    assert answer(*both, path="/other") == (200, "apps-c-80")


def test_a_longer_pattern_takes_a_protected_path() -> None:
    both = (
        ingress(PASSWORD, ("/api/admin", "Prefix"), name="a"),
        ingress({"use-regex": "true"}, ("/(api|public)/(.*)", "ImplementationSpecific"), name="b"),
    )
    assert answer(*both, path="/api/admin") == (200, "apps-b-80")


def test_a_pattern_of_another_host_changes_nothing() -> None:
    both = (
        ingress(None, ("/login", "Exact"), name="a"),
        ingress({"use-regex": "true"}, ("/x.*", "Prefix"), name="b", host="b.example.com"),
    )
    assert list(locations(*both)) == ["= /login", "/"]


def test_which_of_two_equal_paths_counts_is_not_known() -> None:
    both = (ingress(PASSWORD, ("/a", "Prefix"), name="a"), ingress(None, ("/a", "Prefix"), name="b"))
    made = locations(*both)
    assert "? another Ingress has the same path: the older one counts" in made["/a/"]


def test_a_canary_brings_no_annotations() -> None:
    canary = ingress({"canary": "true", "canary-weight": "10", **PASSWORD}, name="b")
    assert answer(ingress(name="a"), canary, path="/") == (200, "apps-a-80")
    alone, _ = gateways(read(canary), [])
    assert run(alone[0], Request("GET", "http://app.example.com/"), Assume()).status == 404


def test_behind_passthrough_nothing_is_asked() -> None:
    made = nodes(ingress(), ingress({"ssl-passthrough": "true", **PASSWORD}, name="b", host="b.example.com"))
    names = [child.arg(0) for node in made for child in node.children or () if child.name == "server_name"]
    assert names == ["app.example.com", "_"]


def test_the_root_of_a_host_that_has_none() -> None:
    made = locations(ingress({"auth-url": "http://auth.example/check"}, ("/a", "Prefix")))["/"]
    assert "auth_request /_external-auth-1;" in made, "it has the annotations of the first Ingress"
    assert made[-1] == "@answer 404;"


def test_a_name_that_nobody_has() -> None:
    assert answer(ingress(), path="/", host="other.example.com") == (404, None)


def test_objects_without_rules_serve_what_no_host_takes() -> None:
    alone = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: rest\n  namespace: apps\n"
        "spec:\n  ingressClassName: nginx\n  defaultBackend:\n"
        "    service: {name: rest, port: {number: 80}}\n"
    )
    assert answer(ingress(), alone, path="/", host="other.example.com") == (200, "apps-rest-80")


def test_the_first_app_root_is_the_hosts() -> None:
    given = ingress({"app-root": "/home"}, ("/home", "Prefix"))
    assert answer(given, ingress(None, name="b"), path="/")[0] == 302


def test_aliases() -> None:
    given = ingress({"server-alias": "www.example.com, old.example.com", **PASSWORD})
    assert answer(given, path="/", host="old.example.com")[0] == 401


def test_every_server_speaks_tls_and_certificates_are_for_hosts_of_the_same_object() -> None:
    for with_certificate in (True, False):
        made = server(ingress(tls=with_certificate))
        assert [node.arg(0) for node in made if node.name == "listen"] == ["80", "443"]
        assert any(node.name == "@uncertified" for node in made) != with_certificate


def test_old_api_groups() -> None:
    old = (
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata:\n  name: old\n  annotations:\n"
        "    kubernetes.io/ingress.class: nginx\nspec:\n  rules:\n  - host: app.example.com\n    http:\n"
        "      paths:\n      - path: /a\n        backend: {serviceName: old, servicePort: 8080}\n"
    )
    for version in ("extensions/v1beta1", "networking.k8s.io/v1beta1"):
        text = old.replace("extensions/v1beta1", version)
        assert answer(text, path="/a/x") == (200, "default-old-8080")


@pytest.mark.parametrize(
    ("changed", "foreign"),
    [
        ({}, None),
        ({"spec": "ingressClassName: traefik"}, "traefik"),
        ({"spec": "ingressClassName: nginx-internal"}, None),
        ({"note": "konghq.com/plugins: jwt", "spec": "ingressClassName: x"}, "Kong"),
        ({"note": "nginx.org/basic-auth-secret: users"}, "NGINX's own controller"),
    ],
)
def test_ingresses_of_other_controllers(changed: dict[str, str], foreign: str | None) -> None:
    text = ingress()
    if "spec" in changed:
        text = text.replace("ingressClassName: nginx", changed["spec"])
    if "note" in changed:
        text = text.replace("spec:\n", f"  annotations:\n    {changed['note']}\nspec:\n")
    found, skipped = gateways(read(text), [])
    assert bool(found) is (foreign is None)
    assert [one[2] for one in skipped] == ([foreign] if foreign else [])


def test_the_class_is_looked_up_in_the_repository() -> None:
    classes = (
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: edge}\n"
        "spec: {controller: example.com/own}\n"
    )
    text = ingress().replace("ingressClassName: nginx", "ingressClassName: edge")
    assert gateways(read(classes, text), [])[1][0][2] == "example.com/own"
    ours = classes.replace("example.com/own", "k8s.io/ingress-nginx")
    assert gateways(read(ours, text), [])[0]
