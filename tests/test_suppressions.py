"""Comments that keep findings quiet."""

from __future__ import annotations

from datetime import date

import pytest

from authlint.finding import Finding, Label, Level, Tally
from authlint.lint import Result
from authlint.record import replace
from authlint.settings import Settings
from authlint.suppressions import suppressed
from authlint.text import Source, Sources, Span

RULE = "preflight-behind-auth"
SETTINGS = Settings("/")


def left(
    text: str, words: str = "auth_basic", *, settings: Settings = SETTINGS, rule: str = RULE
) -> list[str]:
    """What is reported of a file in which `rule` finds `words`."""
    found: tuple[Finding, ...] = ()
    if words in text:
        start = text.index(words)
        found = (Finding(rule, Level.ERROR, "m", Label(Span("a.conf", start, start + len(words)), "l")),)
    result = Result(found, Sources({"a.conf": Source("a.conf", text)}), Tally())
    return [
        f"{one.rule}: {one.message}; {one.primary.text}".removesuffix("; l")
        for one in suppressed(result, settings)
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"auth_basic x; # authlint: ignore[{RULE}] scripts only",
        f"auth_basic x; #authlint:ignore[ {RULE} ]",
        f"    # authlint: ignore[{RULE}]\n    auth_basic x;",
        f"# authlint: ignore[{RULE}]\n# and why\n\n# at length\nauth_basic x;",
        f"auth_basic # authlint: ignore[{RULE}]\n  x;",
    ],
)
def test_a_comment_on_the_line_or_alone_before_it(text: str) -> None:
    assert left(text) == []


def test_any_line_of_a_long_place_may_have_the_comment() -> None:
    assert left(f"auth_basic\n  x; # authlint: ignore[{RULE}]\n", "auth_basic\n  x;") == []


@pytest.mark.parametrize(
    "text",
    [
        f"listen 80; # authlint: ignore[{RULE}]\nauth_basic x;",
        f"auth_basic x;\n# authlint: ignore[{RULE}]\n",
        f"# authlint: ignore[{RULE}]\nlisten 80;\nauth_basic x;",
    ],
)
def test_elsewhere_it_suppresses_nothing_and_that_is_told(text: str) -> None:
    assert sorted(line.partition(":")[0] for line in left(text)) == [RULE, "unused-suppression"]


def test_a_comment_at_another_place_of_the_finding_is_told_where_to_stand() -> None:
    text = f"auth_basic x;\nadd_header y; # authlint: ignore[{RULE}]"
    at = text.index("add_header")
    related = (Label(Span("a.conf", at, at + 10), "r"),)
    finding = Finding(RULE, Level.ERROR, "m", Label(Span("a.conf", 0, 10), "l"), related)
    result = Result((finding,), Sources({"a.conf": Source("a.conf", text)}), Tally())
    unused = suppressed(result, SETTINGS)[-1]
    assert unused.primary.text == "the finding is about line 1"
    assert unused.cure == "put the comment at line 1"


def test_each_rule_of_a_comment_is_judged_on_its_own() -> None:
    text = f"auth_basic x; # authlint: ignore[{RULE}, authorization-dropped]"
    assert left(text) == [
        "unused-suppression: nothing to ignore: no finding of authorization-dropped here;"
        " in line 1 there is no such finding"
    ]


def test_a_rule_that_there_is_not() -> None:
    assert left("# authlint: ignore[preflight-behind-aut]\nlisten 80;") == [
        "unused-suppression: the comment ignores nothing: there is no rule 'preflight-behind-aut';"
        " no such rule; did you mean 'preflight-behind-auth'?"
    ]


@pytest.mark.parametrize("comment", ["# authlint: ignore", "# authlint: ignore[]", "# authlint: ignore[ , ]"])
def test_a_comment_without_a_rule(comment: str) -> None:
    assert left(comment) == [
        "unused-suppression: the comment ignores nothing: it names no rule; write ignore[rule-id]"
    ]


def test_other_words_about_authlint_are_no_suppression() -> None:
    assert left("# authlint: see the wiki\n# authlint: ignored for years\n") == []


def test_of_a_rule_that_was_not_asked_nobody_knows() -> None:
    text = f"listen 80; # authlint: ignore[{RULE}]"
    assert left(text, settings=Settings("/", ignore=frozenset({RULE}))) == []
    assert left(text, settings=Settings("/", ignore=frozenset({"unused-suppression"}))) == []


def test_an_idle_comment_can_be_kept_on_purpose() -> None:
    assert left(f"listen 80; # authlint: ignore[{RULE}, unused-suppression]") == []


def test_another_rules_finding_stays() -> None:
    text = f"auth_basic x; # authlint: ignore[{RULE}]"
    assert len(left(text, rule="authorization-dropped")) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"# authlint: ignore[{RULE}] scripts\nlocation / {{\n    # a brace: {{\n    auth_basic x;\n}}",
        f"# authlint: ignore[{RULE}] scripts\nlocation / {{\n    if (a) {{ }}\n    auth_basic x;\n}}",
        f"# authlint: ignore[{RULE}] scripts\nroutes:\n  - a: 1\n    auth_basic: 2\n",
        f"# authlint: ignore-file[{RULE}] scripts\n\nlocation / {{\n    auth_basic x;\n}}",
        f"auth_basic x;\n# authlint: ignore-file[{RULE}]",
        f"auth_basic x; # authlint: ignore[{RULE}] until=2027-01-31 the new gateway comes",
    ],
)
def test_blocks_files_and_days_to_come(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authlint.suppressions.today", lambda: date(2027, 1, 31))
    assert left(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"# authlint: ignore[{RULE}]\nlocation /a {{\n}}\nlocation / {{\n    auth_basic x;\n}}",
        f"# authlint: ignore[{RULE}]\nroutes:\n  - a: 1\nauth_basic: 2\n",
    ],
)
def test_a_block_ends(text: str) -> None:
    assert [one.partition(":")[0] for one in left(text)] == ["unused-suppression", RULE]


def test_a_day_that_is_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authlint.suppressions.today", lambda: date(2027, 2, 1))
    text = f"auth_basic x; # authlint: ignore[{RULE}] until=2027-01-31 the new gateway comes"
    source = Sources({"a.conf": Source("a.conf", text)})
    span = Span("a.conf", 0, 10)
    finding = Finding(RULE, Level.ERROR, "m", Label(span, "l"))
    (one,) = suppressed(Result((finding,), source, Tally()), SETTINGS)
    assert [label.text for label in one.related] == ["was to be ignored until 2027-01-31, which is past"]


def test_a_past_day_and_nothing_to_ignore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authlint.suppressions.today", lambda: date(2027, 2, 1))
    (said,) = left(f"return 200; # authlint: ignore[{RULE}] until=2027-01-31")
    assert said.endswith("there is no such finding; was to be ignored until 2027-01-31, which is past")


def test_a_day_that_is_none() -> None:
    text = f"auth_basic x; # authlint: ignore[{RULE}] until=soon"
    assert left(text) == [f"{RULE}: m"]


@pytest.mark.parametrize(
    ("reason", "kept"), [("", 1), (" - ", 1), ("until=2099-01-01", 1), ("scripts call it", 0)]
)
def test_a_reason_may_be_asked_for(reason: str, kept: int) -> None:
    settings = replace(SETTINGS, suppressions="with-reason")
    assert len(left(f"auth_basic x; # authlint: ignore[{RULE}] {reason}", settings=settings)) == kept


def test_no_comment_counts_where_none_may() -> None:
    settings = replace(SETTINGS, suppressions="none")
    assert left(f"auth_basic x; # authlint: ignore[{RULE}] scripts", settings=settings) == [f"{RULE}: m"]
