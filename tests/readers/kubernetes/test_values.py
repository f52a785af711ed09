"""What becomes of a value: taken, refused with the whole object, answered 503, forgotten, or defaulted."""

from __future__ import annotations

import re

import pytest
from tests.readers.kubernetes.made import gateway, ingress, location, locations, nodes, settings

from authlint.flow.assume import Assume
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.model.fact import Dangling, Ignored, Rejected
from authlint.readers.kubernetes.annotations import DEFAULT_HEADERS, DEFAULT_METHODS

SERVICE = {"auth-url": "http://login.example.com/x"}
PASSWORD = {"auth-type": "basic", "auth-secret": "users"}
CORS = {"enable-cors": "true", "cors-allow-origin": "https://a.example.com"}


def status(*documents: str, path: str = "/") -> int | None:
    request = Request("GET", f"http://app.example.com{path}", (("Cookie", "session=TOKEN"),))
    return run(gateway(*documents), request, Assume()).status


def rejected(*documents: str) -> list[Rejected]:
    return [fact for fact in gateway(*documents).facts if isinstance(fact, Rejected)]


def ignored(*documents: str) -> list[Ignored]:
    return [fact for fact in gateway(*documents).facts if isinstance(fact, Ignored)]


@pytest.mark.parametrize(
    "given",
    [
        {"auth-url": "http://login.example.com/x?for=a%20b"},
        {"auth-url": "http://user@login.example.com/x"},
        {"auth-url": "http://login.example.com/#x"},
        {"auth-url": "http://login.example.com/${host}"},
        {**PASSWORD, "auth-type": "bearer"},
        {**PASSWORD, "auth-secret-type": "htpasswd"},
        {**PASSWORD, "auth-realm": "Staff (only)"},
        {**PASSWORD, "auth-realm": "Staff!"},
        {"custom-http-errors": "401;503"},
        {"custom-http-errors": "200"},
    ],
)
def test_the_whole_object_is_refused(given: dict[str, str]) -> None:
    found = rejected(ingress(given))
    assert [fact.effect for fact in found] == [
        "the controller does not load this Ingress: its paths answer 404"
    ]
    assert status(ingress(given)) == 404


@pytest.mark.parametrize(
    "given",
    [
        {"auth-url": "http://$host/oauth2/auth"},
        {"auth-url": "https://login.example.com:8443/x?a=b&c=d"},
        {**PASSWORD, "auth-type": "digest"},
        {**PASSWORD, "auth-secret-type": "auth-map"},
        {**PASSWORD, "auth-realm": "Auth Required - Staff: a/b_c.~"},
        {"custom-http-errors": "401,503"},
    ],
)
def test_what_is_taken(given: dict[str, str]) -> None:
    assert rejected(ingress(given)) == []


@pytest.mark.parametrize(
    ("level", "given", "refused"),
    [
        ("High", SERVICE, False),
        ("Medium", SERVICE, True),
        ("Low", {**SERVICE, "auth-signin": "https://l.example.com"}, True),
        ("High", {"configuration-snippet": "set $a 1;"}, True),
        ("Critical", {"configuration-snippet": "set $a 1;"}, False),
        ("Medium", CORS, False),
        ("Low", CORS, True),
    ],
)
def test_annotations_above_the_risk_level(level: str, given: dict[str, str], refused: bool) -> None:
    controller = settings(allow_snippet_annotations="true", annotations_risk_level=level)
    assert bool(rejected(controller, ingress(given))) is refused


@pytest.mark.parametrize(
    "given",
    [
        {"auth-type": "basic"},
        {"auth-type": "basic", "auth-secret": "elsewhere/users"},
        {**SERVICE, "auth-method": "GETS"},
        {"auth-url": "login.example.com/x"},
        {"auth-url": "/oauth2/auth"},
        {**SERVICE, "auth-response-headers": "X-User, X User"},
        {**SERVICE, "auth-cache-duration": "200 never"},
        {**SERVICE, "auth-proxy-set-headers": "elsewhere/extra"},
        {"whitelist-source-range": "10.0.0.0/8, office"},
    ],
)
def test_the_locations_answer_503(given: dict[str, str]) -> None:
    assert [fact.effect for fact in rejected(ingress(given))] == ["every request is answered 503"]
    assert location(ingress(given)) == ["return 503;"]
    assert status(ingress(given)) == 503


def secret(**data: str) -> str:
    lines = "".join(f"  {key}: {value}\n" for key, value in data.items())
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: users\n  namespace: apps\nstringData:\n{lines}"


@pytest.mark.parametrize(
    ("given", "document", "denied"),
    [
        (PASSWORD, secret(auth="a:b"), False),
        (PASSWORD, secret(users="a:b"), True),
        ({**PASSWORD, "auth-secret-type": "auth-map"}, secret(alice="b"), False),
        ({**PASSWORD, "auth-secret": "apps/users"}, secret(auth="a:b"), False),
    ],
)
def test_the_secret_with_the_users(given: dict[str, str], document: str, denied: bool) -> None:
    assert bool(rejected(document, ingress(given))) is denied
    assert ("return 503;" in location(document, ingress(given))) is denied


def test_a_secret_of_another_namespace_where_that_is_allowed() -> None:
    controller = settings(allow_cross_namespace_resources="true", use_forwarded_headers="false")
    assert rejected(controller, ingress({**PASSWORD, "auth-secret": "elsewhere/users"})) == []


def test_a_secret_that_is_not_here_may_be_elsewhere() -> None:
    found = [fact for fact in gateway(ingress(PASSWORD)).facts if isinstance(fact, Dangling)]
    assert [(fact.name, fact.outside) for fact in found] == [("users", True)]


@pytest.mark.parametrize(
    "given",
    [
        {**SERVICE, "auth-request-redirect": "https://$host$request_uri"},
        {**SERVICE, "auth-request-redirect": "https://a.example.com/#x"},
        {**SERVICE, "auth-request-redirect": "https://a.example.com/%20"},
        {**SERVICE, "auth-cache-duration": "200 10m; 401 1m"},
        {**SERVICE, "auth-always-set-cookie": "yes"},
    ],
)
def test_external_auth_is_forgotten(given: dict[str, str]) -> None:
    made = location(ingress(given))
    assert not [line for line in made if line.startswith("auth_request")]
    assert made[0].startswith("@inert")
    assert status(ingress(given)) == 200


@pytest.mark.parametrize(
    ("given", "inert"),
    [
        ({"auth-url": "", "auth-signin": "https://l.example.com"}, True),
        ({"auth-type": "", "auth-secret": "users"}, True),
        ({"auth-url": ""}, False),
    ],
)
def test_an_empty_annotation_asks_nobody(given: dict[str, str], inert: bool) -> None:
    assert any(line.startswith("@inert") for line in location(ingress(given))) is inert


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth-signin", "https://l.example.com/?rd=https%3A%2F%2Fa"),
        ("auth-signin", "https://l.example.com/{x}"),
    ],
)
def test_a_sign_in_page_that_is_not_taken(name: str, value: str) -> None:
    made = locations(ingress({**SERVICE, name: value}))
    assert "@signin-0" not in made
    assert len(ignored(ingress({**SERVICE, name: value}))) == 1


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("", "*"),
        ("*", "*"),
        ("https://a.example.com, *", "*"),
        ("https://a.example.com/", "*"),
        ("https://a.example.com/app", "*"),
        ("http://localhost:*", "*"),
        ("https://*", "*"),
        ("HTTPS://a.example.com", "*"),
        ("https://a_b.example.com", "*"),
        ('["https://a.example.com"]', "*"),
        ("https://a.example.com;https://b.example.com", "*"),
        ("https://a.example.com", r"((https://a\.example\.com))$"),
        ("https://a.example.com:8443", r"((https://a\.example\.com:8443))$"),
        ("https://*.example.com", r"((https://[A-Za-z0-9\-]+\.example\.com))$"),
        (
            "https://a.example.com, https://b.example.com",
            r"((https://a\.example\.com)|(https://b\.example\.com))$",
        ),
        ("a.example.com, https://b.example.com", r"((https://b\.example\.com))$"),
        ("null", r"((null))$"),
        ("a.example.com", None),
        ("*.example.com", None),
    ],
)
def test_origins(value: str, origin: str | None) -> None:
    made = location(ingress({"enable-cors": "true", "cors-allow-origin": value}))
    if origin is None:
        assert not [line for line in made if line.startswith("more_set_headers")]
        assert made[0].startswith("@inert")
        return
    allowed = 'more_set_headers "Access-Control-Allow-Origin: ' + ("*" if origin == "*" else "$http_origin")
    assert f'{allowed}";' in made
    tests = [line for line in made if "$http_origin ~*" in line]
    written = origin.replace("\\", "\\\\")
    assert tests == ([] if origin == "*" else [f'if ( $http_origin ~* "{written}" ) {{'])


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "Access-Control-Allow-Credentials: true"),
        ({"cors-allow-credentials": "yes"}, "Access-Control-Allow-Credentials: true"),
        ({"cors-allow-credentials": "false"}, ""),
        ({}, f"Access-Control-Allow-Headers: {DEFAULT_HEADERS}"),
        ({"cors-allow-headers": "*"}, f"Access-Control-Allow-Headers: {DEFAULT_HEADERS}"),
        ({"cors-allow-headers": "X-A;X-B"}, f"Access-Control-Allow-Headers: {DEFAULT_HEADERS}"),
        ({"cors-allow-headers": "X-A, X-B"}, "Access-Control-Allow-Headers: X-A, X-B"),
        ({}, f"Access-Control-Allow-Methods: {DEFAULT_METHODS}"),
        ({"cors-allow-methods": "*"}, f"Access-Control-Allow-Methods: {DEFAULT_METHODS}"),
        ({"cors-allow-methods": "GET|POST"}, f"Access-Control-Allow-Methods: {DEFAULT_METHODS}"),
        ({"cors-allow-methods": "GET, POST"}, "Access-Control-Allow-Methods: GET, POST"),
        ({"cors-expose-headers": "X-A"}, "Access-Control-Expose-Headers: X-A"),
        ({"cors-expose-headers": "X-A;"}, ""),
        ({}, "Access-Control-Max-Age: 1728000"),
        ({"cors-max-age": "600"}, "Access-Control-Max-Age: 600"),
        ({"cors-max-age": "1h"}, "Access-Control-Max-Age: 1728000"),
    ],
)
def test_headers_for_other_origins(given: dict[str, str], line: str) -> None:
    made = "\n".join(location(ingress({**CORS, **given})))
    if line:
        assert made.count(f'more_set_headers "{line}";') == 2  # with the preflight and with the answer itself
    else:
        name = "Credentials" if "cors-allow-credentials" in given else "Expose"
        assert f"Access-Control-{name}" not in made.replace("Allow-", "")


@pytest.mark.parametrize(
    ("value", "on"),
    [
        ("true", True),
        ("True", True),
        ("1", True),
        ("t", True),
        ("yes", False),
        ("on", False),
        ("false", False),
    ],
)
def test_truth_values_are_those_of_go(value: str, on: bool) -> None:
    made = location(ingress({**CORS, "enable-cors": value}))
    assert any("Access-Control" in line for line in made if not line.startswith("@")) is on


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({**SERVICE, "auth-response-header": "X-User"}, 1),
        ({"auth-secrets": "users"}, 1),
        ({"auth-secret": "users"}, 1),
        ({"auth-signin": "https://l.example.com"}, 1),
        ({"auth-response-headers": "X-User"}, 1),
        ({**CORS, "cors-allow-origin": "https://a.example.com/"}, 1),
        ({**CORS, "cors-allow-headers": "*"}, 1),
        ({**CORS, "cors-allow-methods": "*"}, 1),
        ({**CORS, "cors-allow-credentials": "no"}, 1),
        ({**PASSWORD, "satisfy": "either"}, 1),
        ({"canary": "true", **SERVICE}, 1),
        ({"proxy-body-sise": "8m"}, 0),
        (CORS, 0),
        ({**SERVICE, "auth-signin": "https://l.example.com"}, 0),
        (PASSWORD, 0),
    ],
)
def test_settings_that_nobody_hears(given: dict[str, str], count: int) -> None:
    assert len(ignored(ingress(), ingress(given, name="b", host="b.example.com"))) == count


def test_a_realm_called_off_is_none() -> None:
    made = location(ingress({**PASSWORD, "auth-realm": "off"}))
    assert "auth_basic off;" in made


@pytest.mark.parametrize(
    ("target", "rewritten"),
    [
        ("/", True),
        ("/$1", True),
        ("/x", False),
        ("/a?b=c", False),
        ("/a%20b", False),
        ("/(.*)", False),
    ],
)
def test_targets_of_rewrites(target: str, rewritten: bool) -> None:
    """A target that is not taken rewrites nothing, and makes no pattern of the host's paths either."""
    made = locations(ingress({"rewrite-target": target}, ("/x", "Prefix"), ("/", "Prefix")))
    assert any(line.startswith('rewrite "(?i)/x"') for line in made.get("~* ^/x", ())) is rewritten
    # To the host's own root any target but / is another path.
    assert ("~* ^/x" in made) is (rewritten or target == "/x")


def test_no_line_of_a_configuration_is_written_twice() -> None:
    """Every annotation at once still makes directives that nginx knows."""
    words = {node.name for node in nodes(ingress({**CORS, **SERVICE, **PASSWORD, "satisfy": "any"}))}
    assert all(re.fullmatch(r"[a-z_]+", word) for word in words)
