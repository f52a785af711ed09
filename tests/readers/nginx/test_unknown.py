"""What no configuration decides is followed both ways: definite where both agree, unknown with a reason elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.readers.library import Library
from authlint.readers.nginx.read import read
from authlint.text import Sources


def outcome(folder: Path, http: str, target: str = "/", protocol: str = "") -> Outcome:
    path = folder / "nginx.conf"
    path.write_text(f"events {{}} http {{ {http} }}")
    reading = read(Library(Sources(), os.fspath(folder)), os.fspath(path))
    assert reading is not None
    return run(reading.gateway, Request("GET", f"http://x{target}", protocol=protocol))


OIDC = 'oidc_provider idp { issuer "https://i.example"; client_id c; }'
SPLIT = "split_clients $remote_addr $half { 50% a; * b; }"


@pytest.mark.parametrize(
    ("http", "target", "status"),
    [
        # Each module's setting is inherited by itself.
        (f"{OIDC} auth_oidc idp; server {{ location / {{ return 204; }} }}", "/", 204),
        (f"{OIDC} auth_oidc idp; server {{ location / {{ proxy_pass http://a; }} }}", "/", None),
        (f"{OIDC} auth_oidc idp; server {{ location / {{ auth_oidc off; proxy_pass http://a; }} }}", "/", 200),
        (
            f"{OIDC} auth_oidc idp; server {{ auth_ldap off; location / {{ proxy_pass http://a; }} }}",
            "/",
            None,
        ),
        (f"{SPLIT} server {{ if ($half = a) {{ return 403; }} return 403; }}", "/", 403),
        (f"{SPLIT} server {{ if ($half = a) {{ return 403; }} return 204; }}", "/", None),
        ("server { location / { set $a app; proxy_pass http://$a$uri; } }", "/x", 200),
        ("server { location / { set $a app; proxy_pass http://$a$uri; } }", "/x%20y", None),
        ("server { location / { proxy_pass http://app; } }", "/x%20y", 200),
        ("server { if ($server_protocol = HTTP/2.0) { return 403; } return 204; }", "/", 204),
        ("server { listen 80; http2 on; if ($server_protocol = HTTP/2.0) { return 403; } return 204; }", "/", None),
        (
            "geo $g { ranges; 10.0.0.0-10.0.0.9 in; delete 10.0.0.2-10.0.0.3; } "
            "server { if ($g) { return 403; } return 204; }",
            "/",
            None,
        ),
        (
            "geo $g { proxy 10.0.0.0/8; 10.0.0.0/8 in; } server { if ($g) { return 403; } return 204; }",
            "/",
            None,
        ),
    ],
)  # fmt: skip
def test_both_ways(http: str, target: str, status: int | None, tmp_path: Path) -> None:
    found = outcome(tmp_path, http, target)
    assert found.status == status, found.unknown
    assert bool(found.unknown) == (status is None) or found.alternatives


def test_a_header_that_only_one_world_has_is_unknown(tmp_path: Path) -> None:
    secret = "auth_basic x; auth_basic_user_file /f; location / { root /; }"
    http = f"{SPLIT} server {{ if ($half = a) {{ return 401; }} {secret} }}"
    (header,) = outcome(tmp_path, http).get("www-authenticate")
    assert not isinstance(header.value, str)
