"""Edits of YAML and JSON leave everything beside them as it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from authlint.intent import Edit
from authlint.mending.texts import edited
from authlint.readers.yaml.edits import (
    Part,
    entered,
    listed,
    part_at,
    put_before,
    put_behind,
    quoted,
    removed,
    renamed,
    reworded,
    with_text,
)
from authlint.text import Span

Change = Callable[[Part], "tuple[Edit, ...] | None"]


def changed(text: str, words: str, change: Change) -> str | None:
    """The text after a change of the value at these words."""
    start = text.index(words)
    part = part_at("a.yaml", text, Span("a.yaml", start, start + len(words)))
    assert part is not None
    edits = change(part)
    return None if edits is None else edited(text, edits)


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        ("a: 1\nb: 2  # why\nc: 3\n", "b: 2", "a: 1\n# why\nc: 3\n"),
        ("a: 1\nb: 2\n", "b: 2", "a: 1\n"),
        ("a: 1\r\nb: 2\r\nc: 3\r\n", "b: 2", "a: 1\r\nc: 3\r\n"),
        ("a:\n  b: |\n    x\n    y\n\n  # of c\n  c: 3\n", "b: |", "a:\n\n  # of c\n  c: 3\n"),
        ("a:\n- x: 1\n  y: 2\n", "x: 1", "a:\n- y: 2\n"),
        ("a:\n- x\n- y\nb: 1\n", "x", "a:\n- y\nb: 1\n"),
        ("a:\n- x\nb: 1\n", "x", "b: 1\n"),
        ("a: [x, y]\n", "x", "a: [y]\n"),
        ("a: [x, y]\n", "y", "a: [x]\n"),
        ("a: {x: 1}\nb: 2\n", "x: 1", "b: 2\n"),
        ('{"a": {"b": 1, "c": 2}}', '"b": 1', '{"a": {"c": 2}}'),
        ('{\n  "a": 1,\n  "b": 2\n}\n', '"b": 2', '{\n  "a": 1\n}\n'),
        ("---\na: 1\n---\na: 1\nb: 2\n", "b: 2", "---\na: 1\n---\na: 1\n"),
    ],
)
def test_a_value_is_taken_away(text: str, words: str, left: str) -> None:
    assert changed(text, words, removed) == left


def test_the_only_value_of_a_document_stays() -> None:
    assert changed("a: 1\n", "a: 1", removed) is None


@pytest.mark.parametrize(
    ("text", "words", "after"),
    [
        ("a: /x  # why\n", "a: /x", "a: /x/  # why\n"),
        ('a: "/x"\n', "/x", 'a: "/x/"\n'),
        ("a: '/x'\n", "/x", "a: '/x/'\n"),
        ('{"a": "/x"}', '"/x"', '{"a": "/x/"}'),
        ("a: |\n  /x\n", "a: |", None),
        ('a: "/\\x78"\n', "a:", None),
        ("a: /x/x\n", "a:", None),
        ('a: "/x\\\\."\n', "a:", 'a: "/x/\\\\."\n'),
        ("a: '/x''s'\n", "a:", "a: '/x/''s'\n"),
    ],
)
def test_a_text_is_reworded_in_its_own_quotes(text: str, words: str, after: str | None) -> None:
    assert changed(text, words, lambda part: reworded(part, "/x", "/x/")) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: x\n", "a: '[x]''s'\n"),
        ("a: 'x'\n", "a: '[x]''s'\n"),
        ('a: "x"\n', 'a: "[x]\'s"\n'),
        ('{"a": "x"}', '{"a": "[x]\'s"}'),
        ("a: {b: x}\n", "a: {b: '[x]''s'}\n"),
    ],
)
def test_a_text_that_needs_quotes_gets_them(text: str, after: str) -> None:
    assert changed(text, "x", lambda part: reworded(part, "x", "[x]'s")) == after


def test_a_colon_at_the_end_is_no_name() -> None:
    after = changed("a: x  # why\n", "x", lambda part: reworded(part, "x", "x:"))
    assert after == "a: 'x:'  # why\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a/b: 1  # why\n", "c/d: 1  # why\n"),
        ('"a/b": 1\n', '"c/d": 1\n'),
        ('{"a/b": {"x": 1}}', '{"c/d": {"x": 1}}'),
        ('"\\x61/b": 1\n', None),
    ],
)
def test_a_name_changes_in_its_own_quotes(text: str, after: str | None) -> None:
    assert changed(text, text[text.index("b") - 3 : text.index("b") + 1].strip("{"), _to_other_name) == after


def _to_other_name(part: Part) -> tuple[Edit, ...] | None:
    return renamed(next(one for one in part.upwards() if one.item.name == "a/b"), "c/d")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: 600  # why\n", 'a: "600"  # why\n'),
        ("{a: true, b: x}\n", '{a: "true", b: x}\n'),
        ('a: "600"\n', None),
        ("a: x: y\n".replace("x: y", "{b: c}"), None),
    ],
)
def test_a_word_gets_quotes(text: str, after: str | None) -> None:
    assert changed(text, "a:", quoted) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: x, y\n", "a: x, y, z\n"),
        ('a: "x, y"\n', 'a: "x, y, z"\n'),
        ('{"a": "x, y"}', '{"a": "x, y, z"}'),
        ("a: >\n  x,\n  y\n", None),
    ],
)
def test_a_list_in_a_text_gets_a_word_more(text: str, after: str | None) -> None:
    assert changed(text, "a", lambda part: with_text(part, ", z")) == after


@pytest.mark.parametrize(
    ("text", "words", "after"),
    [
        ("a:\n    b: 1  # why\n    c: 2\n", "b: 1", 'a:\n    b: 1  # why\n    new: "true"\n    c: 2\n'),
        ("- b: 1\n  c: 2\n", "b: 1", '- b: 1\n  new: "true"\n  c: 2\n'),
        ("a: {b: 1}\n", "b: 1", 'a: {b: 1, new: "true"}\n'),
        ('{"a": {"b": 1}}', '"b": 1', '{"a": {"b": 1, "new": "true"}}'),
        ("a: 1\r\n", "a: 1", 'a: 1\r\nnew: "true"\r\n'),
        ("a: 1", "a: 1", 'a: 1\nnew: "true"'),
    ],
)
def test_an_entry_comes_below(text: str, words: str, after: str) -> None:
    assert changed(text, words, lambda part: entered(part, "new", "true")) == after


@pytest.mark.parametrize(
    ("text", "words", "after"),
    [
        ("r:\n  - m: 1\n    q: 2\n  - m: 3\n", "m: 3", "r:\n  - m: 1\n    q: 2\n  - m: {p: /h}\n  - m: 3\n"),
        ("r:\n- m: 1\n", "m: 1", "r:\n- m: {p: /h}\n- m: 1\n"),
        ("r: [{m: 1}]\n", "{m: 1}", "r: [{m: {p: /h}}, {m: 1}]\n"),
        ('{"r": [{"m": 1}]}', '{"m": 1}', '{"r": [{"m": {"p": "/h"}}, {"m": 1}]}'),
    ],
)
def test_an_element_comes_before(text: str, words: str, after: str) -> None:
    def before(part: Part) -> tuple[Edit, ...] | None:
        element = next(one for one in part.upwards() if one.item.key is None)
        return listed(element, {"m": {"p": "/h"}}, before=True)

    assert changed(text, words, before) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("l:\n- a: 1\n  b: 2\n- c: 3\n- d: 4\n", "l:\n- c: 3\n- a: 1\n  b: 2\n- d: 4\n"),
        ("l:\n  - a: 1  # why\n  - c: 3\n", "l:\n  - c: 3\n  - a: 1  # why\n"),
        ("l: [{a: 1}, {c: 3}, d]\n", "l: [{c: 3}, {a: 1}, d]\n"),
        ('{"l": [\n  {"a: 1": 0},\n  {"c: 3": 0}\n]}', '{"l": [\n  {"c: 3": 0},\n  {"a: 1": 0}\n]}'),
        ("l: [{a: 1},  # why\n  {c: 3}]\n", None),
        ("l:\n- c: 3\n- a: 1\n", None),
    ],
)
def test_an_element_moves_behind_another(text: str, after: str | None) -> None:
    other = part_at("a.yaml", text, Span("a.yaml", text.index("c: 3"), text.index("c: 3") + 1))
    assert other is not None
    assert other.parent is not None
    assert changed(text, "a: 1", lambda part: put_behind(_element(part), _element(other))) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("l:\n- c: 3\n- a: 1\n  b: 2\n", "l:\n- a: 1\n  b: 2\n- c: 3\n"),
        ("l: [x, {c: 3}, {a: 1}]\n", "l: [x, {a: 1}, {c: 3}]\n"),
        ('{"l": [\n  {"c: 3": 0},\n  {"a: 1": 0}\n]}', '{"l": [\n  {"a: 1": 0},\n  {"c: 3": 0}\n]}'),
        ("l:\n- a: 1\n- c: 3\n", None),
    ],
)
def test_an_element_moves_before_another(text: str, after: str | None) -> None:
    other = part_at("a.yaml", text, Span("a.yaml", text.index("c: 3"), text.index("c: 3") + 1))
    assert other is not None
    assert changed(text, "a: 1", lambda part: put_before(_element(part), _element(other))) == after


def _element(part: Part) -> Part:
    return next(one for one in part.upwards() if one.item.key is None)
