"""A word of a statement that becomes another one, in its own quotes."""

from __future__ import annotations

from authlint.expression import expression
from authlint.intent import Edit, Reword
from authlint.readers.nginx.scan import Directive, Word
from authlint.readers.nginx.writing import Page
from authlint.text import Span

# What stands for another letter in a word (scan.py); any other backslash is one.
ESCAPE = expression(r"""\\(?:["'\\trn]|$)""")
ENDING = " \t;{}\"'#"  # what ends a word without quotes, or begins something else


def reworded(page: Page, found: Directive, intent: Reword) -> tuple[Edit, ...] | None:
    if found.name.text == intent.old:
        return (Edit(Span(intent.span.path, found.name.start, found.name.end), intent.new),)
    words = [word for word in found.args if intent.old in word.text]
    if not words and intent.old in found.name.text:
        words = [found.name]  # a pattern of a map
    exact = [word for word in words if word.text == intent.old]
    chosen = exact or words
    return _within(page, chosen[0], intent) if len(chosen) == 1 else None


def _within(page: Page, one: Word, intent: Reword) -> tuple[Edit, ...] | None:
    """The edit of one word, where its letters are written as they are meant, or its own quotes behind a backslash."""
    at, end = (one.start + 1, one.end - 1) if one.quoted else (one.start, one.end)
    text, old, new = one.text, intent.old, intent.new
    if one.quoted and "\\" not in text + new:
        text, old, new = (each.replace(one.quoted, f"\\{one.quoted}") for each in (text, old, new))
    elif ESCAPE.search(new) or any(letter in (one.quoted or ENDING) for letter in new):
        return None
    if page.text[at:end] != text or text.count(old) != 1:
        return None
    edit = page.edit(at + text.index(old), at + text.index(old) + len(old), new)
    return None if edit is None else (edit,)
