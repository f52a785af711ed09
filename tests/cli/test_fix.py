"""`authlint check --fix` and `--diff` from end to end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from authlint.cli import run

DROPS = """\
events {}
http {
    server {
        listen 80;
        server_name api.example.com;
        location /v1/ {
            proxy_pass http://127.0.0.1:1;
            # from a time with a password
            proxy_set_header Authorization "";  # old
        }
        location /v2/ { proxy_pass http://127.0.0.1:1; proxy_set_header Authorization $http_authorization; }
    }
}
"""
MENDED = DROPS.replace('proxy_set_header Authorization "";  # old', "# old")
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n"


pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def faulty(here: Path) -> Path:
    file = here / "nginx.conf"
    file.write_text(DROPS)
    return file


def indented(text: str, by: str) -> str:
    return "".join(by + line for line in text.splitlines(keepends=True))


def fixed(file: Path, text: str, *options: str) -> str:
    """What --fix makes of a file; the file's own bytes otherwise stay."""
    file.write_bytes(text.encode())
    run(["check", ".", "--fix", *options])
    return file.read_bytes().decode()


def test_the_file_is_mended_and_nothing_is_left(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", ".", "--fix"]) == 0
    assert faulty.read_text() == MENDED
    assert capsys.readouterr().out == "no findings; 1 file looked at; 1 cured\n"


def test_a_second_time_changes_nothing(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", ".", "--fix"])
    before = faulty.stat().st_mtime_ns
    assert run(["check", ".", "--fix"]) == 0
    assert faulty.stat().st_mtime_ns == before
    assert "cured" not in capsys.readouterr().out.splitlines()[-1]


def test_a_difference_is_one_that_patch_takes(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", ".", "--diff"]) == 1
    assert faulty.read_text() == DROPS
    out, err = capsys.readouterr()
    assert err == "authlint: --fix would cure 1 finding\n"
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "apply", "-p0", "-"], input=out.encode(), check=True)
    assert faulty.read_text() == MENDED


def test_a_difference_with_nothing_in_it_is_0(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nginx.conf").write_text(MENDED)
    assert run(["check", ".", "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_a_difference_hides_secrets(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faulty.write_text(
        DROPS.replace("# from a time", "set $api_token hunter2hunter2;\n            # from a time")
    )
    assert run(["check", ".", "--diff"]) == 1
    out = capsys.readouterr().out
    assert "set $api_token ****" in out
    assert "hunter2" not in out


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes does nothing without --fix or --diff"),
        (["--fix", "-"], "--fix cannot write to standard input; --diff shows what it would do"),
    ],
)
def test_options_that_do_not_go_together_are_2(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", *options]) == 2
    assert capsys.readouterr().err == f"authlint: {said}\n"


def test_line_endings_and_the_mark_at_the_beginning_stay(here: Path) -> None:
    made = fixed(here / "nginx.conf", DROPS.replace("\n", "\r\n"))
    assert made == MENDED.replace("\n", "\r\n")


def test_bytes_that_are_not_utf_8_stay(here: Path) -> None:
    file = here / "nginx.conf"
    file.write_bytes(DROPS.encode().replace(b"from a time", b"d\xe9j\xe0 vu"))
    run(["check", ".", "--fix"])
    assert file.read_bytes() == MENDED.encode().replace(b"from a time", b"d\xe9j\xe0 vu")


def test_what_shares_a_line_stays(here: Path) -> None:
    text = DROPS.replace(
        'proxy_set_header Authorization "";  # old', 'proxy_buffering off; proxy_set_header Authorization "";'
    )
    assert fixed(here / "nginx.conf", text) == text.replace(' proxy_set_header Authorization "";', "")


@pytest.mark.parametrize(
    "line",
    [
        'proxy_set_header Authorization ""; # {{ reason }}',
        'proxy_set_header Authorization ""; # <who>',
        'proxy_set_header Authorization ""; # @WHO@',
    ],
)
def test_a_line_with_a_placeholder_is_left_alone(here: Path, line: str) -> None:
    text = DROPS.replace('proxy_set_header Authorization "";  # old', line)
    assert fixed(here / "nginx.conf", text) == text


def test_what_a_template_decides_is_left_alone(here: Path) -> None:
    text = DROPS.replace(
        '            proxy_set_header Authorization "";  # old',
        '{% if x %}\nproxy_set_header Authorization "";\n{% endif %}',
    )
    assert fixed(here / "nginx.conf.j2", text) == text


def test_a_dump_is_left_alone(here: Path) -> None:
    text = f"# configuration file /etc/nginx/nginx.conf:\n{DROPS}"
    assert fixed(here / "nginx.conf", text) == text


def test_what_is_suppressed_is_left_alone(here: Path) -> None:
    text = DROPS.replace("# old", "# authlint: ignore[authorization-dropped] so be it")
    assert fixed(here / "nginx.conf", text) == text


def test_what_is_known_is_left_alone(faulty: Path) -> None:
    run(["baseline", "."])
    assert fixed(faulty, DROPS) == DROPS


def test_what_is_not_selected_is_left_alone(here: Path) -> None:
    assert fixed(here / "nginx.conf", DROPS, "--ignore", "authorization-dropped") == DROPS


def test_a_file_in_a_config_map_keeps_its_indentation(here: Path) -> None:
    text = f"{CONFIG_MAP}  nginx.conf: |\n"
    made = fixed(here / "web.yaml", text + indented(DROPS, "    "))
    assert made == text + indented(MENDED, "    ")


def test_a_file_in_a_quoted_text_keeps_its_escapes(here: Path) -> None:
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
    made = fixed(here / "web.json", json.dumps({**document, "data": {"nginx.conf": DROPS}}, indent=2))
    assert made == json.dumps({**document, "data": {"nginx.conf": MENDED}}, indent=2)


def test_a_fix_that_brings_another_finding_is_none(here: Path) -> None:
    """Without the line the header of the outer level comes into force, which drops it as well."""
    outer = '        proxy_set_header Authorization "";\n        location /v1/ {'
    text = DROPS.replace("        location /v1/ {", outer)
    assert fixed(here / "nginx.conf", text) == text


SERVER = """\
events {}
http {
    %s
    server {
        listen 80;
        server_name %s.example.com;
        location / { include strip.conf; proxy_pass http://127.0.0.1:1; }
        location /b/ { proxy_pass http://127.0.0.1:1; proxy_set_header Authorization $http_authorization; }
    }
}
"""
STRIP = 'proxy_set_header Authorization "";\n'


@pytest.mark.parametrize(("outer", "left"), [("", ""), (STRIP.strip(), STRIP)])
def test_an_included_file_is_mended_if_every_root_is(here: Path, outer: str, left: str) -> None:
    (here / "one.conf").write_text(SERVER % ("", "one"))
    (here / "two.conf").write_text(SERVER % (outer, "two"))
    assert fixed(here / "strip.conf", STRIP) == left


def test_json_tells_the_edits(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", ".", "--format", "json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    (fix,) = finding["fixes"]
    (edit,) = fix["edits"]
    assert fix["safe"] is True
    assert DROPS[: edit["start"]] + edit["replacement"] + DROPS[edit["end"] :] == MENDED
    assert (edit["path"], edit["line"], edit["column"]) == ("nginx.conf", 9, 13)
    assert faulty.read_text() == DROPS


@pytest.mark.usefixtures("faulty")
def test_sarif_tells_the_edits(capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", ".", "--format", "sarif"])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert change["artifactLocation"]["uri"] == "nginx.conf"
    assert replacement["insertedContent"] == {"text": ""}
    assert replacement["deletedRegion"]["startLine"] == 9


@pytest.mark.usefixtures("faulty")
def test_a_plain_run_works_out_no_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("authlint.mending.bench.Bench.trial", never)
    assert run(["check", "."]) == 1


@pytest.mark.usefixtures("faulty")
def test_a_file_that_cannot_be_written_is_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert run(["check", ".", "--fix"]) == 2
    assert capsys.readouterr().err == "authlint: nginx.conf: cannot be written: Permission denied\n"


SNIPPET = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: reports
  annotations:
    nginx.ingress.kubernetes.io/auth-url: http://login.accounts.svc.cluster.local:4180/session
    nginx.ingress.kubernetes.io/auth-snippet: |
      proxy_set_header Cookie "";
      proxy_set_header X-Asked-By gateway;
spec:
  ingressClassName: nginx
  rules:
  - host: reports.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: reports, port: {number: 80}}}}]}
"""


def test_the_first_line_of_a_snippet_goes_alone(here: Path) -> None:
    made = fixed(here / "ingress.yaml", SNIPPET)
    assert made == SNIPPET.replace('      proxy_set_header Cookie "";\n', "")


def test_the_last_line_of_a_snippet_goes_with_its_annotation(here: Path) -> None:
    text = SNIPPET.replace("      proxy_set_header X-Asked-By gateway;\n", "")
    made = fixed(here / "ingress.yaml", text)
    head = "    nginx.ingress.kubernetes.io/auth-snippet: |\n"
    assert made == text.replace(head + '      proxy_set_header Cookie "";\n', "")
