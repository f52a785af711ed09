"""The forms in which an Envoy configuration lies in a repository: a file of its own, a ConfigMap, a list of objects.

A ConfigMap's text is read where it stands, so that places are those of the file that a person edits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.nginx.template import HOLE
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.alignment import places
from authlint.readers.yaml.compose import Broken, Piece, document, pieces
from authlint.readers.yaml.tree import Item

# What envsubst and its like fill in; YAML does not mind it, numbers do.
PLACEHOLDER = expression(r"\$\{[^{}\n]{1,200}\}")
WHOLE_LINE = expression(r"^[ \t]*(?:\$\{[^{}\n]{1,200}\}[ \t]*)+$", re.MULTILINE)
MARKER = expression(r"^[ \t]*---[ \t]*$", re.MULTILINE)
DEEPEST = 3


def documents(path: str, text: str, troubles: list[Trouble], every: bool = False) -> Iterator[Item]:
    """The documents that can be Envoy's; `every`: whatever they look like."""
    for piece in pieces(text):
        if every or could_be_envoy(piece.text):
            for item in _read(path, piece, troubles):
                yield from _unpacked(item, text, troubles, 0)


def _read(path: str, piece: Piece, troubles: list[Trouble]) -> Iterator[Item]:
    masked = PLACEHOLDER.sub(lambda found: HOLE * len(found[0]), piece.text)
    item = document(path, Piece(masked, piece.start, piece.places))
    if isinstance(item, Broken):
        # What is filled in may be whole lines: then nobody knows what the document will be.
        kind = "template-skipped" if item.template or WHOLE_LINE.search(piece.text) else "syntax-error"
        troubles.append(Trouble(kind, item.message, item.span))
    elif item is not None:
        yield item


def _unpacked(item: Item, file: str, troubles: list[Trouble], depth: int) -> Iterator[Item]:
    kind = item.text_at("kind")
    if kind == "ConfigMap":
        data = item.get("data")
        for entry in data.entries() if data is not None else ():
            yield from held(entry, file, troubles)
    elif kind.endswith("List") and depth < DEEPEST:
        listed = item.get("items")
        for one in listed.items() if listed is not None else ():
            yield from _unpacked(one, file, troubles, depth + 1)
    else:
        yield item


def held(entry: Item, file: str, troubles: list[Trouble]) -> Iterator[Item]:
    """The document that an entry of a ConfigMap is."""
    found = inside(entry, file) if could_be_envoy(entry.text) else None
    if found is not None:
        yield from _read(entry.path, found, troubles)


def inside(entry: Item, file: str) -> Piece:
    """A text in a document as a document: a literal block with its indentation, else letter by letter."""
    return literal(entry, file) or Piece(_unmarked(entry.text), 0, places(entry, file))


def literal(entry: Item, file: str) -> Piece | None:
    """A literal block, each letter at its offset."""
    node = entry.node
    if node.style == "|" and entry.places is None:
        begin = file.find("\n", entry.at_offset(node.start_mark.index)) + 1
        end = entry.at_offset(node.end_mark.index)
        if 0 < begin < end:
            return Piece(_unmarked(file[begin:end]), begin)
    return None


def _unmarked(text: str) -> str:
    """A marker that stands in is none: the document may begin with one."""
    return MARKER.sub(lambda found: " " * len(found[0]), text)
