"""Strings for a pattern: each matches, and reads like what the pattern stands for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlint.flow.patterns import Match, Pattern, compile_pattern
from authlint.flow.samples import samples


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (r"^/api/(.*)$", ("/api/x", "/api/a")),
        (r"\.php$", ("/x.php",)),
        (r"\.(css|js|png)$", ("/x.css", "/x.js", "/x.png")),
        (r"^.*\.php$", ("/x.php",)),
        (r"^/(v1|v2)/users/\d+/?$", ("/v1/users/1", "/v2/users/1")),
        (r"^/api(/v1)?$", ("/api", "/api/v1")),
        (r"^/(?!admin)[^/]+/x", ("/x/x",)),
        (r"^/(?!x)[^/]+$", ("/a", "/1")),
        (r"^/(?=api)", ("/api",)),
        (r"^/(.)\1$", ("/xx",)),
        (r"^/[\w.-]+\.git/(info|HEAD)", ("/x.git/info",)),
        (r"(?i)^/FOO", ("/foo",)),
        (r"^/a++b", ("/ab",)),
        ("", ("/",)),
        ("é", ("/é",)),
    ],
)
def test_paths(text: str, first: tuple[str, ...]) -> None:
    assert samples(text, path=True)[: len(first)] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (r"^https?://([a-z]+\.)?example\.com(:\d+)?$", ("https://example.com", "http://example.com")),
        (r"\.example\.com$", ("x.example.com",)),
        (r"^api\.", ("api.example",)),
        (r"^(www\.)?(?<name>.+)$", ("x", "www.x")),
        (r"^(\d{1,3}\.){3}\d{1,3}$", ("1.1.1.1",)),
    ],
)
def test_hosts_and_origins(text: str, first: tuple[str, ...]) -> None:
    assert samples(text)[: len(first)] == first


@pytest.mark.parametrize("text", ["[", "^$", "a(?!)", "^x{1000}$", r"\p{L}", "^[\x00]$", r"^a\bb$"])
def test_no_sample_is_better_than_a_wrong_one(text: str) -> None:
    assert samples(text) == ()


def test_no_path_for_a_pattern_that_no_path_matches() -> None:
    assert samples("^x", path=True) == ()


def test_the_limit() -> None:
    assert len(samples("^/(a|b|c|d|e|f|g|h)$", limit=3)) == 3


@settings(max_examples=300, deadline=None)
@given(st.text(r"ab/(|)[^]{2}*+?\d.$", max_size=12), st.booleans(), st.booleans())
def test_every_sample_is_confirmed(text: str, nocase: bool, path: bool) -> None:
    for sample in samples(text, nocase, path=path):
        pattern = compile_pattern(text, nocase)
        assert isinstance(pattern, Pattern)
        assert isinstance(pattern.search(sample), Match)
        assert sample.startswith("/") or not path
