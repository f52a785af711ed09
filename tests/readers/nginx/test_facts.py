"""What the reader says of settings that no request shows, and of which look-alikes it says nothing."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from authlint.model.fact import Fact, Ignored, Log, Rejected
from authlint.model.gateway import Gateway
from authlint.readers.library import Library
from authlint.readers.nginx.read import read
from authlint.readers.origins import impossible, unfit
from authlint.text import Sources

SERVER = "http {{ server {{ listen 80; {} }} }}"


def gateway(folder: Path, text: str) -> Gateway:
    path = folder / "nginx.conf"
    path.write_text(dedent(text))
    reading = read(Library(Sources(), os.fspath(folder)), os.fspath(path))
    assert reading is not None
    return reading.gateway


def facts(folder: Path, server: str) -> tuple[Fact, ...]:
    return gateway(folder, SERVER.format(server)).facts


@pytest.mark.parametrize(
    "server",
    [
        'location / { add_header Authorization "Basic QQ=="; proxy_pass http://a; }',
        "location / { more_set_headers 'Authorization: Bearer secret'; proxy_pass http://a; }",
        "location / { add_header Access-Control-Allow-Header Authorization; proxy_pass http://a; }",
        "location / { add_header Access-Control-Request-Method POST; proxy_pass http://a; }",
        "location / { proxy_set_header Access-Control-Allow-Origin *; proxy_pass http://a; }",
        'location / { proxy_set_header Authorization ""; grpc_pass grpc://a; }',
        'location / { fastcgi_param HTTP_AUTHORIZATION ""; proxy_pass http://a; }',
    ],
)
def test_a_setting_that_nobody_hears(tmp_path: Path, server: str) -> None:
    assert [type(one) for one in facts(tmp_path, server)] == [Ignored]


@pytest.mark.parametrize(
    "server",
    [
        # An answer of the gateway's own, for an auth request of somebody else.
        'location / { add_header Authorization "Basic QQ=="; return 204; }',
        # What an auth service said may be for a page's script.
        "auth_request /a; location / { auth_request_set $t $upstream_http_authorization;"
        ' add_header Authorization "Bearer $t"; proxy_pass http://a; }',
        # The right name stands beside it.
        "location / { add_header Access-Control-Allow-Header A; add_header Access-Control-Allow-Headers A; }",
        "location / { proxy_set_header Access-Control-Request-Method POST; proxy_pass http://a; }",
        "location / { proxy_set_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Origin *; }",
        # For a location inside, and for one that is not in sight.
        'location / { proxy_set_header Authorization ""; location /g/ { grpc_pass grpc://a; } proxy_pass http://a; }',
        'location / { proxy_set_header Authorization ""; fastcgi_pass a; location /x { proxy_pass http://b; } }',
        "location / { proxy_set_header Authorization $http_authorization; fastcgi_pass a; }",
        "location / { add_header Access-Control-Allow-Private-Network true; }",
        "location / { auth_request_set $u $upstream_http_u; add_header X-User $u; include not-there.conf; }",
    ],
)
def test_a_look_alike_is_let_be(tmp_path: Path, server: str) -> None:
    assert facts(tmp_path, server) == ()


def test_of_a_snippet_only_what_needs_no_context(tmp_path: Path) -> None:
    text = """
        auth_request_set $user $upstream_http_x_user;
        proxy_set_header X-User $user;
        add_header Access-Control-Allow-Header Authorization;
    """
    assert [one.lacking for one in gateway(tmp_path, text).facts if isinstance(one, Ignored)] == [
        "access-control-allow-headers"
    ]


@pytest.mark.parametrize(
    ("server", "refused"),
    [
        ("add_header Access-Control-Allow-Origin $cors_origin;", True),
        ("add_header Access-Control-Allow-Origin $cors_origin; include not-there.conf;", False),
        ("set $cors_origin *; add_header Access-Control-Allow-Origin $cors_origin;", False),
        ("add_header X-Trace $opentelemetry_trace_id;", False),
        ("add_header Access-Control-Allow-Methods GET, POST;", True),
        ("add_header Access-Control-Allow-Methods GET always;", False),
        ("add_header Access-Control-Allow-Methods GET Always;", True),
    ],
)
def test_what_the_server_refuses(tmp_path: Path, server: str, refused: bool) -> None:
    assert [type(one) for one in facts(tmp_path, server)] == [Rejected] * refused


def written(folder: Path, text: str) -> list[str]:
    """The words of the file that the logs of the only location point to."""
    found = gateway(folder, text)
    table = found.listeners[0].hosts[0].table
    file = (folder / "nginx.conf").read_text()
    logs = [log for log in table.routes()[0].block.logs if isinstance(log, Log)]
    return [file[log.span.start : log.span.end] for log in logs]


def test_every_variable_of_a_format_has_its_place(tmp_path: Path) -> None:
    text = """
        http {
            log_format own '$remote_addr '
                           '"${http_authorization}"';
            access_log /var/log/nginx/a.log own;
            server { listen 80; location / { return 204; } }
        }
    """
    assert written(tmp_path, text) == ["$remote_addr", "${http_authorization}"]


@pytest.mark.parametrize(
    ("inner", "logs"),
    [
        ("access_log off;", 0),
        ("access_log /b.log own;", 1),
        ("access_log /b.log own if=$http_authorization;", 0),
        ("access_log /b.log own if=$status;", 1),
        ("access_log /b.log own buffer=32k; access_log /c.log own;", 2),
        ("", 1),
    ],
)
def test_the_nearest_log_counts(tmp_path: Path, inner: str, logs: int) -> None:
    text = f"""
        http {{
            log_format own $http_authorization;
            access_log /a.log own;
            server {{ listen 80; location / {{ {inner} return 204; }} }}
        }}
    """
    assert len(written(tmp_path, text)) == logs


@pytest.mark.parametrize(
    "where", ["error_log /e.log debug; http {{ {} }}", "http {{ error_log /e.log debug; {} }}"]
)
def test_debugging_writes_every_header_and_needs_a_build_for_it(tmp_path: Path, where: str) -> None:
    found = gateway(tmp_path, where.format("server { listen 80; location / { return 204; } }"))
    logs = found.listeners[0].hosts[0].table.routes()[0].block.logs
    assert [bool(log.assumes) for log in logs] == [True]


@pytest.mark.parametrize(
    ("origin", "fits"),
    [
        ("https://app.example.com", True),
        ("https://app.example.com:8443", True),
        ("capacitor://localhost", True),
        ("null", True),
        ("*", True),
        ("https://app.example.com/", False),
        ("https://app.example.com:443", False),
        ("app.example.com", False),
        ("https://*.example.com", False),
        ("https://App.example.com", False),
        ("https://a.example, https://b.example", False),
    ],
)
def test_what_a_browser_may_send(origin: str, fits: bool) -> None:
    assert (impossible(origin) == "") is fits


@pytest.mark.parametrize(
    ("pattern", "may"),
    [
        (r"^https?://app\.example\.com$", True),
        (r"^(https?:\/\/)?app\.example\.com$", True),
        (r"^capacitor://localhost$", True),
        (r"example\.com$", True),
        (r"^(null|https://a\.example)$", True),
        (r"^https://app\.example\.com/?$", True),
        (r"^h.*$", True),
        (r"^app\.example\.com$", False),
        (r"^https://app\.example\.com/$", False),
        (r"^https:\/\/app\.example\.com\/$", False),
    ],
)
def test_what_an_anchored_pattern_takes(pattern: str, may: bool) -> None:
    assert (unfit(pattern) == "") is may
