"""Texts that stand in a YAML file, at the offsets that their letters have there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.nginx.excerpt import padded
from authlint.readers.nginx.scan import GHOST
from authlint.readers.yaml.tree import Item

HEAD = expression(
    r"^(?P<indent>[ ]*)(?P<key>[\w.\-/]+|\"[^\"\n]+\"|'[^'\n]+')[ \t]*:[ \t]*\|[-+0-9]*[ \t]*(?:#[^\n]*)?$",
    re.MULTILINE,
)
LINE = expression(r"[^\n]*(?:\n|$)")
QUOTED = expression(r"(?s)\\\\\\\"|\\\n[ \t]*(?:\\(?=[ \t]))?|\\u[0-9A-Fa-f]{4}|\\.")
PLAIN = {"n": " \n", "t": "  ", "r": "  ", "\\": "\\\\", "/": GHOST + "/", "0": "  ", " ": "  "}


def written(item: Item, file: str) -> str | None:
    """The text of a value, each letter at its offset in the file; None where it is written in a way that has no
    such text (folded over several lines)."""
    node = item.node
    begin: int = item.start + node.start_mark.index
    end: int = item.start + node.end_mark.index
    if node.style == "|":
        first = file.find("\n", begin, end) + 1
        return padded(file, first, end) if first else None
    if node.style == '"':
        inner = QUOTED.sub(lambda found: _plain(file, begin + 1, found), file[begin + 1 : end - 1])
        return " " * (begin + 1) + inner
    if node.style in (None, "", "'") and node.start_mark.line == node.end_mark.line:
        quote = 1 if node.style == "'" else 0
        return padded(file, begin + quote, end - quote)
    return None


def _plain(file: str, offset: int, found: re.Match[str]) -> str:
    """What an escape stands for, as long as the escape itself."""
    text = found[0]
    if text == '\\\\\\"':
        return '\\"' + GHOST * 2
    if text[1:2] in ("\n",):
        return re.sub(r"[^\n]", " ", text)
    if text[1:2] == "u":
        return GHOST * (len(text) - 1) + chr(int(text[2:], 16))
    if text == '\\"':
        # A quote begins a word or ends one: what fills the place must not stand in the word.
        at = offset + found.start()
        before = file[max(at - 2, 0) : at]
        return ' "' if before.endswith((" ", ";", "{", "\\n", "\\t")) else '" '
    return PLAIN.get(text[1:], text)


def literal(text: str, begin: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The literal block texts of a part of a file, by their lines alone: for a document that a template writes in
    part. Each with its key and where it begins and ends."""
    at = begin
    while head := HEAD.search(text, at, end):
        at = first = min(head.end() + 1, end)
        depth = len(head["indent"])
        while at < end:
            line = LINE.match(text, at, end)
            assert line is not None
            bare = line[0].strip()
            inside = len(line[0]) - len(line[0].lstrip()) > depth
            if bare and not inside and not bare.startswith(("{{", "{%")):
                break
            at = max(line.end(), at + 1)
        yield head["key"].strip("\"'"), first, at
