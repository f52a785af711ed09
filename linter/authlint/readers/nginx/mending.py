"""Intents as edits of nginx's statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlint.intent import Edit, Intent, Remove, Reword, SendAlways
from authlint.readers.lines import with_line
from authlint.readers.nginx.scan import Directive, Word, scan
from authlint.text import Span


def edits(intent: Intent, text: str) -> tuple[Edit, ...] | None:
    """What is to be written where; None where nginx cannot say it so. `text` is the configuration, each letter at its
    offset in the file, with a template's parts masked."""
    found = statement(scan(text).directives, intent.span)
    if found is None:
        return None
    path = intent.span.path
    if isinstance(intent, Remove):
        return (Edit(Span(path, *with_line(text, found.start, found.end)), ""),)
    if isinstance(intent, Reword):
        return _reworded(found, intent)
    if isinstance(intent, SendAlways):
        # https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header: the third word
        if found.name.text != "add_header" or len(found.args) != 2:
            return None
        at = found.args[-1].end
        return (Edit(Span(path, at, at), " always"),)
    return None


def _reworded(found: Directive, intent: Reword) -> tuple[Edit, ...] | None:
    words = [word for word in found.args if intent.old in word.text]
    exact = [word for word in words if word.text == intent.old]
    chosen = exact or words
    if len(chosen) != 1:
        return None
    word = chosen[0]
    at, inside = word.start, word.end
    if word.quoted:
        at, inside = at + 1, inside - 1
    return _within(word, at, inside, intent)


def _within(word: Word, at: int, end: int, intent: Reword) -> tuple[Edit, ...] | None:
    """The edit of one word, where its letters are written as they are meant."""
    if end - at != len(word.text) or word.text.count(intent.old) != 1:
        return None
    if not word.quoted and any(letter in " \t;{}\"'\\#" for letter in intent.new):
        return None
    start = at + word.text.index(intent.old)
    return (Edit(Span(intent.span.path, start, start + len(intent.old)), intent.new),)


def statement(directives: Iterable[Directive], span: Span) -> Directive | None:
    """The smallest statement in which all of the span stands."""
    found = None
    for one in _around(directives, span):
        found = one
    return found


def _around(directives: Iterable[Directive], span: Span) -> Iterator[Directive]:
    for one in directives:
        if one.start <= span.start and span.end <= one.end:
            yield one
            yield from _around(one.block or (), span)
            return
