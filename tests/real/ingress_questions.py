"""Random requests to random Ingress objects, and what the applications answer to them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.real.ingress_grammar import IngressGrammar

from authlint.flow.request import Request

BASIC = ("Authorization", "Basic VVNFUjpQQVNTV09SRA==")
BEARER = ("Authorization", "Bearer TOKEN")
ORIGINS = (
    "https://app.example.com",
    "https://a.example.org",
    "https://evil.example",
    "http://app.example.com",
)
HOSTS = (
    *("app.example.com",) * 5, "www.example.com", "www.example.com", "other.example.com", "example.com",
    "alias.example.com", "nobody.test", "www.app.example.com",
)  # fmt: skip
PATHS = (
    "/", "/api", "/api/", "/api/v1", "/api/v1/x", "/app/", "/app/x", "/app", "/login", "/LOGIN", "/login/x",
    "/.well-known/acme-challenge/t", "/.well-known/acme-challenge", "/x", "/files.d/a", "/filesxd", "/apix",
    "/a/admin", "/api?k=1", "/api/x?k=1&z=%20", "/denied", "/rest1", "/new/",
)  # fmt: skip
OTHERS = (
    ("Cookie", 0.2, ("session=SESSION", "route=1; a=b", "INGRESSCOOKIE=1")),
    ("X", 0.15, ("1", "block")),
    ("X-User", 0.1, ("forged",)),
    ("X-Told", 0.05, ("forged",)),
    ("X-Api-Key", 0.05, ("CLIENTKEY",)),
    ("X_Under", 0.05, ("u",)),
    ("User-Agent", 0.15, ("bot/1", "browser")),
    ("Referer", 0.05, ("https://bad.example/",)),
    ("X-Forwarded-For", 0.12, ("10.1.1.1", "10.1.1.1, 10.2.2.2")),
    ("X-Real-Client", 0.04, ("10.9.9.9",)),
    ("X-Forwarded-Proto", 0.12, ("https", "http")),
    ("X-Forwarded-Host", 0.05, ("front.example.com",)),
)
REPLIES: dict[int, tuple[tuple[str, str], ...]] = {
    401: (("WWW-Authenticate", "Bearer"), ("X-A", "up")),
    200: (("X-A", "up"), ("Access-Control-Allow-Origin", "https://up.example")),
    302: (("Location", "http://inside.example/next"),),
    301: (("Location", "/base/z"),),
}
COOKIES = ("s=1; Path=/; Domain=inside.example", "s=1; Path=/base/x; HttpOnly", "s=1")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what the applications answer to it."""

    request: Request
    status: int
    replied: tuple[tuple[str, str], ...]


def question(draw: IngressGrammar) -> Asked:
    headers: list[tuple[str, str]] = []
    if draw.maybe(0.5):
        headers.append(draw.random.choice((BASIC, BEARER)))
    for name, chance, values in OTHERS:
        if draw.maybe(chance):
            headers.append((name, draw.pick(*values)))
    method = draw.pick("GET", "GET", "GET", "POST", "OPTIONS", "OPTIONS", "HEAD", "DELETE")
    if method == "OPTIONS" and draw.maybe(0.7):
        headers = [
            ("Origin", draw.pick(*ORIGINS)),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "authorization"),
        ]
    elif draw.maybe(0.3):
        headers.append(("Origin", draw.pick(*ORIGINS)))
    status = draw.random.choice((200, 200, 200, 200, 401, 404, 403, 302, 301, 500, 503))
    replied = REPLIES.get(status, ()) if status != 200 or draw.maybe(0.5) else ()
    if draw.maybe(0.2):
        replied = (*replied, ("Set-Cookie", draw.pick(*COOKIES)))
    scheme = draw.pick("https", "https", "http")
    url = f"{scheme}://{draw.pick(*HOSTS)}{draw.pick(*PATHS)}"
    return Asked(Request(method, url, tuple(headers), peer="127.0.0.1"), status, replied)
