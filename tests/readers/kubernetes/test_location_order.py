"""What stands in a location, in the order of the controller's template: row by row."""

from __future__ import annotations

import pytest
from tests.readers.kubernetes.made import (
    SNIPPETS,
    ingress,
    location,
    locations,
    nodes,
    read,
    server,
    settings,
)

from authlint.flow.assume import Assume
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.readers.kubernetes.read import gateways

ALL = {
    "auth-url": "http://login.accounts.svc.cluster.local:4180/session",
    "auth-signin": "https://login.example.com/start",
    "auth-response-headers": "X-User, Authorization",
    "auth-type": "basic",
    "auth-secret": "users",
    "auth-realm": "staff",
    "enable-cors": "true",
    "cors-allow-origin": "https://app.example.com",
    "denylist-source-range": "10.1.0.0/16",
    "allowlist-source-range": "10.0.0.0/8, 192.168.0.0/16",
    "limit-rps": "5",
    "configuration-snippet": "set $mine 1;\n",
    "satisfy": "any",
    "custom-http-errors": "503",
    "custom-headers": "answers",
    "relative-redirects": "true",
    "rewrite-target": "/new",
    "proxy-cookie-path": "/ /old/",
    "proxy-redirect-from": "http://a.example/",
    "proxy-redirect-to": "http://b.example/",
    "affinity": "cookie",
}
ANSWERS = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: answers\n  namespace: apps\ndata:\n  X-Frame: deny\n"
)
SENT = ANSWERS.replace("answers", "sent").replace("X-Frame: deny", "X-Request-Source: ingress")
ORDER = (
    "deny 10.1.0.0/16;",
    "allow 10.0.0.0/8;",
    "allow 192.168.0.0/16;",
    "deny all;",
    'if ( $http_origin ~* "((https://app\\\\.example\\\\.com))$" ) {',
    "if ( $request_method = OPTIONS ) {",
    "if ( $cors = true ) {",
    "if ( $cors = trueoptions ) {",
    "return 204;",
    "auth_request /_external-auth-0;",
    "auth_request_set $authHeader0 $upstream_http_x_user;",
    "proxy_set_header X-User $authHeader0;",
    "auth_request_set $authHeader1 $upstream_http_authorization;",
    "proxy_set_header Authorization $authHeader1;",
    "error_page 401 = @signin-0;",
    "auth_basic staff;",
    "auth_basic_user_file /etc/ingress-controller/auth/0.passwd;",
    'proxy_set_header Authorization "";',
    "limit_req zone=apps_app_limit-rps burst=25 nodelay;",
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Request-Source ingress;",
    "proxy_cookie_path / /old/;",
    "set $mine 1;",
    "set $everywhere 1;",
    'more_set_headers "X-Frame: deny";',
    "satisfy any;",
    "absolute_redirect off;",
    "proxy_intercept_errors on;",
    "error_page 503 = @custom-errors;",
    "if ( $scheme = http ) {",
    'rewrite "(?i)/old" /new break;',
    "proxy_pass http://apps-app-80;",
    "proxy_redirect http://a.example/ http://b.example/;",
)


def test_the_order_of_a_location() -> None:
    controller = settings(
        allow_snippet_annotations="true",
        annotations_risk_level="Critical",
        location_snippet="set $everywhere 1;",
        global_allowed_response_headers="X-Frame",
        proxy_set_headers="apps/sent",
    )
    made = location(controller, ANSWERS, SENT, ingress(ALL, ("/old", "Prefix"), tls=True), path="~* ^/old")
    places = [made.index(line) for line in ORDER]
    assert places == sorted(places)


def test_the_order_of_a_server() -> None:
    controller = settings(
        allow_snippet_annotations="true",
        annotations_risk_level="Critical",
        global_allowed_response_headers="X-Frame",
        block_user_agents="~*bot",
        server_snippet="set $all 1;",
    )
    certificate = {"auth-tls-secret": "apps/ca", "auth-tls-match-cn": "CN=app"}
    given = {**ALL, **certificate, "app-root": "/home", "server-snippet": "set $host_wide 1;"}
    names = [node.name for node in server(controller, ANSWERS, ingress(given, tls=True))]
    before = ["listen", "listen", "server_name", "if", "if", "@unsure", "set", "if", "location"]
    assert names[: len(before)] == before
    assert names[-2:] == ["set", "location"], "the controller's own snippet, and the pages for errors"
    made = locations(controller, ANSWERS, ingress(given, tls=True))
    assert list(made)[:3] == ["= /_external-auth-0", "@signin-0", "~* ^/"]


def test_headers_of_the_controller_come_before_the_snippet() -> None:
    """nginx sends both lines of a header that is set twice; an empty one is not sent."""
    controller = settings(**{key.replace("-", "_"): value for key, value in SNIPPETS.items()})
    snippet = "proxy_set_header Authorization $http_authorization;\n"
    made = location(
        controller, ingress({"auth-type": "basic", "auth-secret": "u", "configuration-snippet": snippet})
    )
    blank = made.index('proxy_set_header Authorization "";')
    assert made.index("proxy_set_header Authorization $http_authorization;") > blank


@pytest.mark.parametrize(
    ("controller", "there"),
    [
        ({}, True),
        ({"allow_snippet_annotations": "false"}, False),
        ({"allow_snippet_annotations": "true"}, True),
        ({"allow_snippet_annotations": "true", "annotations_risk_level": "Critical"}, True),
    ],
)
def test_snippets_need_permission(controller: dict[str, str], there: bool) -> None:
    documents = [settings(**controller)] if controller else []
    made = location(*documents, ingress({"configuration-snippet": "set $mine 1;"}))
    assert ("set $mine 1;" in made) is there


def test_snippets_of_the_controller_need_none() -> None:
    made = server(settings(allow_snippet_annotations="false", server_snippet="set $mine 1;"), ingress())
    assert any(node.name == "set" for node in made)
    http = nodes(settings(allow_snippet_annotations="false", http_snippet="map $a $b { }"), ingress())
    assert [node for node in http if node.name == "map" and node.arg(1) == "$b"]


def test_the_question_to_the_service() -> None:
    given = {"auth-url": "http://login.accounts.svc.cluster.local:4180/session", "auth-method": "POST"}
    made = location(ingress(given), path="= /_external-auth-0")
    assert made == [
        "internal;",
        "proxy_pass_request_body off;",
        'proxy_set_header Content-Length "";',
        'proxy_set_header X-Forwarded-Proto "";',
        "proxy_method POST;",
        "proxy_set_header X-Original-URI $request_uri;",
        "proxy_set_header X-Scheme $scheme;",
        "proxy_set_header Host login.accounts.svc.cluster.local;",
        "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;",
        "proxy_set_header X-Original-Method $request_method;",
        "proxy_set_header X-Sent-From nginx-ingress-controller;",
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Auth-Request-Redirect $request_uri;",
        "set $target http://login.accounts.svc.cluster.local:4180/session;",
        "proxy_pass $target;",
    ]


def test_without_a_method_the_service_is_told_less() -> None:
    made = location(ingress({"auth-url": "http://login.example.com/x"}), path="= /_external-auth-0")
    assert "proxy_set_header X-Original-URI $request_uri;" not in made
    assert not [line for line in made if line.startswith("proxy_method")]


@pytest.mark.parametrize(
    ("given", "target"),
    [
        (
            {"auth-signin": "https://l.example.com/start"},
            "https://l.example.com/start?rd=$scheme://$http_host$escaped_request_uri",
        ),
        (
            {"auth-signin": "https://l.example.com/?a=b"},
            "https://l.example.com/?a=b&rd=$scheme://$http_host$escaped_request_uri",
        ),
        ({"auth-signin": "https://l.example.com/?rd=/"}, "https://l.example.com/?rd=/"),
        (
            {"auth-signin": "https://l.example.com/?word=1", "auth-signin-redirect-param": "back"},
            "https://l.example.com/?word=1&back=$scheme://$http_host$escaped_request_uri",
        ),
    ],
)
def test_the_sign_in_page_is_told_where_to_return(given: dict[str, str], target: str) -> None:
    made = location(ingress({"auth-url": "http://login.example.com/x", **given}), path="@signin-0")
    assert made[-1] == f"return 302 {target};"


def test_headers_for_the_service_from_a_configmap() -> None:
    extra = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  namespace: apps\ndata:\n  X-Gate: a\n"
    )
    given = {"auth-url": "http://login.example.com/x", "auth-proxy-set-headers": "apps/extra"}
    assert "proxy_set_header X-Gate a;" in location(extra, ingress(given), path="= /_external-auth-0")
    missing = location(ingress(given), path="= /_external-auth-0")
    assert "? the ConfigMap extra is not in the repository" in missing


def test_authentication_for_all() -> None:
    controller = settings(
        global_auth_url="http://login.example.com/x",
        global_auth_signin="https://login.example.com/start",
        global_auth_response_headers="X-User",
        global_auth_snippet="proxy_set_header X-Gate a;",
    )
    made = locations(controller, ingress())
    assert "auth_request /_external-auth-0;" in made["/"]
    assert "error_page 401 = @signin-0;" in made["/"]
    assert "proxy_set_header X-Gate a;" in made["= /_external-auth-0"]
    out = locations(controller, ingress({"enable-global-auth": "false"}))
    assert not [line for line in out["/"] if line.startswith("auth_request")]
    own = locations(controller, ingress({"auth-url": "http://own.example.com/y"}))
    assert "set $target http://own.example.com/y;" in own["= /_external-auth-0"]
    assert "@signin-0" not in own


@pytest.mark.parametrize(
    ("listed", "path", "asked"),
    [
        ("/api", "/api-private", False),
        ("/api", "/api", False),
        ("/api", "/", True),
        ("/", "/anything", False),
        ("/status, /api", "/api", False),
    ],
)
def test_no_auth_locations_are_compared_letter_by_letter(listed: str, path: str, asked: bool) -> None:
    """With the path of the Ingress, and for passwords and sign-in pages too."""
    controller = settings(no_auth_locations=listed)
    given = {
        "auth-type": "basic",
        "auth-secret": "users",
        "auth-url": "http://login.example.com/x",
        "auth-signin": "https://login.example.com/start",
    }
    name = path if path == "/" else f"{path}/"
    made = location(controller, ingress(given, (path, "Prefix")), path=name)
    for word in ("auth_basic ", "auth_request ", "error_page 401", "proxy_set_header Authorization"):
        assert any(line.startswith(word) for line in made) is asked, word


def test_without_a_list_challenges_are_exempt() -> None:
    given = {"auth-type": "basic", "auth-secret": "users"}
    made = location(
        ingress(given, ("/.well-known/acme-challenge", "Prefix")), path="/.well-known/acme-challenge/"
    )
    assert not [line for line in made if line.startswith("auth_basic")]


@pytest.mark.parametrize(
    ("protocol", "passing"),
    [
        ("HTTP", "proxy_pass http://apps-app-80;"),
        ("HTTPS", "proxy_pass https://apps-app-80;"),
        ("GRPC", "grpc_pass grpc://apps-app-80;"),
        ("GRPCS", "grpc_pass grpcs://apps-app-80;"),
    ],
)
def test_the_protocol_of_the_application(protocol: str, passing: str) -> None:
    given = {"backend-protocol": protocol, "auth-type": "basic", "auth-secret": "users"}
    made = location(ingress(given))
    setter = "grpc_set_header" if protocol.startswith("GRPC") else "proxy_set_header"
    assert passing in made
    assert f'{setter} Authorization "";' in made
    assert f"{setter} Host $http_host;" in made


@pytest.mark.parametrize(
    ("given", "controller", "code"),
    [
        ({}, {}, "return 308 https://$host$uri_without_slash;"),
        ({"ssl-redirect": "false"}, {}, None),
        ({}, {"ssl_redirect": "false"}, None),
        ({}, {"http_redirect_code": "301"}, "return 301 https://$host$uri_without_slash;"),
        ({"preserve-trailing-slash": "true"}, {}, "return 308 https://$host$request_uri;"),
        ({}, {"no_tls_redirect_locations": "/"}, None),
    ],
)
def test_the_redirect_to_https(given: dict[str, str], controller: dict[str, str], code: str | None) -> None:
    documents = [settings(allow_snippet_annotations="false", **controller)]
    made = location(*documents, ingress(given, tls=True))
    assert [line for line in made if line.startswith("return")] == ([code] if code else [])


def test_without_tls_only_the_forced_redirect() -> None:
    assert not [line for line in location(ingress()) if line.startswith("return")]
    made = location(ingress({"force-ssl-redirect": "true"}))
    assert "return 308 https://$host$uri_without_slash;" in made


def test_behind_a_proxy_the_client_is_the_proxys() -> None:
    made = location(settings(use_forwarded_headers="true"), ingress())
    assert "proxy_set_header X-Forwarded-Proto $pass_access_scheme;" in made
    assert "proxy_set_header Host $best_http_host;" in made


def test_what_an_answer_of_the_application_loses() -> None:
    made = nodes(settings(hide_headers="WWW-Authenticate,Set-Cookie"), ingress())
    assert [node.arg(0) for node in made if node.name == "proxy_hide_header"] == [
        "WWW-Authenticate",
        "Set-Cookie",
    ]


def test_errors_for_all_and_for_one() -> None:
    controller = settings(custom_http_errors="401,503", enable_underscores_in_headers="true")
    made = {node.name: [word.text for word in node.args] for node in nodes(controller, ingress())}
    assert made["error_page"] == ["401", "503", "=", "@custom-errors"]
    assert made["proxy_intercept_errors"] == ["on"]
    assert made["underscores_in_headers"] == ["on"]
    quiet = {"custom-http-errors": "503", "disable-proxy-intercept-errors": "true"}
    assert "proxy_intercept_errors on;" not in location(ingress(quiet))


def test_what_a_backend_of_ones_own_says_of_errors_is_not_known() -> None:
    given = {"auth-type": "basic", "auth-secret": "users", "custom-http-errors": "401"}
    plain, own = ingress(given), ingress({**given, "default-backend": "pages"})
    request = Request("GET", "http://app.example.com/")
    assert run(gateways(read(plain), [])[0][0], request, Assume()).status == 404
    assert run(gateways(read(own), [])[0][0], request, Assume()).status is None


def test_the_other_name_only_redirects() -> None:
    made = server(ingress({"from-to-www-redirect": "true", "auth-type": "basic", "auth-secret": "u"}))
    assert made
    other = server(
        ingress({"from-to-www-redirect": "true", "auth-type": "basic", "auth-secret": "u"}),
        name="www.app.example.com",
    )
    names = [node.name for node in other]
    assert names == ["listen", "listen", "@uncertified", "server_name", "return"]


def test_who_has_a_client_certificate_is_not_known() -> None:
    given = {"auth-tls-secret": "apps/ca"}
    assert any(node.name == "@unsure" for node in server(ingress(given)))
    optional = {**given, "auth-tls-verify-client": "optional"}
    assert not any(node.name == "@unsure" for node in server(ingress(optional)))


def test_where_nobody_says_snippets_are_judged_both_ways() -> None:
    """What would be wrong without them is found as assumed: since 1.9 that is the controller's default."""
    given = {
        "auth-type": "basic",
        "auth-secret": "users",
        "configuration-snippet": "proxy_set_header Authorization $http_authorization;",
    }
    told = settings(allow_snippet_annotations="true", annotations_risk_level="Critical")
    with_them, without = gateways(read(ingress(given)), [], every_host=False)[0]
    assert with_them.supposing == ""
    assert "by default" in without.supposing
    assert [len(one.facts) > 0 for one in (with_them, without)] == [True, False]
    assert len(gateways(read(told, ingress(given)), [], every_host=False)[0]) == 1
    assert len(gateways(read(ingress()), [], every_host=False)[0]) == 1
    request = Request("GET", "http://app.example.com/", (("Authorization", "Basic VVNFUjpQQVNTV09SRA=="),))
    reached = [run(one, request, Assume()).upstream for one in (with_them, without)]
    assert [bool(one and one.get("authorization")) for one in reached] == [True, False]
