"""What a person reads, word for word."""

from __future__ import annotations

import re

import pytest
from tests.report.made import BASIC, FINDING, PATH, PREFLIGHT, SOURCES, TALLY, TEXT, label

from authlint.finding import Finding, Label, Level, Tally
from authlint.record import replace
from authlint.report.text import render
from authlint.text import Source, Sources, Span


def page(*findings: Finding, sources: Sources = SOURCES, width: int = 100, color: bool = False) -> str:
    return render(findings, sources, TALLY, color=color, width=width, summary=False)


def lines_of(text: str, *labels: tuple[str, str], width: int = 100) -> str:
    """The snippet of a finding whose first label is the primary one."""
    made = [label(words, said, text, "x.conf") for words, said in labels]
    finding = Finding("some-rule", Level.INFO, "m", made[0], tuple(made[1:]))
    shown = page(finding, sources=Sources({"x.conf": Source("x.conf", text)}), width=width)
    return shown.split("\n", 3)[3].rpartition("\n  |\n")[0]


def test_a_whole_report() -> None:
    assert (
        render((FINDING,), SOURCES, TALLY, color=False, width=100)
        == """\
error[preflight-behind-auth]: browsers cannot call api.example.com/v1/: the preflight is answered 401
 --> conf.d/api.conf:5:9
  |
4 |         add_header Access-Control-Allow-Origin https://app.example.com always;
  |         ---------- cross-origin use is meant: CORS is set up here
5 |         auth_basic "api";
  |         ^^^^^^^^^^ asks the preflight for credentials, and a preflight never has any
  |
  = request: curl -i -X OPTIONS https://api.example.com/v1/ -H 'Origin: https://app.example.com' \\
             -H 'Access-Control-Request-Method: GET' \\
             -H 'Access-Control-Request-Headers: authorization'
  = answer:  WWW-Authenticate: Basic realm="api"
  = wanted:  2xx with the CORS headers
  = affects: 4 routes: /v1/, /v1/admin/, ~ ^/v1/export and 1 more
  = cure:    answer OPTIONS before auth
  = proven; assumes nothing
  = manual:  authlint explain preflight-behind-auth

1 error in 1 file; 14 files looked at, 2 passed over (--verbose says why)
"""
    )


def test_a_sequence_is_numbered() -> None:
    shown = page(replace(FINDING, witness=(BASIC, PREFLIGHT), stated=("the upstream answers 200",)))
    assert (
        """\
  = request 1: curl -i https://api.example.com/ -u USER:PASSWORD
  = answer 1:  302 to /login
  = wanted 1:  200
  = request 2: curl -i -X OPTIONS"""
        in shown
    )
    assert "  = proven; assumes nothing beyond: the upstream answers 200\n" in shown


def test_what_is_assumed_is_said_instead_of_proven() -> None:
    shown = page(replace(FINDING, assumes=("the upstream asks for a token",), pedantic=True))
    assert "  = assumes: the upstream asks for a token\n" in shown
    assert "proven" not in shown


def test_without_request_or_proof_nothing_is_called_proven() -> None:
    assert "proven" not in page(replace(FINDING, witness=()))
    assert "proven" in page(replace(FINDING, witness=(), proof='nginx: "auth_basic" is duplicate'))


def test_labels_far_apart_and_in_other_files_have_their_own_snippets() -> None:
    text = TEXT + "\n" * 10 + "auth_request /auth;\n"
    sources = Sources({PATH: Source(PATH, text), "inc.conf": Source("inc.conf", "satisfy any;\n")})
    far = label("auth_request", "far away", text)
    finding = replace(
        FINDING, related=(far, Label(Span("inc.conf", 0, 7), "elsewhere")), witness=(), routes=()
    )
    assert page(finding, sources=sources).startswith("""\
error[preflight-behind-auth]: browsers cannot call api.example.com/v1/: the preflight is answered 401
  --> conf.d/api.conf:5:9
   |
 5 |         auth_basic "api";
   |         ^^^^^^^^^^ asks the preflight for credentials, and a preflight never has any
   |
  ::: conf.d/api.conf:19:1
   |
19 | auth_request /auth;
   | ------------ far away
   |
  ::: inc.conf:1:1
   |
 1 | satisfy any;
   | ------- elsewhere
   |
""")


def test_one_line_between_is_shown_and_more_are_dots() -> None:
    assert (
        lines_of("a;\nb;\nc;\n1;\n2;\nd;\n", ("a", "A"), ("c", "C"), ("d", "D"))
        == """\
1 | a;
  | ^ A
2 | b;
3 | c;
  | - C
...
6 | d;
  | - D"""
    )


def test_several_labels_in_a_line() -> None:
    assert (
        lines_of("satisfy any; auth_basic off;\n", ("satisfy", "one"), ("auth_basic", "two"), ("off", "3"))
        == """\
1 | satisfy any; auth_basic off;
  | ^^^^^^^      ---------- --- 3
  | |            |
  | |            two
  | |
  | one"""
    )


def test_a_text_without_room_beside_its_mark_stands_below() -> None:
    assert (
        lines_of("a" * 40 + ";", ("a" * 40, "what is said about all of this"), width=60)
        == f"""\
1 | {"a" * 40};
  | {"^" * 40}
  | |
  | what is said about all of this"""
    )


def test_a_long_line_is_cut_around_its_label() -> None:
    shown = lines_of("x " * 100 + "here " + "y " * 100, ("here", "this"), width=60)
    assert (
        shown
        == """\
1 | ...x x x x x x x x here y y y y y y y y y y y y y y y...
  |                    ^^^^ this"""
    )


def test_marks_stand_below_their_words_whatever_is_before_them() -> None:
    assert (
        lines_of("\t\u6f22\u5b57 e\u0301 word;\n", ("word", "w"))
        == """\
1 |     \u6f22\u5b57 e\u0301 word;
  |            ^^^^ w"""
    )


def test_a_place_at_the_end_of_a_line_has_a_mark() -> None:
    assert (
        lines_of("auth_basic off\n}\n", ("\n", "a semicolon is missing"))
        == """\
1 | auth_basic off
  |               ^ a semicolon is missing"""
    )


def test_secrets_in_shown_lines_are_starred_in_place() -> None:
    shown = page(replace(FINDING, related=(label("http://user", "goes there"),)))
    assert "6 |         proxy_pass http://user:*******@app;" in shown
    assert "hunter2" not in shown


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = lines_of("a \x1b[31m \u202eb;\n", ("b", "\x07c"))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", shown)


def test_colour_adds_nothing_but_colour() -> None:
    colored = page(FINDING, color=True)
    assert "\x1b[1;31merror[preflight-behind-auth]" in colored
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == page(FINDING)


@pytest.mark.parametrize("width", [60, 70, 80, 100, 120])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    shown = page(replace(FINDING, message="m"), width=width)
    unbreakable = "-H 'Access-Control-Request-Headers: authorization'"
    assert all(len(line) <= width for line in shown.splitlines() if unbreakable not in line)


def test_hidden_findings_are_counted() -> None:
    assert "; 2 more need an assumption (--pedantic)\n" in render(
        (), Sources(), TALLY, color=False, width=100, hidden=2
    )


def test_nothing_found() -> None:
    assert render((), Sources(), Tally(1, 1), color=False, width=100) == "no findings; 1 file looked at\n"
