"""Random requests, and what the applications answer to them."""

from __future__ import annotations

from tests.real.comparing import Question
from tests.real.surroundings import Surroundings

BASIC = ("Authorization", "Basic VVNFUjpQQVNTV09SRA==")
WRONG = ("Authorization", "Basic VVNFUjp3cm9uZw==")
BEARER = ("Authorization", "Bearer t")
ORIGIN = ("Origin", "https://app.example")
PREFLIGHT = (
    ORIGIN,
    ("Access-Control-Request-Method", "GET"),
    ("Access-Control-Request-Headers", "authorization"),
)
PATHS = (
    "/a", "/a/", "/a/x", "/b", "/b/x.txt", "/a.txt", "/", "/dir", "/dir/", "/c/y", "/d", "/a/b/c", "/e%20f",
    "/A", "//a", "/c", "/a//b", "/a/../b", "/%61/x", "/b/%2e%2e/a", "/a%2Fx", "/dir2", "/dir2/", "/auth",
    "/a/x.txt", "/../a", "/a%zz", "/b/a;v=1", "/a/./x", "/a/%25", "/e%20f/%C3%A9", "/html", "/a.txt/",
)  # fmt: skip
HOSTS = (
    "other.example",
    "app.example:99",
    "x.example",
    "unknown",
    "APP.example",
    "app.example.",
    "other.example",
)
REPLIED = {
    401: (("WWW-Authenticate", "Bearer"), ("X-C", "up")),
    200: (("X-C", "up"), ("Vary", "Accept"), ("Access-Control-Allow-Origin", "https://up.example")),
    302: (("Location", "http://UP1/base/z"),),
    301: (("Location", "/base/z"),),
    204: (("X-Accel-Redirect", "/b"),),
}


ACCELERATED = ("/b", "@n", "/a.txt", "/auth2", "/nope", "/dir/?k=1", "/a")
COOKIES = (
    "s=1; Path=/; Domain=up.example",
    "s=1; Path=/base/x; HttpOnly",
    "t=2; path=/base; Secure; SameSite=Lax; Domain=.up.example",
    "s=1",
)


def question(draw: Surroundings) -> Question:
    headers: list[tuple[str, str]] = []
    if draw.maybe(0.5):
        headers.append(draw.random.choice((BASIC, WRONG, BEARER)))
    if draw.maybe(0.02) and draw.of_answers:  # headers-more sets one of two
        headers.append(BEARER)
    for name, chance, values in (
        ("X", 0.3, ("1", "off", "abc", "0")),
        ("Cookie", 0.2, ("a=1", "b=2; a=1", "c=3")),
        ("Host", 0.3, HOSTS),
        ("X_Under", 0.08, ("u",)),
        ("X.Dot", 0.04, ("d",)),
        ("X-Real-IP", 0.08, ("10.1.2.3", "9.9.9.9", "127.0.0.1", "none")),
        ("X-Forwarded-For", 0.06, ("10.1.1.1",)),
    ):
        if draw.maybe(chance):
            headers.append((name, draw.pick(*values)))
    method = draw.pick("GET", "GET", "GET", "GET", "POST", "OPTIONS", "HEAD", "DELETE", "PUT")
    if draw.maybe(0.01):
        method = "TRACE"
    if method == "OPTIONS" and draw.maybe(0.7):
        headers = [*PREFLIGHT]
    elif draw.maybe(0.3):
        headers.append(ORIGIN)
    status = draw.random.choice((200, 200, 200, 401, 401, 404, 403, 302, 301, 500))
    if draw.maybe(0.03):
        status = 204
    replied = REPLIED.get(status, ()) if status != 200 or draw.maybe(0.4) else ()
    if draw.maybe(0.03):
        replied = (*replied, ("X-Accel-Redirect", draw.pick(*ACCELERATED)))
    if draw.maybe(0.15):
        replied = (*replied, ("Set-Cookie", draw.pick(*COOKIES)))
    target = draw.pick(*PATHS) + draw.pick("", "", "?k=1", "?z", "?k=a.txt&y=%20")
    body = "body" if method in ("POST", "PUT") and draw.maybe(0.5) else ""
    if draw.maybe(0.03):
        place, length = draw.random.randint(0, len(headers)), draw.random.choice((900, 1900, 8100, 8190))
        headers.insert(place, ("X-Long", "l" * length))
    listener = draw.pick(*draw.listeners)
    if listener == "SECURE" and draw.maybe(0.15):
        listener = "UNSECURED"
    body = "" if listener == "SECURE" else body
    spoken = (listener == "SECURE" and draw.later) or (listener == "SECOND" and draw.later_plain)
    later = spoken and draw.maybe(0.6)
    return Question(method, target, tuple(headers), body, status, replied, listener, later)
