"""What the settings say of a gateway's surroundings: findings that come and go by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from authlint.cli import run
from authlint.declared import Declared, Public
from authlint.flow.request import Request

Found: TypeAlias = Callable[..., dict[str, dict[str, Any]]]

SERVER = """\
events {{}}
http {{
    server {{
        listen {listen};
        server_name www.example.com;
{body}
    }}
}}
"""
AUTH = """\
        location = /_auth {
            internal;
            proxy_pass http://login:9000/check;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
%s
        }
        location /app/ {
            auth_request /_auth;
%s
            proxy_pass http://app:8080;
        }
"""
SERVICE = '[[auth-service]]\nname = "login:9000"\n'


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Found:
    """The findings by their rules, for the inside of a server and the text of authlint.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def find(body: str, settings: str = "", *options: str, listen: str = "80") -> dict[str, dict[str, Any]]:
        (tmp_path / "nginx.conf").write_text(SERVER.format(listen=listen, body=body))
        (tmp_path / "authlint.toml").write_text(settings)
        assert run(["check", ".", "--format", "json", *options]) < 2
        listed = json.loads(capsys.readouterr().out)["findings"]
        return {one["rule"]: one for one in listed}

    return find


STATUS = """\
        auth_basic "site";
        auth_basic_user_file /etc/nginx/users;
        location / { proxy_pass http://app:8080; }
        location /status/ { proxy_pass http://app:8080; }
"""


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        ("/status/*", "/status/x"),
        ("www.example.com/pages/**", "/pages/x"),
        ("/pages/**", ""),
        ("other.example.com/status/*", ""),
    ],
)
def test_a_path_that_is_declared_public_must_not_ask(found: Found, paths: str, shown: str) -> None:
    assert "public-path-protected" not in found(STATUS)
    one = found(STATUS, f'public-paths = ["{paths}"]').get("public-path-protected")
    assert (one is not None) == bool(shown)
    if one is not None:
        assert one["message"] == f"www.example.com{shown} is answered 401: it is meant to be public"
        assert one["stated"][-1] == f"{paths} is meant to be public (authlint.toml:1)"


SHADOWED = """\
        location /admin/ {
            auth_basic "admin";
            auth_basic_user_file /etc/nginx/users;
            proxy_pass http://app:8080;
        }
        location ~ \\.php$ { proxy_pass http://app:8080; }
"""


def test_what_is_declared_public_is_not_found_open(found: Found) -> None:
    assert "protected-route-shadowed" in found(SHADOWED)
    assert "protected-route-shadowed" in found(SHADOWED, 'public-paths = ["/other/**"]')
    assert "protected-route-shadowed" not in found(SHADOWED, 'public-paths = ["/admin/*.php"]')


@pytest.mark.parametrize(
    ("public", "url", "headers", "expected"),
    [
        (Public("", "/a/*", ""), "http://x/a/b", (), True),
        (Public("", "/a/*", ""), "http://x/a/b/c", (), False),
        (Public("", "/a/**", ""), "http://x/a/b/c?d", (), True),
        (Public("", "/a", ""), "http://x/%61", (), True),
        (Public("", "/a", ""), "http://x/ab", (), False),
        (Public("x.example", "/a", ""), "https://X.example:8443/a", (), True),
        (Public("x.example", "/a", ""), "http://y.example/a", (), False),
        (Public("x.example", "/a", ""), "http://y.example/a", (("Host", "x.example"),), True),
        (Public("*.example", "/a", ""), "http://y.example/a", (), True),
    ],
)
def test_which_requests_a_public_path_means(
    public: Public, url: str, headers: tuple[tuple[str, str], ...], expected: bool
) -> None:
    known = Declared(public=(public,)).public_by(Request("GET", url, headers))
    assert known == (public if expected else None)


def test_a_service_that_takes_cookies_and_gets_none(found: Found) -> None:
    body = AUTH % ('proxy_set_header Cookie "";', "")
    assert "auth-service-blind" not in found(body, SERVICE + 'accepts = ["bearer"]')
    assert "auth-service-blind" not in found(body, SERVICE + 'accepts = ["bearer", "cookie"]')
    one = found(body, SERVICE + 'accepts = ["cookie"]')["auth-service-blind"]
    assert one["assumes"] == []
    assert one["stated"] == [
        "login:9000 takes cookies and answers 401 to a request without (authlint.toml:1)"
    ]
    assert [label["text"] for label in one["related"]][-1] == (
        "this service is declared to take cookie credentials"
    )


@pytest.mark.parametrize(("name", "meant"), [("login", True), ("login:9000", True), ("login:80", False)])
def test_by_which_names_a_service_is_known(found: Found, name: str, meant: bool) -> None:
    settings = f'[[auth-service]]\nname = "{name}"\nrefuses-with = 302\n'
    assert ("auth-subrequest-broken" in found(AUTH % ("", ""), settings)) == meant


def test_a_service_whose_refusal_is_a_redirect(found: Found) -> None:
    body = AUTH % ("", "")
    assert "auth-subrequest-broken" not in found(body, SERVICE + "refuses-with = 401")
    one = found(body, SERVICE + "refuses-with = 302")["auth-subrequest-broken"]
    assert one["witness"][0]["status"] == 500
    assert one["label"] == "this service answers 302 to a request without credentials"


CORS = "add_header Access-Control-Allow-Origin https://app.example.com always;"
METHOD = "proxy_set_header X-Original-Method $request_method;"


@pytest.mark.parametrize(
    ("told", "settings", "expected"),
    [
        ("", "", True),  # it is never told the method, so that it cannot exempt any
        (METHOD, "", False),  # it may
        (METHOD, "exempts-options = false", True),
        (METHOD, "exempts-options = true", False),
        ("", "exempts-options = true", True),
    ],
)
def test_whether_a_service_exempts_preflights(found: Found, told: str, settings: str, expected: bool) -> None:
    result = found(AUTH % (told, CORS), SERVICE + settings if settings else "")
    assert ("preflight-behind-auth" in result) == expected


def test_what_a_service_sends(found: Found) -> None:
    cookie = AUTH % ("", "")
    settings = SERVICE + 'accepts = ["cookie"]\n'
    assert "auth-response-header-dropped" not in found(cookie, settings)
    assert "auth-response-header-dropped" not in found(cookie, settings + 'sends = ["X-User"]')
    one = found(cookie, settings + 'sends = ["Set-Cookie"]')["auth-response-header-dropped"]
    assert one["assumes"] == []

    fetched = AUTH % ("", "auth_request_set $renewed $upstream_http_set_cookie;")
    assert "auth-response-header-dropped" in found(fetched, settings)
    assert "auth-response-header-dropped" not in found(fetched, settings + "sends = []")


BALANCER = "[[load-balancer]]\nends-tls = true\n"
PLAIN = """\
        auth_basic "site";
        auth_basic_user_file /etc/nginx/users;
        location / { proxy_pass http://app:8080; }
"""


def test_tls_that_ends_in_front(found: Found) -> None:
    assert "credentials-over-plaintext" in found(PLAIN, "", "--pedantic")
    assert "credentials-over-plaintext" not in found(PLAIN, BALANCER, "--pedantic")
    assert "credentials-over-plaintext" in found(PLAIN, BALANCER + "ports = [8080]", "--pedantic")
    assert "credentials-over-plaintext" not in found(PLAIN, BALANCER + 'paths = ["*.conf"]', "--pedantic")
    other = found(PLAIN, BALANCER + 'paths = ["edge/**"]', "--pedantic")
    assert "credentials-over-plaintext" in other
    assert other["unmatched-pattern"]["message"] == "no file of the project fits 'edge/**'"


PROTO = """\
        location /login/ {
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_pass http://keycloak:8080;
        }
"""
SETS = 'sets = ["X-Forwarded-Proto", "X-Forwarded-For"]'


def test_a_scheme_that_the_load_balancer_knows_better(found: Found) -> None:
    assert "forwarded-headers-wrong" not in found(PROTO)
    assert "forwarded-headers-wrong" not in found(PROTO, BALANCER)  # nobody says that it tells
    one = found(PROTO, BALANCER + SETS)["forwarded-headers-wrong"]
    assert one["witness"][0]["url"] == "https://www.example.com/login/x"
    said = (
        "a load balancer that ends TLS is in front and sets X-Forwarded-Proto, X-Forwarded-For"
        " (authlint.toml:1)"
    )
    assert said in one["stated"]


SLASH = """\
        location /api/v1/ {
            proxy_set_header Authorization $http_authorization;
            proxy_pass http://app:8080;
        }
"""


def test_a_redirect_of_the_plain_listener_leads_clients_away(found: Found) -> None:
    assert "redirect-loses-credentials" not in found(SLASH, listen="8080")
    one = found(SLASH, BALANCER, listen="8080")["redirect-loses-credentials"]
    assert one["witness"][0]["url"].startswith("https://www.example.com/api/v1")
    assert "Location: http://www.example.com:8080/api/v1/" in one["witness"][0]["answer"]


def test_what_the_load_balancer_sets_no_client_can(found: Found) -> None:
    body = """\
        location /app/ {
            auth_basic "app";
            auth_basic_user_file /etc/nginx/users;
            proxy_set_header X-User $remote_user;
            proxy_pass http://app:8080;
        }
        location /app/open/ {
            proxy_pass http://app:8080;
        }
"""
    front = "[[load-balancer]]\nends-tls = false\n"
    assert "identity-header-spoofable" in found(body)
    assert "identity-header-spoofable" in found(body, front + 'sets = ["X-Other"]')
    assert "identity-header-spoofable" not in found(body, front + 'sets = ["X-User"]')


def test_a_name_that_nothing_has_is_told(found: Found) -> None:
    assert "unmatched-pattern" not in found(AUTH % ("", ""), SERVICE)
    one = found(AUTH % ("", ""), '[[auth-service]]\nname = "lgin:9000"\n')["unmatched-pattern"]
    assert one["message"] == "nothing in the project is called 'lgin:9000'"
    assert (one["path"], one["line"]) == ("authlint.toml", 2)


def test_where_not_everything_was_read_nobody_knows_all_names(
    found: Found, capsys: pytest.CaptureFixture[str]
) -> None:
    found(AUTH % ("", ""), '[[auth-service]]\nname = "lgin:9000"\n')
    run(["check", "nginx.conf", "authlint.toml", "--select", "unmatched-pattern"])
    assert "nothing in the project is called" not in capsys.readouterr().out


def test_everything_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "authlint.toml").write_text(
        f'public-paths = ["/a", "x.example/b/**"]\n{BALANCER}ports = [80]\n{SERVICE}accepts = ["header:X-Key"]\n'
    )
    assert run(["config", "show"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    shown = dict(lines)
    assert shown["public-paths"] == "/a; x.example/b/**  (authlint.toml:1)"
    assert shown["load-balancer"] == (
        "all: a load balancer that ends TLS is in front of port 80  (authlint.toml:2)"
    )
    assert shown["auth-service"] == (
        "login:9000 takes the header x-key and answers 401 to a request without  (authlint.toml:5)"
    )


def test_trace_takes_it_into_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nginx.conf").write_text(SERVER.format(listen=80, body=AUTH % ("", "")))
    (tmp_path / "authlint.toml").write_text(SERVICE + "refuses-with = 403\n")
    asked = ("trace", "nginx.conf", "--request", "GET http://www.example.com/app/x")
    assert run(asked) == 0
    assert "answer: 403" in capsys.readouterr().out
    assert run((*asked, "--isolated")) == 0
    assert "answer: 401" in capsys.readouterr().out
    (tmp_path / "authlint.toml").write_text("[[auth-service]]\n")
    with pytest.raises(SystemExit):
        run(asked)
    assert capsys.readouterr().err == "authlint: authlint.toml:1: auth-service: 'name' is missing\n"
