"""Hosts and routes that are alike are asked about once, and every place of a finding is named all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from authlint.discover import discover
from authlint.lint import Result, lint
from authlint.settings import load
from authlint_rules import IDS, loaded

SERVER = """
    server {{
        listen 80;
        server_name host{n}.example.com;
        location / {{ proxy_pass http://app{n}.internal:8080; }}
        location /v1/ {{ {auth} proxy_pass http://app{n}.internal:8080; {cors} }}
    }}
"""
CORS = "add_header Access-Control-Allow-Origin https://app.example.com always;"
AUTH = "auth_basic v1; auth_basic_user_file /etc/nginx/users;"
ROUTE = "        location /team-{n}/ {{ {auth} proxy_pass http://app{n}.internal:8080; {cors} }}\n"


def checked(folder: Path, text: str, patch: pytest.MonkeyPatch) -> Result:
    (folder / "nginx.conf").write_text(text)
    patch.chdir(folder)
    settings = load(folder, set(IDS))
    return lint(discover(["."], folder, settings), settings, loaded())


def servers(number: int, auth: str, cors: str) -> str:
    body = "".join(SERVER.format(n=n, auth=auth, cors=cors) for n in range(number))
    return f"events {{}}\nhttp {{{body}}}\n"


def routes(number: int, auth: str, cors: str, odd: str = "") -> str:
    body = "".join(ROUTE.format(n=n, auth=auth, cors=cors) for n in range(number))
    return f"events {{}}\nhttp {{\n    server {{\n        listen 80;\n{body}{odd}    }}\n}}\n"


def rules(result: Result) -> list[str]:
    return [f"{one.rule} {len(one.routes)}" for one in result.findings if not one.pedantic]


def test_servers_without_a_finding_are_asked_about_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = checked(tmp_path, servers(30, AUTH, ""), monkeypatch)
    assert rules(result) == []
    # The first one takes what no name fits, and is like no other.
    assert (result.effort.hosts, result.effort.hosts_shared) == (30, 28)


def test_every_server_with_the_mistake_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = checked(tmp_path, servers(30, AUTH, CORS), monkeypatch)
    assert rules(result).count("preflight-behind-auth 1") == 30
    assert result.effort.hosts_shared == 0


@pytest.mark.parametrize(
    "odd",
    [
        "if ($host = host7.example.com) { return 403; }",
        "set $name $host; if ($name ~ ^s7) { return 403; }",
        "add_header X-Seven 7;",
    ],
)
def test_a_server_that_says_something_else_is_like_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    text = servers(30, AUTH, "").replace(
        "server_name host7.example.com;", f"server_name host7.example.com; {odd}"
    )
    assert checked(tmp_path, text, monkeypatch).effort.hosts_shared == 27


def test_a_map_of_hosts_makes_all_of_them_different(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = servers(30, AUTH, "").replace(
        "http {", "http { map $host $who { default a; host7.example.com b; }", 1
    )
    assert checked(tmp_path, text, monkeypatch).effort.hosts_shared == 0


def test_two_servers_of_one_name_are_compared_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    also = "    server { listen 8080; server_name host7.example.com; location / { return 204; } }\n}\n"
    text = servers(30, AUTH, "").removesuffix("}\n") + also
    result = checked(tmp_path, text, monkeypatch)
    assert (result.effort.hosts, result.effort.hosts_shared) == (31, 27)


def test_routes_without_a_finding_are_asked_about_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = checked(tmp_path, routes(100, AUTH, ""), monkeypatch)
    assert rules(result) == []
    assert (result.effort.routes, result.effort.routes_shared) == (100, 99)


def test_every_route_with_the_mistake_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = checked(tmp_path, routes(100, AUTH, CORS), monkeypatch)
    assert rules(result).count("preflight-behind-auth 1") == 100


def test_a_route_beside_the_others_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ROUTE.format(n=500, auth=AUTH, cors=CORS).replace("app500", "app5")
    result = checked(tmp_path, routes(100, AUTH, "", odd), monkeypatch)
    assert "preflight-behind-auth 1" in rules(result)


def test_a_path_that_begins_another_is_like_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = "        location /team-7/admin/ { proxy_pass http://admin.internal:8080; }\n"
    result = checked(tmp_path, routes(100, AUTH, "", inner), monkeypatch)
    assert result.effort.routes_shared == 98


def test_sharing_changes_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked one by one, and asked by groups: the same is found."""
    from tests.bench import nginx

    import authlint.judging

    text = nginx.configuration(40, varied=False).replace("always;", ";", 1) + ""
    together = checked(tmp_path, text, monkeypatch)
    monkeypatch.setattr(authlint.judging, "MANY", 1_000_000)
    monkeypatch.setattr(
        authlint.judging, "hosts_alike", lambda gateway: [[id(h)] for _, h in gateway.hosts()]
    )
    alone = checked(tmp_path, text, monkeypatch)

    def told(result: Result) -> list[Any]:
        return [(one.rule, one.primary.span, one.routes) for one in result.findings if not one.pedantic]

    assert together.effort.hosts_shared
    assert not alone.effort.hosts_shared
    assert told(together) == told(alone)


def test_a_name_that_tells_something_is_no_mere_name(found_in: Any, tmp_path: Path) -> None:
    """The first server of many stands for others only where its upstream is called as plainly as theirs."""
    servers = [("web", "web"), ("shop", "shop"), ("s3", "minio"), ("help", "help")]
    blocks = "".join(
        f"server {{ listen 80; server_name {name}.example.com; location / {{ proxy_pass http://{upstream}:9000; }} }}\n"
        for name, upstream in servers
    )
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{\n{blocks}}}\n")
    found = [one for one in found_in(tmp_path).findings if not one.pedantic]
    assert [(one.rule, one.routes) for one in found] == [("forwarded-headers-wrong", ("s3.example.com/",))]
