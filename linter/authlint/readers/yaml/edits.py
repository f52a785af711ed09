"""Edits of a YAML or JSON document that leave all around them as it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from authlint.expression import expression
from authlint.intent import Edit
from authlint.readers.lines import with_line
from authlint.readers.yaml.compose import Broken, Piece, document, pieces
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

Written: TypeAlias = "str | bool | Mapping[str, Written] | Sequence[Written]"
# Words that YAML takes for a text whatever stands around them.
PLAIN = expression(r"[A-Za-z_/][\w./-]*")
PLAIN_WORD = expression(r"[\w.+~-]+")
TYPED = expression(r"true|false|yes|no|on|off|null|y|n|~", re.IGNORECASE)


def _single(text: str) -> str:
    return text.replace("'", "''")


def _double(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


ESCAPED: Mapping[str, Callable[[str], str]] = {"'": _single, '"': _double}


@record
class Part:
    """A value in a document: an entry of a map, an element of a list, or the document itself. `around` are the values
    that it stands in, the outermost first."""

    item: Item
    around: tuple[Item, ...]
    path: str
    text: str

    @property
    def start(self) -> int:
        mark = self.item.key.start_mark if self.item.key is not None else self.item.node.start_mark
        return self.item.start + int(mark.index)

    @property
    def end(self) -> int:
        return self.item.start + _end(self.item.node)

    @property
    def parent(self) -> Part | None:
        return Part(self.around[-1], self.around[:-1], self.path, self.text) if self.around else None

    @property
    def flow(self) -> bool:
        """Whether it stands in braces or brackets."""
        return bool(self.around and self.around[-1].node.flow_style)

    @property
    def column(self) -> int:
        return self.start - (self.text.rfind("\n", 0, self.start) + 1)

    def upwards(self) -> Iterator[Part]:
        part: Part | None = self
        while part is not None:
            yield part
            part = part.parent

    def within(self, name: str) -> Part | None:
        """The nearest value of this name around, or this one."""
        return next((one for one in self.upwards() if one.item.name == name), None)

    def element(self, *names: str) -> Part | None:
        """The nearest element of a list of one of these names around, or this one."""
        for one in self.upwards():
            if one.item.key is None and one.parent is not None and one.parent.item.name in names:
                return one
        return None

    def inner(self, item: Item) -> Part:
        return Part(item, (*self.around, self.item), self.path, self.text)

    def entry(self, name: str) -> Part | None:
        """The value of a map under a name."""
        found = next((one for one in children(self.item) if one.name == name), None)
        return None if found is None else self.inner(found)

    def edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(Span(self.path, start, end), text)


def part_at(path: str, text: str, span: Span) -> Part | None:
    """The smallest value in which all of the span stands, with its name."""
    for piece in pieces(text):
        if piece.start <= span.start < piece.start + len(piece.text):
            return part_in(piece, path, text, span)
    return None


def part_in(piece: Piece, path: str, text: str, span: Span) -> Part | None:
    """The same in one document of the file."""
    item = document(path, piece)
    if item is None or isinstance(item, Broken):
        return None
    part = Part(item, (), path, text)
    inner = _holding(part, span)
    while inner is not None:
        part, inner = inner, _holding(inner, span)
    return part


def _holding(part: Part, span: Span) -> Part | None:
    for item in children(part.item):
        inner = part.inner(item)
        if inner.start <= span.start and span.end <= inner.end:
            return inner
    return None


def children(item: Item) -> list[Item]:
    """Values of a map or list as they stand there; what is merged in stands elsewhere."""
    if item.node.id == "mapping":
        return [Item(value, item.path, item.start, key) for key, value in item.node.value]
    return item.items()


def _end(node: Any) -> int:
    """Where a value's letters end: libyaml ends a block where the next one begins."""
    if node.id == "scalar" or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def removed(part: Part) -> tuple[Edit, ...] | None:
    """The value is taken away with its name, and what is then empty around it."""
    parent = part.parent
    if parent is None:
        return None
    beside = [parent.inner(one) for one in children(parent.item)]
    at = next(number for number, one in enumerate(beside) if one.start == part.start)
    if len(beside) == 1:
        return removed(parent)
    if part.flow:
        if at + 1 < len(beside):
            return (part.edit(part.start, beside[at + 1].start, ""),)
        return (part.edit(beside[at - 1].end, part.end, ""),)
    start = part.start
    if parent.item.node.id == "sequence":
        start = part.text.rfind("-", 0, start)
    elif at == 0 and part.text[part.text.rfind("\n", 0, start) + 1 : start].strip():
        return (part.edit(start, beside[1].start, ""),)  # behind the dash of a list
    end = start + len(part.text[start : part.end].rstrip())
    return (part.edit(*with_line(part.text, start, end), ""),)


def reworded(part: Part, old: str, new: str) -> tuple[Edit, ...] | None:
    """A text, or what is one piece of it, in its own quotes."""
    node = part.item.node
    if node.id != "scalar" or node.style in ("|", ">"):
        return None
    start, end = part.item.start + node.start_mark.index, part.item.start + node.end_mark.index
    quote = 1 if node.style in ("'", '"') else 0
    inside = part.text[start + quote : end - quote]
    if node.style in ESCAPED:
        old, new, meant = (ESCAPED[node.style](one) for one in (old, new, part.item.text))
    else:
        meant = part.item.text
    if inside != meant or inside.count(old) != 1 or "\n" in inside:
        return None
    if not quote and PLAIN.fullmatch(inside.replace(old, new)) is None and not _is_plain(new):
        whole = inside.replace(old, new)
        return (
            None if is_json(part.text, part.item.start) else (part.edit(start, end, f"'{_single(whole)}'"),)
        )
    at = start + quote + inside.index(old)
    return (part.edit(at, at + len(old), new),)


def renamed(part: Part, new: str) -> tuple[Edit, ...] | None:
    """The name under which a value stands in its map, in its own quotes."""
    key = part.item.key
    if key is None or key.id != "scalar" or PLAIN.fullmatch(new) is None:
        return None
    quote = 1 if key.style in ("'", '"') else 0
    start, end = part.start + quote, part.item.start + int(key.end_mark.index) - quote
    return (part.edit(start, end, new),) if part.text[start:end] == part.item.name else None


def quoted(part: Part) -> tuple[Edit, ...] | None:
    """A word that has no quotes gets them: it is a text, whatever it looks like."""
    if not part.item.plain or not PLAIN_WORD.fullmatch(part.item.text):
        return None
    start, end = part.item.start + part.item.node.start_mark.index, part.end
    return (part.edit(start, end, f'"{part.item.text}"'),)


def _is_plain(text: str) -> bool:
    return not re.search(r":(?: |$)| #|[\[\]{}\"'&*!|>%@`]", text)


def reworded_below(part: Part, old: str, new: str) -> tuple[Edit, ...] | None:
    """The one text in it that is the word itself."""
    todo, found = [part], list[Part]()
    while todo:
        one = todo.pop()
        todo += [one.inner(item) for item in children(one.item)]
        if one.item.node.id == "scalar" and one.item.text == old:
            found.append(one)
    return reworded(found[0], old, new) if len(found) == 1 else None


def with_text(part: Part, more: str) -> tuple[Edit, ...] | None:
    """Letters more at the end of a text."""
    node = part.item.node
    if node.id != "scalar" or node.style in ("|", ">") or not part.item.text:
        return None
    at = part.item.start + int(node.end_mark.index) - (1 if node.style in ("'", '"') else 0)
    return (part.edit(at, at, more),) if _is_plain(more) else None


def entered(beside: Part, name: str, value: Written) -> tuple[Edit, ...] | None:
    """An entry more in a map, behind the one given."""
    if beside.item.key is None:
        return None
    if beside.flow:
        quoted = is_json(beside.text, beside.item.start)
        return (beside.edit(beside.end, beside.end, f", {_entry(name, value, quoted=quoted)}"),)
    return _below(beside, beside.column, _entry(name, value, quoted=False))


def said_beside(part: Part, name: str, text: str) -> tuple[Edit, ...] | None:
    """The map in which this stands says so under that name, whatever it has said before."""
    said = part.parent.entry(name) if part.parent is not None else None
    if said is None:
        return entered(part, name, text)
    return reworded(said, said.item.text, text) if said.item.text else None


def listed(beside: Part, value: Written, *, before: bool = False) -> tuple[Edit, ...] | None:
    """An element more in a list, behind or before the one given."""
    quoted = is_json(beside.text, beside.item.start)
    if beside.flow:
        text = written(value, quoted=quoted)
        at, text = (beside.start, f"{text}, ") if before else (beside.end, f", {text}")
        return (beside.edit(at, at, text),)
    dash = beside.text.rfind("-", 0, beside.start)
    first = beside.text.rfind("\n", 0, dash) + 1
    indent = beside.text[first:dash]
    if indent.strip():
        return None
    text = f"- {_top(value)}"
    if before:
        end = "\r\n" if beside.text[: beside.text.find("\n", dash) + 1].endswith("\r\n") else "\n"
        return (beside.edit(first, first, f"{indent}{text}{end}"),)
    return _below(beside, len(indent), text)


def put_before(part: Part, other: Part) -> tuple[Edit, ...] | None:
    """An element of a list moves, with its lines, in front of another one of the same list."""
    if other.start >= part.start:
        return None
    if part.flow:
        before = _beside(part, -1)
        between = part.text[before.end : part.start] if before is not None else "#"
        if before is None or "#" in between:
            return None
        moving = part.text[part.start : part.end] + between
        return other.edit(other.start, other.start, moving), part.edit(before.end, part.end, "")
    here, there = _element_lines(part), _element_lines(other)
    if here is None or there is None:
        return None
    return other.edit(there[0], there[0], part.text[here[0] : here[1]]), part.edit(*here, "")


def put_behind(part: Part, other: Part) -> tuple[Edit, ...] | None:
    """An element of a list moves, with its lines, right behind another one of the same list."""
    if other.start <= part.start:
        return None
    if part.flow:
        after = _beside(part, 1)
        between = part.text[part.end : after.start] if after is not None else "#"
        if after is None or "#" in between:
            return None
        moving = between + part.text[part.start : part.end]
        return part.edit(part.start, after.start, ""), other.edit(other.end, other.end, moving)
    here, there = _element_lines(part), _element_lines(other)
    if here is None or there is None:
        return None
    return part.edit(*here, ""), other.edit(there[1], there[1], part.text[here[0] : here[1]])


def _beside(part: Part, step: int) -> Part | None:
    """The next element of the same list, or the one before."""
    several = (
        [part.parent.inner(one) for one in children(part.parent.item)] if part.parent is not None else []
    )
    at = next((number for number, one in enumerate(several) if one.start == part.start), -1) + step
    return several[at] if 0 <= at < len(several) else None


def _element_lines(part: Part) -> tuple[int, int] | None:
    """The whole lines of an element that shares none of them."""
    first = part.text.rfind("\n", 0, part.start) + 1
    end = part.start + len(part.text[part.start : part.end].rstrip())
    last = part.text.find("\n", end)
    return (first, last + 1) if last >= 0 and not part.text[first : part.start].strip(" -") else None


def _top(value: Written) -> str:
    """The first level of a map needs no braces behind a dash."""
    if isinstance(value, Mapping) and len(value) == 1:
        name, inner = next(iter(value.items()))
        return _entry(name, inner, quoted=False)
    return written(value, quoted=False)


def _below(part: Part, column: int, line: str) -> tuple[Edit, ...]:
    """A line more, below the last of the part: behind a comment that stands there."""
    end = part.start + len(part.text[part.start : part.end].rstrip())
    last = part.text.find("\n", end)
    last = len(part.text) if last < 0 else last
    at = end + len(part.text[end:last].rstrip())
    line_end = "\r\n" if part.text[last - 1 : last] == "\r" else "\n"
    return (part.edit(at, at, line_end + " " * column + line),)


def is_json(text: str, start: int) -> bool:
    """Whether the document there is JSON: YAML's plain words are none of its."""
    return text[start:].lstrip()[:1] in ("{", "[")


def _entry(name: str, value: Written, *, quoted: bool) -> str:
    return f"{written(name, quoted=quoted)}: {written(value, quoted=quoted)}"


def written(value: Written, *, quoted: bool) -> str:
    """A value on one line."""
    if quoted:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and not TYPED.fullmatch(value)
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(_entry(name, one, quoted=False) for name, one in value.items()) + "}"
    return "[" + ", ".join(written(one, quoted=False) for one in value) + "]"
