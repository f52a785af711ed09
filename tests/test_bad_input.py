"""Whatever a file holds: one clear diagnostic with its place, never a traceback, and all other files are checked."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from authlint.discover import Discovered
from authlint.lint import lint
from authlint.settings import Settings
from authlint_rules import loaded

GOOD = """\
server {
    listen 80;
    server_name good.example;
    location / { auth_basic "x"; proxy_pass http://app; }
}
"""
SECONDS = 20  # for the whole process, on a slow machine


def check(folder: Path, *options: str) -> dict[str, Any]:
    """The JSON report of a folder; the process must end well and in time."""
    start = time.process_time()
    done = subprocess.run(
        [sys.executable, "-m", "authlint", "check", "--format", "json", *options, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert time.process_time() - start < SECONDS
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def said(report: dict[str, Any], path: str) -> list[tuple[str, str, int]]:
    return [(one["rule"], one["message"], one["line"]) for one in report["findings"] if one["path"] == path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which one file has a fault that must be found whatever else lies there."""
    (tmp_path / "good.conf").write_text(GOOD)
    return tmp_path


def still_checked(report: dict[str, Any]) -> None:
    assert [rule for rule, _, _ in said(report, "good.conf")] == ["auth-not-enforced"]


def test_five_thousand_nested_blocks(folder: Path) -> None:
    deep = "server {\n" + "location / {\n" * 5000 + "}\n" * 5000 + "listen 80;\n}\n"
    (folder / "deep.conf").write_text(deep)
    report = check(folder)
    still_checked(report)
    assert [(rule, text) for rule, text, _ in said(report, "deep.conf")] == [
        ("syntax-error", "blocks nested deeper than 100 are not read")
    ]


def test_an_include_cycle(folder: Path) -> None:
    (folder / "nginx.conf").write_text("events {}\nhttp {\n    include a.inc;\n}\n")
    (folder / "a.inc").write_text("server { listen 80; server_name a; return 204; }\ninclude nginx.conf;\n")
    report = check(folder)
    still_checked(report)
    assert said(report, "a.inc") == [("syntax-error", "nginx.conf includes itself", 2)]


def test_a_diamond_of_thirty_levels(folder: Path) -> None:
    for level in range(30):
        (folder / f"{level}.inc").write_text(f"include {level + 1}.inc;\n" * 2)
    (folder / "30.inc").write_text("add_header X y;\n")
    main = "events {}\nhttp { server { listen 80; include 0.inc; location / { proxy_pass http://a; } } }\n"
    (folder / "nginx.conf").write_text(main)
    still_checked(check(folder))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("server {\n    listen 80\n}\n", 2, 'directive "listen" is not ended by ";"'),
        ("server {\n    listen 80;\n}\n}\n", 4, 'unexpected "}"'),
        (
            'server {\n    listen 80;\n    location / { return 200 "x; }\n}\n',
            3,
            "quoted string is not closed",
        ),
        (
            "server {\n    listen 80;\n    location / { proxy_pass http://a;\n}\n",
            1,
            'block "server" is not closed',
        ),
        (
            "http {\n  server { listen 80; proxy_pass http://a; }\n}\n",
            2,
            '"proxy_pass" is not allowed in "server"',
        ),
        ("http {\n  server { listen 80; auth_basic; }\n}\n", 2, '"auth_basic" takes 1 argument, found 0'),
    ],
)
def test_a_syntax_error(folder: Path, text: str, line: int, message: str) -> None:
    (folder / "broken.conf").write_text(text)
    report = check(folder)
    still_checked(report)
    assert ("syntax-error", message, line) in said(report, "broken.conf")


def test_bytes_that_are_no_utf_8_are_told_and_read(folder: Path) -> None:
    text = b'server {\n    listen 80; # caf\xe9\n    location / { auth_basic "x"; proxy_pass http://a; }\n}\n'
    (folder / "latin.conf").write_bytes(text)
    report = check(folder)
    still_checked(report)
    rules = [(rule, line) for rule, _, line in said(report, "latin.conf")]
    assert rules == [("syntax-error", 2), ("auth-not-enforced", 3)]


def test_another_program_s_file_is_left_alone(folder: Path) -> None:
    (folder / "php-fpm.conf").write_text("[www]\nuser = a\nlisten = 127.0.0.1:9000\n")
    (folder / "httpd.conf").write_text("<VirtualHost *:80>\n  ProxyPass / http://a/\n</VirtualHost>\n")
    (folder / "pipeline.conf").write_text("input { http { port => 8080 } }\noutput { stdout { } }\n")
    report = check(folder)
    still_checked(report)
    assert {one["path"] for one in report["findings"]} == {"good.conf"}
    assert {"php-fpm.conf", "httpd.conf", "pipeline.conf"} <= {one["path"] for one in report["notices"]}


def test_no_finding_rests_on_a_placeholder(folder: Path) -> None:
    (folder / "site.conf.j2").write_text(
        "server {\n    listen {{ port }};\n    server_name {{ name }};\n"
        "    {% if protected %}\n    auth_basic_user_file /etc/nginx/htpasswd;\n    {% endif %}\n"
        "    location / { auth_basic {{ realm }}; proxy_pass http://{{ app }}; }\n"
        "    location /b { auth_basic x; {{ more }} proxy_pass http://app; }\n}\n"
    )
    (folder / "site.conf.template").write_text(
        "server {\n    listen ${PORT};\n    location / { auth_basic ${REALM}; proxy_pass http://${APP}; }\n}\n"
    )
    report = check(folder, "--pedantic")
    still_checked(report)
    assert said(report, "site.conf.j2") == []
    assert said(report, "site.conf.template") == []


def test_a_missing_include_leaves_its_block_open(folder: Path) -> None:
    (folder / "nginx.conf").write_text(
        "events {}\nhttp {\n  server {\n    listen 80;\n    include snippets/auth.conf;\n"
        '    location / { auth_basic "x"; proxy_pass http://a; }\n  }\n}\n'
    )
    report = check(folder)
    still_checked(report)
    assert [rule for rule, _, _ in said(report, "nginx.conf")] == ["unresolved-include"]


def test_patterns_cannot_hang_it(folder: Path) -> None:
    (folder / "nginx.conf").write_text(
        "events {}\nhttp { server { listen 80;\n  rewrite ^/((a+)+)+$ /b last;\n"
        '  location ~ ^/(x+x+)+y$ { auth_basic "x"; proxy_pass http://a; }\n'
        "  location ~ (?R) { proxy_pass http://a; }\n} }\n"
    )
    still_checked(check(folder))


def test_a_named_file_that_is_not_there(folder: Path) -> None:
    command = [sys.executable, "-m", "authlint", "good.conf", "missing.conf"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["authlint: missing.conf: there is no such file"]


def test_addresses_at_the_top_of_http(folder: Path) -> None:
    """A level that has no block of its own in the file: its directives are found in their order all the same."""
    top = "deny 10.0.0.1;\nallow all;\nserver { listen 80; location / { proxy_pass http://a; } }\n"
    (folder / "site.conf").write_text(top)
    (folder / "null.conf").write_text('server { listen 80; include "a\0b"; }\n')
    still_checked(check(folder))


def test_nothing_that_a_typing_error_makes_is_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples with a few letters lost, added or moved, for some seconds."""
    samples = sorted((Path(__file__).parents[1] / "samples").glob("*/*/nginx.conf"))
    pieces = [
        "{",
        "}",
        ";",
        '"',
        "'",
        "$",
        "\\",
        "#",
        " ",
        "$x",
        "~",
        "=",
        "@n",
        "{{ a }}",
        "{% if x %}",
        "\0",
    ]
    chance = random.Random(3)
    monkeypatch.chdir(tmp_path)
    for _ in range(400):
        text = chance.choice(samples).read_text()
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text) + 1)
            cut = chance.choice((0, 0, 1, 12))
            text = text[:at] + chance.choice(pieces) * (cut == 0) + text[at + cut :]
        path = tmp_path / "nginx.conf"
        found = Discovered(str(tmp_path), named=(str(path),), texts={str(path): text})
        lint(found, Settings(str(tmp_path)), loaded())
