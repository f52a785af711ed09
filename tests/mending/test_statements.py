"""Statements of nginx's that move, get quotes or lose a word: what stands around them stays as it is written."""

from __future__ import annotations

import pytest

from authlint.intent import Deliver, Enforce, Exclude, Include, Intent, KeyBy, Move, Quote, Repeat, Withhold
from authlint.mending.texts import edited
from authlint.model.value import Get
from authlint.readers.nginx.mending import edits
from authlint.readers.nginx.writing import Page
from authlint.text import Span


def at(text: str, words: str) -> Span:
    start = text.index(words)
    return Span("a.conf", start, start + len(words))


def after(text: str, intent: Intent, file: str = "") -> str | None:
    found = edits(intent, Page("a.conf", text, file or text))
    return None if found is None else edited(text, found)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        (
            "location ~ a { }\n# of b\nlocation ~ b {\n    deny all;\n}\n",
            "# of b\nlocation ~ b {\n    deny all;\n}\nlocation ~ a { }\n",
        ),
        (
            "# of a\nlocation ~ a { }\n\nlocation ~ b { } # why\n",
            "location ~ b { } # why\n# of a\nlocation ~ a { }\n\n",
        ),
        ("location ~ a { } location ~ b { }\n", None),  # they share a line
        ("location ~ b { }\nlocation ~ a { }\n", None),  # it comes first already
    ],
)
def test_a_block_comes_first_with_its_comments(text: str, moved: str | None) -> None:
    assert after(text, Move(at(text, "location ~ a"), (at(text, "location ~ b"),), before=True)) == moved


def test_a_block_goes_deeper() -> None:
    text = "server {\n  if ($x) {\n    return 204;\n  }\n  location / {\n    add_header A b;\n  }\n}\n"
    move = Move(at(text, "add_header A b"), (at(text, "if ($x)"),), before=True)
    within = (
        "server {\n  location / {\n    if ($x) {\n      return 204;\n    }\n    add_header A b;\n  }\n}\n"
    )
    assert after(text, move) == within
    text = text.replace("location / {\n", "types {\n")
    assert after(text, Move(at(text, "add_header A b"), (at(text, "if ($x)"),), before=True)) is None


def test_lines_go_to_another_block() -> None:
    text = "location /a {\n  ask /b;\n}\nlocation /b {\n  set $x 1;\n  set $y\n    2;\n}\n"
    moved = Move(at(text, "ask /b"), (at(text, "set $x 1"), at(text, "set $y\n    2")))
    assert after(text, moved) == "location /a {\n  ask /b;\n  set $x 1;\n  set $y 2;\n}\nlocation /b {\n}\n"


@pytest.mark.parametrize(
    ("text", "words", "quoted"),
    [
        ("add_header A GET, POST;", "GET, POST", 'add_header A "GET, POST";'),
        ("add_header A GET,  POST;", "GET,  POST", 'add_header A "GET, POST";'),
        ("add_header A GET, # why\nPOST;", "GET, # why\nPOST", None),
        ("add_header A 'GET,' POST;", "'GET,' POST", None),
        ("add_header A GET;", "GET", None),
    ],
)
def test_several_words_become_one(text: str, words: str, quoted: str | None) -> None:
    assert after(text, Quote(at(text, words))) == quoted


AUTH = Get("header", "authorization")


@pytest.mark.parametrize(
    ("text", "variable", "part", "left"),
    [
        ("log_format a '\"$http_authorization\"';", "$http_authorization", AUTH, "log_format a '\"-\"';"),
        ("log_format a '${http_authorization}x';", "${http_authorization}", AUTH, "log_format a '-x';"),
        ("log_format a escape=json '\"$http_authorization\"';", "$http_authorization", AUTH,
         "log_format a escape=json '\"\"';"),
        ("log_format a '$request';", "$request", Get("request-line"),
         "log_format a '$request_method $uri $server_protocol';"),
        ("log_format a escape=none '$request';", "$request", Get("request-line"), None),
        ("log_format a '$own';", "$own", AUTH, None),  # a map's: nobody knows what else is in it
        ("log_format a escape=none $http_authorization;", "$http_authorization", AUTH, None),
        ("set $a $http_authorization;", "$http_authorization", AUTH, None),
    ],
)  # fmt: skip
def test_a_variable_is_written_no_more(text: str, variable: str, part: Get, left: str | None) -> None:
    assert after(text, Withhold(at(text, variable), part)) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("proxy_cache_valid 401 404 1m;\n", "proxy_cache_valid 404 1m;\n"),
        ("proxy_cache_valid 401 1m;\nx;\n", "x;\n"),
        ("  proxy_cache_valid any 1m;\n", "  proxy_cache_valid 401 0;\n  proxy_cache_valid any 1m;\n"),
        ("proxy_cache_valid 200 1m;\n", None),
    ],
)
def test_a_cache_keeps_no_401(text: str, left: str | None) -> None:
    assert after(text, Exclude(at(text, "proxy_cache_valid"), "401")) == left


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        ('proxy_cache_key "$uri";', "proxy_cache_key", 'proxy_cache_key "$uri$http_cookie";'),
        ("proxy_cache_key $uri$http_cookie;", "proxy_cache_key", None),
        ("proxy_cache a;\n", "proxy_cache",
         "proxy_cache a;\nproxy_cache_key $scheme$proxy_host$request_uri$http_cookie;\n"),
        ("fastcgi_cache a;\n", "fastcgi_cache", None),  # it has no key of its own
    ],
)  # fmt: skip
def test_a_key_gets_a_header_more(text: str, words: str, left: str | None) -> None:
    assert after(text, KeyBy(at(text, words), ("Cookie",))) == left


@pytest.mark.parametrize(
    ("text", "words", "to", "left"),
    [
        ("location / { add_header A b always; grpc_pass g; }", "add_header A b", "application",
         "location / { grpc_set_header A b; grpc_pass g; }"),
        ("location / { proxy_set_header A \"b c\"; fastcgi_pass g; }", "proxy_set_header A", "application",
         "location / { fastcgi_param HTTP_A \"b c\"; fastcgi_pass g; }"),
        ("location / { proxy_set_header A b; proxy_pass g; }", "proxy_set_header A", "client",
         "location / { add_header A b always; proxy_pass g; }"),
        ("location / { add_header A b; return 204; }", "add_header A b", "application", None),
    ],
)  # fmt: skip
def test_a_header_goes_the_other_way(text: str, words: str, to: str, left: str | None) -> None:
    way = Deliver(at(text, words), "client" if to == "client" else "application")
    assert after(text, way) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("location / {\n  auth_basic_user_file u;\n}\n",
         'location / {\n  auth_basic_user_file u;\n  auth_basic "restricted";\n}\n'),
        ("server {\n  auth_basic_user_file u;\n}\n", None),  # what is to stay open there, nobody has said
    ],
)  # fmt: skip
def test_a_location_asks(text: str, left: str | None) -> None:
    assert after(text, Enforce(at(text, "auth_basic_user_file u"))) == left


def test_headers_are_repeated_where_a_location_answers() -> None:
    text = "location / {\n  add_header A b;\n  if ($x) {\n    return 204;\n  }\n}\n"
    again = Repeat(at(text, "return 204"), (at(text, "add_header A b"),))
    assert after(text, again) == text.replace("{\n    return", "{\n    add_header A b;\n    return")
    assert after(text.replace("location /", "server"), again) is None  # nginx allows none there


def test_a_list_of_methods_names_one_more() -> None:
    text = "location / { limit_except GET { deny all; } }"
    assert after(text, Include(at(text, "deny all"), "OPTIONS")) == text.replace("GET", "GET OPTIONS")
