"""Findings made by hand, for reports to show."""

from __future__ import annotations

from authlint.finding import Exchange, Finding, Label, Level, Notice, Tally
from authlint.text import Source, Sources, Span

PATH = "conf.d/api.conf"
TEXT = """\
server {
    server_name api.example.com;
    location /v1/ {
        add_header Access-Control-Allow-Origin https://app.example.com always;
        auth_basic "api";
        proxy_pass http://user:hunter2@app;
    }
}
"""
SOURCES = Sources({PATH: Source(PATH, TEXT)})
TALLY = Tally(14, 12, [Notice("a.conf", "is binary"), Notice("b.conf", "is larger than 4 MiB")])

PREFLIGHT = Exchange(
    "OPTIONS",
    "https://api.example.com/v1/",
    (
        ("Origin", "https://app.example.com"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization"),
    ),
    401,
    "gateway",
    'WWW-Authenticate: Basic realm="api"',
    "2xx with the CORS headers",
)
BASIC = Exchange(
    "GET",
    "https://api.example.com/",
    (("Authorization", "Basic VVNFUjpQQVNTV09SRA=="),),
    302,
    "gateway",
    "302 to /login",
    "200",
)


def label(words: str, text: str, within: str = TEXT, path: str = PATH) -> Label:
    start = within.index(words)
    return Label(Span(path, start, start + len(words)), text)


FINDING = Finding(
    rule="preflight-behind-auth",
    level=Level.ERROR,
    message="browsers cannot call api.example.com/v1/: the preflight is answered 401",
    primary=label("auth_basic", "asks the preflight for credentials, and a preflight never has any"),
    related=(label("add_header", "cross-origin use is meant: CORS is set up here"),),
    routes=("/v1/", "/v1/admin/", "~ ^/v1/export", "/v2/"),
    witness=(PREFLIGHT,),
    cure="answer OPTIONS before auth",
)
