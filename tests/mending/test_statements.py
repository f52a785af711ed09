"""Edits of nginx's statements leave the quotes of a word as they are."""

from __future__ import annotations

import pytest

from authlint.intent import Reword
from authlint.mending.texts import edited
from authlint.readers.nginx.rewording import reworded
from authlint.readers.nginx.scan import scan
from authlint.readers.nginx.writing import Page
from authlint.text import Span


@pytest.mark.parametrize(
    ("text", "old", "new", "after"),
    [
        ("a x/y;", "x/y", "x/z", "a x/z;"),
        ("a x/y;", "y", "z", "a x/z;"),
        ("a 'x \"y\"';", 'x "y"', 'z "y"', "a 'z \"y\"';"),
        ('a "x \\"y\\"";', 'x "y"', 'z "y"', 'a "z \\"y\\"";'),
        ("a ~x.y$;", "x.y", r"x\.y", r"a ~x\.y$;"),
        ('a "~x.y$";', "x.y", r"x\.y", r'a "~x\.y$";'),
        ("~x.y 1;", "x.y", r"x\.y", r"~x\.y 1;"),
        ("a x;", "x", "y z", None),
        ("a x;", "x", r"x\t", None),
        ("a x x;", "x", "y", None),
        ("a x/x;", "x", "y", None),
        ('a "x\\ty";', "y", "z", None),
    ],
)
def test_a_word_is_reworded_in_its_own_quotes(text: str, old: str, new: str, after: str | None) -> None:
    found = scan(text).directives[0]
    edits = reworded(Page("a.conf", text, text), found, Reword(Span("a.conf", 0, len(text)), old, new))
    assert (None if edits is None else edited(text, edits)) == after
