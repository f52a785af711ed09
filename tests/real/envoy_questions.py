"""Random requests to a random bootstrap, and what stands behind it answers."""

from __future__ import annotations

from typing import Any

from tests.real.envoy_clauses import Clauses, Json

TARGETS = (
    "/", "/a", "/a/", "/a/x", "/A", "/ab", "/b", "/b/x", "/c", "/a?k=1", "/b?k=2&x=1", "//a", "/a/../b", "/%61",
    "/a%2Fx", "/a?key=k-1", "/a?token=<p>", "/a?access_token=<p>", "/b?k=1&key=k-2&access_token=<q>", "/a;v=1",
    "/a//b?k=2", "/b/./x", "/A/", "/b%2e%2e/", "/a?", "/?k=2%20b&key", "/a?k=&key=k-2", "/x", "/xa/b?token=<p>&k=1",
)  # fmt: skip
CREDENTIALS = (
    *(("Authorization", "Bearer <p>"),) * 5,
    *(("Authorization", "Bearer <q>"),) * 2,
    ("Authorization", "Bearer <p aud=c>"),
    ("Authorization", "Bearer <p exp=-1000>"),
    ("Authorization", "Bearer <p iss=https://else.example>"),
    ("Authorization", "Bearer nonsense"),
    ("Authorization", "Basic VVNFUjpQQVNTV09SRA=="),
    ("Authorization", "Basic VVNFUjpQQVNTV09SRA=="),
    ("Authorization", "Basic VVNFUjp3cm9uZw=="),
    ("Authorization", "Bearer k-1"),
    ("X-Api-Key", "k-1"),
    ("X-Api-Key", "k-1"),
    ("X-Api-Key", "k-2"),
    ("X-Api-Key", "none"),
    ("X-Token", "<p>"),
    ("Cookie", "session=<p>; a=1"),
    ("Cookie", "key=k-1; a=1"),
)
HOSTS = (
    *("other.example", "app.example:99", "x.example", "APP.example", "nobody", "app.example.", "app.other"),
    *("a.b.example:99", "x-example", "deep.app.example", "app.example:PORT"),
)
OTHERS = (
    ("X-Forwarded-Proto", "https", 0.08),
    ("X-N", "3", 0.05),
    ("X_Under", "u", 0.04),
    ("X-Token", "raw", 0.03),
    ("Content-Type", "application/grpc", 0.04),
    ("Vary", "client", 0.02),
)
PREFLIGHT = [
    ["Access-Control-Request-Method", "PUT"],
    ["Access-Control-Request-Headers", "authorization"],
]
JUDGED: tuple[tuple[Any, ...], ...] = (
    (200, [["X-User", "alice"], ["X-A", "s"], ["Set-Cookie", "s=1"]]),
    (200, []),
    (401, [["WWW-Authenticate", "Own"], ["X-A", "s"]]),
    (403, []),
    (302, [["Location", "https://login.example/"]]),
    (204, []),
    (500, []),
    (
        200,
        [["X-User", "alice"]],
        {"appended": [["X-A", "more"]], "removed": ["x-h", "cookie"], "told": [["X-C", "of"]]},
    ),
    (200, [], {"query": [["k", "1"]], "query_removed": ["key"], "appended": [["Authorization", "more"]]}),
)
REPLIED: tuple[tuple[int, list[list[str]]], ...] = (
    (200, [["X-C", "up"], ["Access-Control-Allow-Origin", "*"]]),
    (401, [["WWW-Authenticate", "Bearer"]]),
    (302, [["Location", "/b"]]),
    (302, [["Location", "http://app.example/b?k=1"]]),
    (307, [["Location", "http://other.example/a"]]),
    (303, [["Location", "http://app.example/a/x"], ["X-C", "up"]]),
    (308, [["Location", "http://app.example/b/x"]]),
    (404, []),
)


def question(draw: Clauses) -> list[object]:
    headers: list[list[str]] = []
    if draw.maybe(0.4):
        headers.append(["Host", draw.pick(*HOSTS)])
    for _ in range(draw.pick(0, 1, 1, 1, 2, 2)):
        chosen = list(draw.pick(*CREDENTIALS))
        if chosen[0] not in [name for name, _ in headers]:
            headers.append(chosen)
    method = draw.pick("GET", "GET", "GET", "POST", "OPTIONS", "OPTIONS", "HEAD")
    if draw.maybe(0.5):
        headers.append(
            ["Origin", draw.pick("https://app.example", "https://evil.example", "https://app.test")]
        )
        if method == "OPTIONS":
            headers += PREFLIGHT
    if draw.maybe(0.3):
        headers.append(["X-H", draw.pick("a", "b", "abc")])
    for name, value, chance in OTHERS:
        if draw.maybe(chance):
            headers.append([name, value])
    for name in ("X-A", "X-User", "X-Payload"):
        if draw.maybe(0.1):
            headers.append([name, "client"])
    target = draw.pick(*TARGETS)
    if "%2F" in target:  # which filters run where such a request has a scheme of its own nobody knows
        headers = [header for header in headers if header[0] != "X-Forwarded-Proto"]
    options: Json = {}
    if draw.maybe(0.25):
        options["auth"] = draw.pick(*JUDGED)
    if draw.maybe(0.25):
        options["st"], options["rh"] = draw.pick(*REPLIED)
    if method == "POST" and draw.maybe(0.3):
        options["body"] = draw.pick("abc", "abcdef")
    if "oauth2" in draw.used:  # where a login begins something random is said
        options["skip"] = ["location", "set-cookie"]
        if draw.maybe(0.2):
            target = draw.pick("/callback", "/signout", "/callback?code=c&state=s")
            options["open"] = target != "/signout"
    return [method, target, headers, options]
