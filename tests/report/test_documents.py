"""The reports that programs read: JSON, SARIF, GitHub's workflow commands, and the curl command in them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.report.made import BASIC, FINDING, PATH, PREFLIGHT, SOURCES, TALLY, TEXT, label

from authlint.finding import Exchange, Finding, Level
from authlint.record import replace
from authlint.report import as_json, github, gitlab, junit, sarif
from authlint.report.curl import curl
from authlint.text import Source, Sources


def run_of(*findings: Any, sources: Sources = SOURCES) -> Any:
    document = json.loads(sarif.render(findings, sources, TALLY))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


def test_json_has_every_word_that_scripts_rely_on() -> None:
    document = json.loads(as_json.render((FINDING,), SOURCES, TALLY))
    assert (document["version"], document["looked_at"], document["read"]) == (1, 14, 12)
    assert document["notices"][0] == {"path": "a.conf", "text": "is binary"}
    (found,) = document["findings"]
    place = {"path": PATH, "line": 5, "column": 9, "end_line": 5, "end_column": 19}
    assert found.items() >= {"rule": "preflight-behind-auth", "level": "error", **place}.items()
    assert found["related"][0]["line"] == 4
    assert found["witness"][0]["status"] == 401
    assert found["witness"][0]["curl"].startswith("curl -i -X OPTIONS ")
    assert {"message", "routes", "proof", "cure", "assumes", "pedantic"} <= set(found)


@pytest.mark.parametrize("render", [as_json.render, sarif.render])
def test_no_document_tells_a_secret(render: Any) -> None:
    told = replace(PREFLIGHT, url="https://u:hunter2@h/", headers=(("Authorization", "Bearer hunter2"),))
    finding = replace(
        FINDING, witness=(told,), message='sends "Bearer hunter2"', routes=("/?token=hunter2",), cure="'Basic hunter2'"
    )  # fmt: skip
    assert "hunter2" not in render((finding,), SOURCES, TALLY)
    assert "hunter2" not in github.render((finding,), SOURCES)


def test_a_sarif_result() -> None:
    (result,) = run_of(FINDING)["results"]
    assert (result["ruleId"], result["level"]) == ("preflight-behind-auth", "error")
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": PATH},
                "region": {"startLine": 5, "startColumn": 9, "endLine": 5, "endColumn": 19},
            }
        }
    ]
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert result["properties"]["witness"][0]["url"] == PREFLIGHT.url
    assert result["message"]["text"]


def test_a_sarif_run_says_how_it_counts_and_what_it_passed_over() -> None:
    run = run_of(FINDING)
    assert run["columnKind"] == "unicodeCodePoints"
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert len(invocation["toolExecutionNotifications"]) == 2
    assert run["tool"]["driver"]["name"] == "authlint"


def test_info_is_a_note_in_sarif() -> None:
    levels = [run_of(replace(FINDING, level=level))["results"][0]["level"] for level in Level]
    assert levels == ["note", "warning", "error"]


def test_sarif_describes_the_rules() -> None:
    from authlint_rules import IDS, loaded

    document = json.loads(sarif.render((), SOURCES, TALLY, tuple(loaded())))
    described = document["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == list(IDS)
    for rule in described:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule.get("helpUri", "https://").startswith("http")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/50%.conf", "a%20b/50%25.conf"),
        ("\u00e4.conf", "%C3%A4.conf"),
        ("bad\udcff.conf", "bad%FF.conf"),
        ("a:b.conf", "a%3Ab.conf"),
        ("/etc/nginx/nginx.conf", "file:///etc/nginx/nginx.conf"),
    ],
)
def test_sarif_paths_are_uris(path: str, uri: str) -> None:
    finding = replace(FINDING, primary=label("auth_basic", "x", path=path), related=())
    (result,) = run_of(finding, sources=Sources({path: Source(path, TEXT)}))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def fingerprint(finding: Any, text: str) -> str:
    (result,) = run_of(finding, sources=Sources({PATH: Source(PATH, text)}))["results"]
    (mark,) = result["partialFingerprints"].values()
    assert isinstance(mark, str)
    return mark


def test_a_fingerprint_survives_lines_above_and_nothing_else() -> None:
    moved = "# one more line\n" + TEXT
    same = replace(FINDING, primary=label("auth_basic", "x", moved), related=())
    other = replace(FINDING, primary=label("proxy_pass", "x"), related=())
    before = fingerprint(FINDING, TEXT)
    assert fingerprint(same, moved) == before
    assert fingerprint(other, TEXT) != before
    assert fingerprint(replace(FINDING, rule="some-other"), TEXT) != before


def test_equal_findings_in_one_file_have_different_fingerprints() -> None:
    twice = TEXT + TEXT
    second = label("auth_basic", "x", twice)
    moved = replace(
        second,
        span=second.span._replace(start=second.span.start + len(TEXT), end=second.span.end + len(TEXT)),
    )
    results = run_of(FINDING, replace(FINDING, primary=moved), sources=Sources({PATH: Source(PATH, twice)}))[
        "results"
    ]
    assert len({str(result["partialFingerprints"]) for result in results}) == 2


def test_a_github_command_is_one_line_with_what_it_holds_escaped() -> None:
    finding = replace(FINDING, message="50%, a:b", primary=label("auth_basic", "50%: x,y"))
    command = github.render((finding,), SOURCES)
    assert command.startswith(
        "::error file=conf.d/api.conf,line=5,endLine=5,col=9,endColumn=19,"
        "title=preflight-behind-auth%3A 50%25%2C a%3Ab::50%25: x,y%0Acurl -i -X OPTIONS "
    )
    assert command.count("\n") == 1


def test_github_knows_three_levels() -> None:
    commands = [github.render((replace(FINDING, level=level),), SOURCES).split()[0] for level in Level]
    assert commands == ["::notice", "::warning", "::error"]


def test_a_curl_command_is_what_a_shell_reads_back() -> None:
    exchange = Exchange(
        "POST", "https://h/it's?a=1&b=2", (("X-A", "$(b) 'c'"), ("X-Empty", "")), 1, None, "", ""
    )
    assert shlex.split(curl(exchange)) == [
        "curl", "-i", "-X", "POST", "https://h/it's?a=1&b=2", "-H", "X-A: $(b) 'c'", "-H", "X-Empty;",
    ]  # fmt: skip


def test_a_basic_placeholder_is_typed_as_a_person_would() -> None:
    assert curl(BASIC) == "curl -i https://api.example.com/ -u USER:PASSWORD"


def test_head_does_not_wait_for_a_body() -> None:
    assert curl(replace(BASIC, method="HEAD", headers=())) == "curl -I https://api.example.com/"


def test_gitlab_gets_what_it_asks_for() -> None:
    (one,) = json.loads(gitlab.render((FINDING,), SOURCES))
    assert one["description"] == FINDING.message
    assert (one["check_name"], one["severity"]) == ("preflight-behind-auth", "major")
    assert one["location"] == {"path": PATH, "lines": {"begin": 5}}
    again = replace(FINDING, message="other words")
    assert json.loads(gitlab.render((again,), SOURCES))[0]["fingerprint"] == one["fingerprint"]
    assert gitlab.render((), SOURCES) == "[]\n"


def test_junit_fails_what_fails_the_run() -> None:
    info = replace(FINDING, level=Level.INFO, message='<&"\x00')
    suite = ElementTree.fromstring(junit.render((FINDING, info), SOURCES, Level.WARNING))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed, passed = suite
    assert (failed.get("classname"), failed.get("name")) == (PATH, "preflight-behind-auth at line 5")
    assert failed[0].get("message") == FINDING.message
    assert "curl -i -X OPTIONS" in (failed[0].text or "")
    assert passed[0].tag == "system-out"
    assert '<&"\ufffd' in (passed[0].text or "")
    (clean,) = ElementTree.fromstring(junit.render((), SOURCES, Level.WARNING))[0]
    assert len(clean) == 0


@pytest.mark.parametrize(
    "render", [gitlab.render, lambda found, sources: junit.render(found, sources, Level.INFO)]
)
def test_no_secret_leaves_by_the_new_formats(render: Callable[[tuple[Finding, ...], Sources], str]) -> None:
    finding = replace(
        FINDING, message="proxy_pass http://user:hunter2@app", cure="not http://user:hunter2@app"
    )
    assert "hunter2" not in render((finding,), SOURCES)
