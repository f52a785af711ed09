"""Where a statement more is written, so that it looks like those around it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from authlint.expression import expression
from authlint.intent import Edit
from authlint.readers.lines import with_line
from authlint.readers.nginx.scan import Directive
from authlint.record import record
from authlint.text import Span

PLAIN = expression(r"[^\s;{}\"'\\#]+")
STEP = "    "


@record
class Page:
    """A configuration as the scanner sees it, each letter at its offset in the `file` that it stands in. `block`: in
    which one all of it will stand, where that is known."""

    path: str
    text: str
    file: str
    block: str = ""

    def line_start(self, at: int) -> int:
        """Where the line of a letter begins; `at` itself where the text begins in the midst of that line."""
        first = self.text.rfind("\n", 0, at) + 1
        if self.text[:at].strip():
            return first
        # What fills the place of the file around has no lines of its own.
        first = self.file.rfind("\n", 0, at) + 1
        return at if self.file[first:at].strip() else first

    def with_line(self, start: int, end: int) -> tuple[int, int]:
        """The words, with their line where nothing else stands on it."""
        first, last = with_line(self.text, start, end)
        return max(first, self.line_start(start)) if first < start else first, last

    def edit(self, start: int, end: int, text: str) -> Edit | None:
        """In the words of the file: inside a quoted text of another file line ends and quotes are escaped."""
        at = self.text.find("\n", end)
        at = at if at >= 0 else self.text.rfind("\n", 0, start)
        if at >= 0 and self.file[at] != "\n":
            text = json.dumps(text, ensure_ascii=False)[1:-1]
        elif "\n" in text and at < 0:
            return None
        return Edit(Span(self.path, start, end), text)


def word(text: str) -> str:
    """A word of a statement, with quotes where it needs them."""
    if PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def behind(page: Page, found: Directive, statements: Sequence[str]) -> Edit | None:
    """The statements on lines of their own behind this one, which may have a comment on its line; on its line where
    others stand there too."""
    text = page.text
    first = page.line_start(found.start)
    last = text.find("\n", found.end)
    last = len(text) if last < 0 else last
    rest = text[found.end : last].rstrip()
    indent = text[first : found.start]
    if indent.strip() or (rest.strip() and not rest.lstrip().startswith("#")):
        return page.edit(found.end, found.end, "".join(" " + one.strip() for one in statements))
    at = found.end + len(rest)
    return page.edit(at, at, _lines(_line_end(text, last), indent, statements))


def before(page: Page, found: Directive, statements: Sequence[str]) -> Edit | None:
    """The statements in front of this one, on lines of their own if nothing else stands on its line there."""
    first = page.line_start(found.start)
    indent = page.text[first : found.start]
    last = page.text.find("\n", found.end)
    end = _line_end(page.text, last) + indent if last >= 0 and not indent.strip() else " "
    return page.edit(found.start, found.start, "".join(one + end for one in statements))


def inside(page: Page, block: Directive, statements: Sequence[str]) -> Edit | None:
    """The statements as the first of a block."""
    text = page.text
    at = text.find("{", block.args[-1].end if block.args else block.name.end) + 1
    if at == 0 or block.block is None:
        return None
    last = text.find("\n", at)
    rest = text[at : last if last >= 0 else len(text)].rstrip()
    if last < 0 or (rest.strip() and not rest.lstrip().startswith("#")):
        return page.edit(at, at, "".join(" " + one.strip() for one in statements))
    first = next(iter(block.block), None)
    indent = text[page.line_start(block.start) : block.start]
    indent = indent + STEP if not indent.strip() else STEP
    if first is not None:
        before = text[page.line_start(first.start) : first.start]
        indent = indent if before.strip() else before
    at += len(rest)
    return page.edit(at, at, _lines(_line_end(text, last), indent, statements))


def _line_end(text: str, last: int) -> str:
    return "\r\n" if text[last - 1 : last] == "\r" else "\n"


def _lines(end: str, indent: str, statements: Sequence[str]) -> str:
    return "".join(end + indent + one if one else end for one in statements)
