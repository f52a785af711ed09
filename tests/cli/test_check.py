"""`authlint check` from end to end: what it reports, where to, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from authlint.cli import run

CLEAN = "events {}\nhttp { server { listen 80; location / { proxy_pass http://127.0.0.1:1; } } }\n"
FAULTY = """\
events {}
http {
    server {
        listen 80;
        server_name api.example.com;
        location /v1/ {
            add_header Access-Control-Allow-Origin https://app.example.com always;
            auth_basic "api";
            auth_basic_user_file /etc/nginx/users;
            proxy_pass http://user:hunter2@127.0.0.1:1;
        }
    }
}
"""
RULE = "preflight-behind-auth"


pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def faulty(here: Path) -> Path:
    (here / "nginx.conf").write_text(FAULTY)
    return here


def rules_in(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    run([*arguments, "--format", "json"])
    return [found["rule"] for found in json.loads(capsys.readouterr().out)["findings"]]


def test_clean_is_0(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nginx.conf").write_text(CLEAN)
    assert run(["check", "."]) == 0
    assert capsys.readouterr().out == "no findings; 1 file looked at\n"


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize(
    "arguments", [[], ["."], ["nginx.conf"], ["check"], ["check", "nginx.conf"], ["--quiet"]]
)
def test_findings_are_1(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 1
    shown = capsys.readouterr().out
    assert shown.startswith(f"error[{RULE}]: ")
    assert ("1 error in 1 file" in shown) is ("--quiet" not in arguments)
    assert "hunter2" not in shown


@pytest.mark.usefixtures("faulty")
def test_the_failing_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--fail-level", "error"]) == 1
    assert run(["--exit-zero"]) == 0
    assert run(["--ignore", RULE]) == 0
    assert run(["--select", "authorization-dropped,inherited-headers-lost"]) == 0
    assert run(["--select", "authorization-dropped", "--select", RULE]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.conf"], "none.conf: there is no such file"),
        (["--select", "preflight-behind-aut"], "there is no rule 'preflight-behind-aut'; did you mean"),
        (["--ignore", "x"], "--ignore: there is no rule 'x'"),
        (["--format", "xml"], "xml"),
        (["--nonsense"], "--nonsense"),
        (["--config", "none.toml"], "none.toml: No such file"),
        (["--since", "no-such-revision"], "--since: "),
        (["binary.conf"], "binary.conf is binary"),
        (["explain", "preflight-behind-aut"], "did you mean 'preflight-behind-auth'?"),
    ],
)
def test_what_cannot_be_done_is_2(
    here: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "binary.conf").write_bytes(b"\0")
    (here / "nginx.conf").write_text(FAULTY)
    assert run(arguments) == 2
    output = capsys.readouterr()
    assert said in output.err
    assert output.out == ""


def test_mistakes_in_the_settings_are_2(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (faulty / "authlint.toml").write_text("ignroe = []\n")
    assert run([]) == 2
    assert "authlint.toml:1: unknown key 'ignroe'; did you mean 'ignore'?" in capsys.readouterr().err
    assert run(["--isolated"]) == 1


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_internal_error_is_3_and_tells_no_secret(
    faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], debug: str
) -> None:
    def fail(*_: object) -> None:
        # Put together here: the traceback may show this line, but no value.
        raise ValueError("hunter" + "2")

    monkeypatch.setenv("AUTHLINT_DEBUG", debug)
    monkeypatch.setattr("authlint.lint.lint", fail)
    assert run([]) == 3
    said = capsys.readouterr().err
    assert "authlint: internal error: ValueError at test_check.py:" in said
    assert "please report" in said
    assert "hunter2" not in said
    assert ("in fail" in said) is (debug == "1")


def test_a_folder_without_configuration_is_0_with_a_note(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "readme.md").write_text("x")
    assert run([]) == 0
    assert capsys.readouterr().err.startswith("authlint: nothing here is configuration")


def test_standard_input(tmp_path: Path) -> None:
    def piped(data: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "authlint", "-", "--stdin-filename", "conf/x.conf"]
        return subprocess.run(command, input=data, capture_output=True, cwd=tmp_path)

    done = piped(FAULTY.encode())
    assert done.returncode == 1
    assert b"--> conf/x.conf:8:" in done.stdout
    assert piped(FAULTY.replace("api.example", "\u00e4pi.example").encode("latin-1")).returncode == 1


def test_output_into_a_file_has_no_colour(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--output", "report.txt"]) == 1
    assert capsys.readouterr().out == ""
    report = (faulty / "report.txt").read_text()
    assert report.startswith("error[")
    assert "\x1b" not in report
    assert run(["--output", "none/report.txt"]) == 2


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize(
    ("option", "environment", "colored"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(
    option: str,
    environment: dict[str, str],
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(["--color", option])
    assert ("\x1b[" in capsys.readouterr().out) is colored


@pytest.mark.usefixtures("faulty")
def test_programs_read_sarif_and_github(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--format", "sarif"]) == 1
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert result["ruleId"] == RULE
    assert run(["--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=nginx.conf,line=8,")


def test_several_reports_of_one_run(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--report", "junit=j.xml", "--report", "sarif=s.json", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=nginx.conf,line=8,")
    assert (faulty / "j.xml").read_text().count("<failure ") == 1
    assert json.loads((faulty / "s.json").read_text())["runs"][0]["results"][0]["ruleId"] == RULE


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "sraif=x",
            "--report: 'sraif' is none of text, json, sarif, github, gitlab, junit; did you mean 'sarif'?",
        ),
        ("sarif", "--report: where to? Write sarif=FILE"),
        ("sarif=no/such/folder", "no/such/folder: No such file or directory"),
    ],
)
def test_a_report_that_cannot_be(
    faulty: Path, capsys: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    assert run(["--report", given]) == 2
    assert capsys.readouterr().err == f"authlint: {said}\n"


def test_how_many_of_each_rule(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (faulty / "nginx.conf").write_text(FAULTY + "stray }\n")
    assert run(["--statistics"]) == 1
    assert run(["--statistics", "--report", "gitlab=g.json"]) == 1
    assert run(["--statistics", "--format", "json"]) == 2
    assert "--statistics is text" in capsys.readouterr().err
    assert run(["--statistics"]) == 1
    counted = ["2", "syntax-error", "error", "1", RULE, "error"]
    assert capsys.readouterr().out.split() == counted


@pytest.mark.parametrize(
    ("typed", "offered"), [("authlint ba", "plain,baseline"), ("authlint check --stat", "plain,--statistics")]
)
def test_a_shell_completes(typed: str, offered: str) -> None:
    asked = {"_AUTHLINT_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    command = [sys.executable, "-c", "from authlint.cli import main; main()"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert done.stdout == offered + "\n"


def test_verbose_says_what_was_passed_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nginx.conf").write_text(CLEAN)
    (here / "b.conf").write_bytes(b"\0")
    run([])
    assert "b.conf" not in capsys.readouterr().err
    run(["--verbose"])
    assert "authlint: b.conf is binary" in capsys.readouterr().err


def test_settings_for_some_paths(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (faulty / "authlint.toml").write_text(f'[[per-path]]\npaths = ["*.conf"]\nignore = ["{RULE}"]\n')
    assert rules_in(capsys) == []
    assert rules_in(capsys, "--isolated") == [RULE]


def test_a_suppression_and_one_that_is_idle(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = FAULTY.replace('"api";', f'"api"; # authlint: ignore[{RULE}] scripts only')
    (faulty / "nginx.conf").write_text(quiet)
    assert rules_in(capsys) == []
    (faulty / "nginx.conf").write_text(quiet.replace("add_header", "# add_header"))
    assert rules_in(capsys) == ["unused-suppression"]


def test_suppressions_in_files_that_were_not_asked_for_are_not_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "conf.d").mkdir()
    (here / "conf.d/a.conf").write_text(f"# authlint: ignore[{RULE}]\nserver {{ listen 80; }}\n")
    (here / "nginx.conf").write_text("events {}\nhttp { include conf.d/*.conf; }\n")
    assert rules_in(capsys, "nginx.conf") == []
    assert rules_in(capsys, "conf.d") == ["unused-suppression"]


class TestSince:
    """`--since REV` reports what REV did not have."""

    @pytest.fixture(autouse=True)
    def repository(self, here: Path) -> None:
        (here / "site").mkdir()
        (here / "site/nginx.conf").write_text(FAULTY)
        self.git("init", "-q", ".")
        self.git("add", ".")
        self.commit()

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    def commit(self) -> None:
        self.git("-c", "user.name=n", "-c", "user.email=e", "commit", "-qam", "x")

    def test_what_was_there_is_not_told(self, here: Path) -> None:
        assert run(["--since", "HEAD"]) == 0
        (here / "site/nginx.conf").write_text("# moved down\n\n" + FAULTY)
        assert run(["--since", "HEAD"]) == 0
        assert run(["--since", "HEAD", "site/nginx.conf"]) == 0
        assert run(["--since", "HEAD", str(here / "site")]) == 0
        assert run([]) == 1

    def test_a_second_equal_one_is_told(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        block = FAULTY[FAULTY.index("    server {") : FAULTY.rindex("}")]
        twice = FAULTY[: FAULTY.rindex("}")] + block.replace("api.ex", "two.ex") + "}\n"
        (here / "site/nginx.conf").write_text(twice)
        assert rules_in(capsys, "--since", "HEAD") == [RULE]

    def test_a_renamed_file_is_followed(self) -> None:
        self.git("mv", "site/nginx.conf", "site/web.conf")
        assert run(["--since", "HEAD"]) == 0

    def test_from_a_folder_below(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(here / "site")
        assert run(["--since", "HEAD", "."]) == 0
        assert run(["--since", "HEAD", ".."]) == 0

    def test_a_new_file_is_told_and_the_index_is_left_alone(self, here: Path) -> None:
        index = (here / ".git/index").read_bytes()
        (here / "new.conf").write_text(FAULTY)
        assert run(["--since", "HEAD"]) == 1
        assert (here / ".git/index").read_bytes() == index

    def test_includes_of_the_revision_are_its_own(self, here: Path) -> None:
        (here / "inc").mkdir()
        (here / "inc/cors.conf").write_text(
            "add_header Access-Control-Allow-Origin https://app.example.com always;\n"
        )
        header = "add_header Access-Control-Allow-Origin https://app.example.com always;"
        (here / "site/nginx.conf").write_text(FAULTY.replace(header, "include cors.conf;"))
        (here / "authlint.toml").write_text('include-roots = ["inc"]\n')
        self.git("add", ".")
        self.commit()
        assert run(["--since", "HEAD", "site"]) == 0
        (here / "inc/cors.conf").write_text("# nothing\n")
        self.commit()
        (here / "inc/cors.conf").write_text(header + "\n")
        assert run(["--since", "HEAD", "site"]) == 1

    @pytest.mark.parametrize("revision", ["nonsense", "--output=x", ""])
    def test_a_revision_that_there_is_not(
        self, here: Path, revision: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run([f"--since={revision}"]) == 2
        assert "git knows no revision" in capsys.readouterr().err
        assert not (here / "x").exists()


def test_a_reader_that_goes_away_is_no_crash(faulty: Path) -> None:
    command = f"{sys.executable} -m authlint {faulty} | true"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    assert done.stderr == b""


def test_a_narrow_locale_is_no_crash(faulty: Path) -> None:
    (faulty / "nginx.conf").write_text(FAULTY.replace('"api"', '"\u00e4pi"'))
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-m", "authlint"], capture_output=True, env=environment)
    assert done.returncode == 1, done.stderr
    assert "\u00e4pi".encode() in done.stdout


def test_a_linked_site_is_reported_once_under_its_own_name(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "nginx.conf").write_text("events {}\nhttp { include sites-enabled/*; }\n")
    site = FAULTY.split("http {\n")[1].rsplit("}", 1)[0]
    for folder in ("sites-available", "sites-enabled"):
        (here / folder).mkdir()
    (here / "sites-available/api").write_text(site)
    os.symlink("../sites-available/api", here / "sites-enabled/api")
    for named in (".", "sites-enabled/api"):
        run(["check", "--format", "json", named])
        findings = json.loads(capsys.readouterr().out)["findings"]
        assert [one["path"] for one in findings if one["rule"] == RULE] == ["sites-available/api"]
