"""What people do to names of users, password files, cookies, and to TLS, in nginx."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.mutant import File, Operator, Try
from tests.mutants.nginx.planting import Planting, plant

PROXY = ("proxy_pass",)
USERS = Path(__file__).with_name("users")
BASIC = 'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
CHECKED = """location = /who-is-it {
    internal;
    proxy_pass http://login.internal:4180/verify;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}
"""
TWINS = """server {
    listen 443 ssl;
    server_name files.twin.example;
    ssl_certificate /etc/nginx/tls.pem;
    ssl_certificate_key /etc/nginx/tls.key;
    auth_basic "files";
    auth_basic_user_file /etc/nginx/htpasswd;
    location / {
        @pass@
    }
}
server {
    listen 80;
    server_name files.twin.example;
-     return 301 https://$host$request_uri;
    auth_basic "files"; #!
    auth_basic_user_file /etc/nginx/htpasswd;
    location / {
        @pass@
    }
}
"""

PLANTINGS = (
    Planting(
        "identity-header-spoofable",
        "name that nobody checks",
        '- auth_basic "staff";\n- auth_basic_user_file /etc/nginx/htpasswd;\n'
        "proxy_set_header X-Remote-User $remote_user; #!\n",
        via=PROXY,
        only=True,
    ),
    Planting(
        "identity-header-spoofable",
        "not cleared for the part for everybody",
        "auth_request /who-is-it;\nauth_request_set $who $upstream_http_x_user;\nproxy_set_header X-User $who;\n",
        server=CHECKED + 'location /for-everybody/ {\n-     proxy_set_header X-User "";\n    @pass@ #!\n}\n',
        via=PROXY,
        only=True,
    ),
    Planting(
        "credentials-over-plaintext",
        "a plain port beside TLS",
        BASIC,
        server="+ listen 8088;\n",
        listens=r"listen\s+(\S*:)?443\s[^;]*ssl[^;]*",
        named=True,
        alien=r"\b8088\b|listen[^;]*(127\.|unix)",
        via=PROXY,
    ),
    Planting(
        "credentials-over-plaintext",
        "a plain twin that does not redirect",
        http=TWINS,
        via=PROXY,
    ),
    Planting(
        "cookie-unsendable",
        "SameSite=None without Secure",
        '+ add_header Set-Cookie "visit=1; Path=/; SameSite=None"; #!\n'
        '- add_header Set-Cookie "visit=1; Path=/; SameSite=None; Secure";\n',
        listens=r"listen\s+(\S*:)?443\s[^;]*ssl[^;]*",
    ),
    Planting(
        "cookie-unsendable",
        "domain of another site",
        "+ proxy_cookie_domain app.internal cookies.example; #!\n- proxy_cookie_domain app.internal $host;\n",
        named=True,
        alien=r"proxy_cookie_domain|server_name\s+(_|\S*\*|~)",
        via=PROXY,
    ),
    Planting(
        "cookie-unsendable",
        "Strict in a frame",
        "add_header Content-Security-Policy \"frame-ancestors 'self' https://portal.example\" always;\n"
        '- proxy_cookie_path / "/; Secure; SameSite=None";\n'
        '+ proxy_cookie_path / "/; Secure; SameSite=Strict"; #!\n',
        named=True,
        alien="proxy_cookie_path",
        via=PROXY,
    ),
)


def _users(name: str, kind: str) -> Operator:
    """Names a file with users that lies here; relative names begin where the configuration lies that includes all."""

    def operator(file: File) -> Iterator[Try]:
        folder = os.path.relpath(USERS, os.path.dirname(file.path))
        lines = f"- auth_basic_user_file {folder}/hashed;\n+ auth_basic_user_file {folder}/{kind}; #!\n"
        diff = 'auth_basic "staff";\n' + lines
        yield from plant(Planting("password-file-unusable", name, diff, main=True), file)

    return operator


OPERATORS: tuple[tuple[str, Operator], ...] = (
    ("password-file-unusable/plain letters", _users("plain letters", "plain")),
    ("password-file-unusable/hash of another program", _users("hash of another program", "foreign")),
)
