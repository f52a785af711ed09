"""Directives that nobody wrote in nginx's language: each stands where the words lie that it follows from."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.model.gateway import Open
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.scan import Directive, Word, scan
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.embedded import Embedded, embedded
from authlint.readers.yaml.tree import Item
from authlint.text import Span


def node(
    at: Span, name: str, *args: str, children: Sequence[Node] | None = None, implied: bool = False
) -> Node:
    words = tuple(Word(text, "", at.start, at.end) for text in args)
    inner = tuple(children) if children is not None else None
    return Node(name, words, inner, at.path, at.start, at.end, at.end, implied=implied)


def branch(at: Span, left: str, operator: str, right: str, children: Sequence[Node]) -> Node:
    """An `if`."""
    return node(at, "if", f"({left}", operator, right, ")", children=children)


def gap(at: Span, reason: str) -> Node:
    """A place where directives may be that were not read."""
    return Node("", (), None, at.path, at.start, at.end, at.end, Open(reason, at))


def inert(at: Span, why: str, cure: str, meant: str) -> Node:
    """A setting without effect, for the block in which it stands."""
    return node(at, "@inert", why, cure, meant)


def snippet(item: Item, file: str, troubles: list[Trouble]) -> list[Node]:
    """The directives of a snippet, at their places in the manifest."""
    text = embedded(item, file)
    tree = scan(text.text)
    for problem in tree.problems:
        span = text.span(problem.start, max(problem.end, problem.start + 1))
        troubles.append(Trouble("syntax-error", problem.message, span))
    return [_directive(text, one) for one in tree.directives]


def _directive(text: Embedded, directive: Directive) -> Node:
    last = directive.args[-1] if directive.args else directive.name
    whole = text.span(directive.start, directive.end)
    head = text.span(directive.start, last.end)
    children = None
    if directive.block is not None:
        children = tuple(_directive(text, one) for one in directive.block)
    words = tuple(_word(text, word) for word in directive.args)
    return Node(directive.name.text, words, children, whole.path, head.start, whole.end, head.end)


def _word(text: Embedded, word: Word) -> Word:
    span = text.span(word.start, word.end)
    return Word(word.text, word.quoted, span.start, span.end)
