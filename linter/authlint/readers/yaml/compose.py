"""YAML documents as trees with places (https://yaml.org/spec/1.1/, as libyaml reads it).

Nothing is constructed: a scalar stays the text that was written, and whoever reads the document says what type it
has. A document that cannot be read costs itself alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from authlint.expression import expression
from authlint.readers.nginx.template import HOLE, Masked, mask
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

SEPARATOR = expression(r"^---(?=[ \t\r\n]|$)|^\.\.\.[ \t]*\r?$", re.MULTILINE)
ALIAS = expression(r"(?:^|[\s\[{,:-])\*[A-Za-z0-9_]")
LARGEST = 200_000  # values of one document, aliases counted each time they are used


@record
class Broken:
    """A document that cannot be read, and why. `template`: because a tool fills it in first."""

    message: str
    span: Span
    template: bool = False


@record
class Piece:
    """One document's text in its file; `start` is where it begins. `places`: of each letter, where it is written in
    quotes or folded."""

    text: str
    start: int
    places: tuple[int, ...] | None = None

    def at(self, index: int) -> int:
        return self.start + index if self.places is None else self.places[min(index, len(self.places) - 1)]


def pieces(text: str) -> Iterator[Piece]:
    """The documents of a file as texts, none of them read."""
    start = 1 if text.startswith("\ufeff") else 0
    for found in SEPARATOR.finditer(text):
        if found.start() > start:
            yield Piece(text[start : found.start()], start)
        start = found.end()
    if start < len(text):
        yield Piece(text[start:], start)


def document(path: str, piece: Piece) -> Item | Broken | None:
    """The tree of one document; None for an empty one."""
    text, masked = piece.text, None
    if "{{" in text or "{%" in text:
        masked = mask(text)
        hidden = _hidden(path, piece, masked)
        if hidden is not None:
            return hidden
        text = masked.text
    try:
        node = _compose(text)
    except Exception as error:
        return _broken(path, piece, error, masked)
    if node is None:
        return None
    if ALIAS.search(text) and not _is_finite(node):
        reason = f"the aliases of this document stand for more than {LARGEST} values"
        return Broken(reason, Span(path, piece.at(0), piece.at(0) + 1))
    return Item(node, path, piece.start, places=piece.places)


def _hidden(path: str, piece: Piece, masked: Masked) -> Broken | None:
    """Why a template cannot be read: a statement decides what is there, or an expression writes whole lines."""
    for hole in masked.holes:
        where = Span(path, piece.at(hole.start), piece.at(hole.end - 1) + 1)
        return Broken("a template decides what is in this document", _first_line(where, piece), True)
    for found in re.finditer(rf"^[ \t]*(?:-[ \t]+)*{HOLE}+[ \t]*$", masked.text, re.MULTILINE):
        if found[0].lstrip().startswith("-"):
            continue
        where = Span(path, piece.at(found.start()), piece.at(found.end() - 1) + 1)
        return Broken("a template writes a part of this document", where, True)
    return None


def _first_line(span: Span, piece: Piece) -> Span:
    end = -1 if piece.places is not None else piece.text.find("\n", span.start - piece.start)
    return span if end < 0 else Span(span.path, span.start, min(span.end, piece.start + end))


def _broken(path: str, piece: Piece, error: Exception, masked: Masked | None) -> Broken:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = piece.at(min(mark.index if mark is not None else 0, max(len(piece.text) - 1, 0)))
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    reason = getattr(error, "reason", None)
    text = f"this is not YAML: {problem or reason or type(error).__name__}"
    if masked is not None and masked.kind is not None:
        return Broken("a template writes a part of this document", Span(path, at, at + 1), True)
    return Broken(text, Span(path, at, at + 1))


def _compose(text: str) -> Any:
    global _composer
    if _composer is None:
        _composer = _make_composer()
    loader = _composer(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


_composer: Any = None


def _make_composer() -> Any:
    """libyaml's parser without PyYAML's guesses of types: they cost a third of the time and are not wanted."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined, unused-ignore]
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader

    class Composer(CParser):  # type: ignore[misc, unused-ignore]
        def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
            return ""

        def descend_resolver(self, current: Any, index: Any) -> None:
            pass

        def ascend_resolver(self) -> None:
            pass

    return Composer


def _is_finite(node: Any) -> bool:
    """Whether a tree with aliases stays within bounds: shared nodes are counted as often as they are used."""
    sizes: dict[int, int] = {}
    stack = [(node, False)]
    while stack:
        one, done = stack.pop()
        children = _children(one)
        if done:
            sizes[id(one)] = min(1 + sum(sizes.get(id(child), 0) for child in children), LARGEST + 1)
            continue
        if id(one) in sizes:
            if sizes[id(one)] < 0:
                return False  # a node inside itself
            continue
        sizes[id(one)] = -1
        stack.append((one, True))
        stack.extend((child, False) for child in children if sizes.get(id(child), -1) < 0)
    return 0 <= sizes[id(node)] <= LARGEST


def _children(node: Any) -> list[Any]:
    value = node.value
    if isinstance(value, str):
        return []
    return [part for one in value for part in (one if isinstance(one, tuple) else (one,))]
