"""Tests on Origin are made to fit what they mean, or are left alone."""

from __future__ import annotations

import pytest

from authlint.intent import Include, LetIn, Reword
from authlint.model.value import Text
from authlint.text import Span
from authlint_rules.mends.origins import tighten

HERE = Span("a.conf", 0, 1)


@pytest.mark.parametrize(
    ("how", "pattern", "after"),
    [
        ("search", r"https://app\.example\.com", r"^https://app\.example\.com(?::\d+)?$"),
        ("search", r"^https://app.example\.com$", r"^https://app\.example\.com$"),
        ("full", r"https://app.example\.com", r"https://app\.example\.com"),
        ("search", r"example\.com$", r"(?://|\.)example\.com$"),
        ("search", r"(example.com|example.org)$", r"(?://|\.)(example\.com|example\.org)$"),
        ("search", r"\.example\.com", r"\.example\.com(?::\d+)?$"),
        (
            "search",
            "https://app.example.com|https://b.example.org",
            r"^https://app\.example\.com(?::\d+)?$|^https://b\.example\.org(?::\d+)?$",
        ),
        ("search", r"https?:\/\/a\.example\.com(:[0-9]+)?", r"^https?:\/\/a\.example\.com(:[0-9]+)?$"),
        ("search", r"^https?://localhost", r"^https?://localhost(?::\d+)?$"),
        # Anything before a name: its own names below it, and itself.
        ("search", "https://.*example.com", r"^https://(?:.+\.)?example\.com(?::\d+)?$"),
        ("full", r"https://.*example\.com", r"https://(?:.+\.)?example\.com"),
        # A name may go on.
        ("search", r"^https://app\.example", None),
        ("search", r"^https://staging", None),
        # The group is the first one for what comes later.
        ("search", r"^https://(.*)example\.com$", None),
        ("search", r"^https://[a-z0-9.-]*example\.com$", None),
        ("prefix", "https://app.example", None),
        ("contains", "example.com", None),
    ],
)
def test_a_pattern_is_made_stricter(how: str, pattern: str, after: str | None) -> None:
    mends = tighten(Text(how, pattern), HERE)  # type: ignore[arg-type]
    assert [one.intents for one in mends] == ([(Reword(HERE, pattern, after),)] if after is not None else [])


def test_a_prefix_is_the_origin_and_its_ports() -> None:
    (mend,) = tighten(Text("prefix", "https://app.example.com"), HERE)
    assert mend.intents == (
        Reword(HERE, "https://app.example.com", "https://app.example.com:"),
        LetIn(HERE, "https://app.example.com"),
    )


def test_a_suffix_is_the_name_and_what_is_below_it() -> None:
    (mend,) = tighten(Text("suffix", "example.com"), HERE)
    assert mend.intents == (Reword(HERE, "example.com", ".example.com"), Include(HERE, "//example.com"))
