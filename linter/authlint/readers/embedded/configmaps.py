"""Files in the data of ConfigMaps (https://kubernetes.io/docs/concepts/configuration/configmap/), and servers in the
texts of other documents: a chart's values, a playbook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.embedded.blocks import literal, written
from authlint.readers.nginx.excerpt import Excerpt, padded
from authlint.readers.yaml.compose import Broken, Piece, document, pieces
from authlint.readers.yaml.tree import Item

KIND = expression(r"kind[\"']?[ \t]*:[ \t]*[\"']?ConfigMap(?:List)?\b")
NAME = expression(r"^[ ]+name:[ ]*[\"']?([\w.\-]+)", re.MULTILINE)
# Parts of another configuration, which the controller puts in their place.
SNIPPET = expression(r".*snippets?")
SERVER = expression(r"^[ \t]*server[ \t]*\{", re.MULTILINE)


def excerpts(host: str, text: str) -> Iterator[Excerpt]:
    for number, piece in enumerate(pieces(text)):
        if KIND.search(piece.text):
            yield from _document(host, text, piece, number)


def servers(host: str, text: str) -> Iterator[Excerpt]:
    """Block texts in which a server stands, whatever document they are in."""
    for number, (key, begin, end) in enumerate(literal(text, 0, len(text))):
        if not SNIPPET.fullmatch(key) and SERVER.search(text, begin, end):
            yield Excerpt(host, f"{host}/{number}/{key}", padded(text, begin, end), flat=True)


def _document(host: str, text: str, piece: Piece, number: int) -> Iterator[Excerpt]:
    item = document(host, piece)
    if isinstance(item, Broken):
        name = NAME.search(piece.text)
        folder = f"{host}/{name[1] if name is not None else number}"
        for key, begin, end in literal(text, piece.start, piece.start + len(piece.text)):
            if ";" in text[begin:end] and not SNIPPET.fullmatch(key):
                yield Excerpt(host, f"{folder}/{key}", padded(text, begin, end), flat=True)
    elif item is not None:
        yield from _objects(host, text, item, str(number))


def _objects(host: str, text: str, item: Item, number: str) -> Iterator[Excerpt]:
    listed = item.get("items")
    if listed is not None:
        for place, one in enumerate(listed.items()):
            yield from _objects(host, text, one, f"{number}.{place}")
    data = item.get("data")
    if item.text_at("kind") != "ConfigMap" or data is None:
        return
    folder = f"{host}/{item.text_at('metadata', 'name') or number}"
    for entry in data.entries():
        if ";" in entry.text and not SNIPPET.fullmatch(entry.name):
            inner = written(entry, text)
            if inner is not None:
                yield Excerpt(host, f"{folder}/{entry.name}", inner, flat=True)
