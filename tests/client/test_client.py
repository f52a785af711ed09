"""What browsers and curl do with redirects and cookies."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from authlint.client.cookies import Jar
from authlint.client.cors import announced, cors_check, needs_preflight, preflight_check
from authlint.client.fetch import Fetched, fetch
from authlint.client.redirects import follow, resolved
from authlint.flow.outcome import Header, Outcome
from authlint.flow.request import Request
from authlint.model.unknown import Unknown


def redirected(status: int, location: str) -> Outcome:
    return Outcome(status, "gateway", None, None, (), (Header("Location", location),), ())


ACAO = "Access-Control-Allow-Origin"
CREDENTIALS = (("Authorization", "Bearer t"), ("Cookie", "a=1"))


@pytest.mark.parametrize(
    ("location", "browser", "curl"),
    [
        ("/b", ["Authorization", "Cookie"], ["Authorization", "Cookie"]),
        ("http://a.example/b", ["Authorization", "Cookie"], ["Authorization", "Cookie"]),
        ("http://a.example:80/b", ["Authorization", "Cookie"], ["Authorization", "Cookie"]),
        ("https://a.example/b", ["Cookie"], []),
        ("http://a.example:8080/b", ["Cookie"], []),
        ("http://b.example/", ["Cookie"], []),
        ("//b.example/", ["Cookie"], []),
    ],
)
def test_credentials_on_a_redirect(location: str, browser: list[str], curl: list[str]) -> None:
    request = Request("GET", "http://a.example/x", CREDENTIALS)
    for client, kept in (("browser", browser), ("curl", curl)):
        following = follow(request, redirected(302, location), client)  # type: ignore[arg-type]
        assert following is not None
        assert [name for name, _ in following.headers] == kept


@pytest.mark.parametrize(
    ("status", "method", "after"),
    [
        (301, "POST", "GET"),
        (302, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
    ],
)
def test_methods_on_a_redirect(status: int, method: str, after: str) -> None:
    following = follow(Request(method, "http://a.example/x"), redirected(status, "/y"), "browser")
    assert following is not None
    assert following.method == after


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("y", "http://a.example/d/y"),
        ("../y#f", "http://a.example/y"),
        ("?q", "http://a.example/d/x?q"),
        ("/y", "http://a.example/y"),
    ],
)
def test_a_relative_location(location: str, url: str) -> None:
    assert resolved(Request("GET", "http://a.example/d/x?z"), location) == url


def test_curl_itself_drops_them(require: Callable[[str], Path]) -> None:
    """curl -L to another port, asked in earnest."""
    got: list[list[str]] = []

    class There(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append([name for name in ("Authorization", "Cookie") if self.headers.get(name)])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    there = ThreadingHTTPServer(("127.0.0.1", 0), There)

    class Here(There):
        def do_GET(self) -> None:
            port = there.server_address[1] if self.path == "/other" else self.server.server_address[1]  # type: ignore[index]
            if self.path in ("/other", "/same"):
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{port}/end")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                super().do_GET()

    here = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    for server in (here, there):
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    curl = require("curl")
    headers = [option for name, value in CREDENTIALS for option in ("-H", f"{name}: {value}")]
    base = f"http://127.0.0.1:{here.server_address[1]}"
    for path in ("/same", "/other"):
        subprocess.run([curl, "-sL", *headers, base + path], check=True, capture_output=True)
    for server in (here, there):
        server.shutdown()
        server.server_close()
    predicted = []
    for path, location in (
        ("/same", f"{base}/end"),
        ("/other", f"http://127.0.0.1:{there.server_address[1]}/end"),
    ):
        following = follow(Request("GET", base + path, CREDENTIALS), redirected(302, location), "curl")
        assert following is not None
        predicted.append([name for name, _ in following.headers])
    assert got == predicted


def jar(url: str, *cookies: str) -> Jar:
    made = Jar()
    made.store(url, cookies)
    return made


@pytest.mark.parametrize(
    ("set_cookie", "url", "sent"),
    [
        ("a=1", "https://x.example/other/page", "a=1"),
        ("a=1; Path=/app", "https://x.example/other", ""),
        ("a=1; Path=/app", "https://x.example/app/b", "a=1"),
        ("a=1; Path=/app", "https://x.example/apple", ""),
        ("a=1; Domain=.x.example", "https://sub.x.example/", "a=1"),
        ("a=1; Domain=example", "https://x.example/", ""),
        ("a=1; Max-Age=-1; Expires=Wed, 01 Jan 2200 00:00:00 GMT", "https://x.example/", ""),
        ("a=1; Expires=Thu, 01-Jan-2015 00:00:00 GMT", "https://x.example/", ""),
        ("a=1; Expires=Wed, 01 Jan 2200 00:00:00 GMT", "https://x.example/", "a=1"),
        ("a=1; Expires=soon", "https://x.example/", "a=1"),
        ("a=1; HttpOnly", "https://x.example?to=/a", "a=1"),
        ("__host-a=1; Secure", "https://x.example/", ""),
        ("only", "https://x.example/", "only"),
        ("a=1", "https://sub.x.example/", ""),
        ("a=1; Domain=else.example", "https://else.example/", ""),
        ("a=1; Secure", "http://x.example/", ""),
        ("a=1; SameSite=None", "https://x.example/", ""),
        ("a=1; Max-Age=0", "https://x.example/", ""),
        ("__Host-a=1; Secure; Path=/", "https://x.example/", "__Host-a=1"),
        ("__Host-a=1; Secure; Path=/; Domain=x.example", "https://x.example/", ""),
        ("__Secure-a=1", "https://x.example/", ""),
    ],
)
def test_which_cookies_go_where(set_cookie: str, url: str, sent: str) -> None:
    assert jar("https://x.example/", set_cookie).header(url) == sent


@pytest.mark.parametrize(
    ("same_site", "asked_by_a_page", "gone_to"),
    [("Lax", "", "a=1"), ("Strict", "", ""), ("None", "a=1", "a=1")],
)
def test_cookies_across_sites(same_site: str, asked_by_a_page: str, gone_to: str) -> None:
    kept = jar("https://x.example/", f"a=1; Secure; SameSite={same_site}")
    assert kept.header("https://x.example/", same_site=False) == asked_by_a_page
    assert kept.header("https://x.example/", same_site=False, top_level=True) == gone_to
    assert kept.header("https://x.example/", "POST", same_site=False, top_level=True) == asked_by_a_page


def test_what_is_unknown_is_no_verdict() -> None:
    headers = [Header("Access-Control-Allow-Origin", Unknown("a Lua block"))]
    assert cors_check(headers, "https://a.example", False).fault == "unknown"


def test_when_a_preflight_is_sent() -> None:
    assert needs_preflight("GET", ["authorization"])
    assert needs_preflight("PUT", [])
    assert not needs_preflight("POST", ["accept"])


def test_a_later_cookie_replaces_and_removes() -> None:
    kept = jar("https://x.example/", "a=1", "b=2; Path=/", "a=3; Path=/")
    assert kept.header("https://x.example/") == "a=3; b=2"
    kept.store("https://x.example/", ["a=; Max-Age=0; Path=/"])
    assert kept.header("https://x.example/") == "b=2"


def test_plain_http_does_not_replace_a_secure_cookie() -> None:
    kept = jar("https://x.example/", "a=1; Secure")
    kept.store("http://x.example/", ["a=2"])
    assert kept.header("https://x.example/") == "a=1"


def test_an_address_has_no_parent_domain() -> None:
    assert jar("http://127.0.0.1/", "a=1; Domain=0.0.1").header("http://127.0.0.1/") == ""


@pytest.mark.parametrize(("same_site", "kept"), [("Lax", ""), ("None", "a=1")])
def test_what_another_site_may_leave(same_site: str, kept: str) -> None:
    made = Jar()
    made.store("https://x.example/", [f"a=1; Secure; SameSite={same_site}"], same_site=False)
    assert made.header("https://x.example/") == kept


@pytest.mark.parametrize(
    ("name", "value", "asked"),
    [
        ("Content-Type", "application/json", ["content-type"]),
        ("Content-Type", "text/plain; charset=utf-8", []),
        ("Range", "bytes=0-9", []),
        ("Range", "bytes=-9", ["range"]),
        ("X-Api-Key", "k", ["x-api-key"]),
        ("Accept", "a" * 129, ["accept"]),
    ],
)
def test_which_headers_are_announced(name: str, value: str, asked: list[str]) -> None:
    assert announced(((name, value),)) == asked


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("Access-Control-Allow-Headers", "Content-Type Authorization", "headers"),
        ("Access-Control-Allow-Methods", "GET PUT", "methods"),
        ("Access-Control-Allow-Methods", "get", ""),
    ],
)
def test_a_list_needs_commas(name: str, value: str, fault: str) -> None:
    headers = [Header(ACAO, "*"), Header("Access-Control-Allow-Headers", "authorization")]
    headers = [*(one for one in headers if one.name != name), Header(name, value)]
    answer = Outcome(204, "gateway", None, None, (), tuple(headers), ())
    assert preflight_check(answer, "https://a.example", "GET", ["authorization"], False).fault == fault


def test_curl_sends_them_again_where_it_began() -> None:
    first = Request("GET", "http://a.example/x", CREDENTIALS)
    away = follow(first, redirected(302, "http://b.example/"), "curl", first)
    assert away is not None
    back = follow(away, redirected(302, "http://a.example/y"), "curl", first)
    assert back is not None
    assert (away.headers, back.headers) == ((), CREDENTIALS)


def test_a_redirect_to_no_web_address() -> None:
    assert (
        follow(Request("GET", "http://a.example/"), redirected(302, "mailto:x@a.example"), "browser") is None
    )


def fetched(location: str, mode: str = "cors") -> Fetched:
    """A page of https://a.example asks https://b.example, which redirects; everything allows everyone."""

    def ask(request: Request) -> Outcome:
        moved = (Header("Location", location),) if request.target == "/start" else ()
        return Outcome(302 if moved else 200, "gateway", None, None, (), (*moved, Header(ACAO, "*")), ())

    return fetch(ask, Request("GET", "https://b.example/start"), "https://a.example", "omit", mode)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("https://c.example/", ""),
        ("https://u:p@c.example/", "redirect"),
        ("mailto:x@a.example", "redirect"),
        ("/start", "redirect"),
    ],
)
def test_where_a_fetch_may_be_led(location: str, fault: str) -> None:
    assert fetched(location).verdict.fault == fault


def test_a_visit_asks_nobody() -> None:
    visit = fetched("https://c.example/", "navigate")
    assert [(request.url, request.header("origin")) for request, _ in visit.exchanges] == [
        ("https://b.example/start", None),
        ("https://c.example/", None),
    ]


def test_curl_itself_sends_them_again(require: Callable[[str], Path]) -> None:
    """To another port and back, asked in earnest: what follow() says of each step is what arrives."""
    got: list[list[str]] = []
    ports: list[int] = []

    class Hop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append([name for name in ("Authorization", "Cookie") if self.headers.get(name)])
            ways = {
                "/start": f"http://127.0.0.1:{ports[1]}/away",
                "/away": f"http://127.0.0.1:{ports[0]}/end",
            }
            self.send_response(302 if self.path in ways else 200)
            if self.path in ways:
                self.send_header("Location", ways[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Hop) for _ in range(2)]
    ports.extend(server.server_address[1] for server in servers)
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    first = Request("GET", f"http://127.0.0.1:{ports[0]}/start", CREDENTIALS)
    options = [option for name, value in CREDENTIALS for option in ("-H", f"{name}: {value}")]
    subprocess.run([require("curl"), "-sL", *options, first.url], check=True, capture_output=True)
    for server in servers:
        server.shutdown()
        server.server_close()
    predicted = [first]
    for port, path in ((ports[1], "/away"), (ports[0], "/end")):
        step = follow(predicted[-1], redirected(302, f"http://127.0.0.1:{port}{path}"), "curl", first)
        assert step is not None
        predicted.append(step)
    assert got == [[name for name, _ in request.headers] for request in predicted]
