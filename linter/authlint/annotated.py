"""`authlint.dev/ignore: rule, rule; reason`: an annotation of a Kubernetes object, for all of the object."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.record import record
from authlint.text import Source

ANNOTATION = "authlint.dev/ignore"
LINE = expression(
    r"^(?P<indent>[ ]+)[\"']?authlint\.dev/ignore[\"']?:[ \t]*[\"']?(?P<rules>[^;\"'\n]*)(?P<rest>[^\"'\n]*)",
    re.MULTILINE,
)


@record
class Annotated:
    """The lines of the object, the offset and the text of the rules, and what is said behind them."""

    first: int
    last: int
    start: int
    rules: str
    rest: str


def annotated(source: Source) -> Iterator[Annotated]:
    if ANNOTATION not in source.text:
        return
    for match in LINE.finditer(source.text):
        line = source.position(match.start("rules")).line
        metadata = _above(source, _above(source, line))
        if source.line(metadata).strip(" -\r") == "metadata:":
            first, last = _object(source, metadata)
            yield Annotated(first, last, match.start("rules"), match["rules"], match["rest"])


def _column(text: str) -> int:
    """Where what a line says begins: behind the dash of a list's entry."""
    return len(text) - len(text.lstrip(" -"))


def _says(text: str) -> bool:
    return text.strip() != "" and not text.lstrip().startswith("#")


def _above(source: Source, line: int) -> int:
    """The line that a line stands under."""
    column = _column(source.line(line))
    while line > 1:
        line -= 1
        text = source.line(line)
        if _says(text) and _column(text) < column:
            break
    return line


def _object(source: Source, metadata: int) -> tuple[int, int]:
    """From the first line to the last whose words begin where `metadata` does, or deeper."""
    column = _column(source.line(metadata))
    first = last = metadata
    while first > 1 and not _begins(source.line(first), column) and _within(source.line(first - 1), column):
        first -= 1
    while last < len(source.starts):
        text = source.line(last + 1)
        if not _within(text, column) or _begins(text, column):
            break
        last += 1
    return first, last


def _within(text: str, column: int) -> bool:
    return not text.startswith(("---", "...")) and (not _says(text) or _column(text) >= column)


def _begins(text: str, column: int) -> bool:
    """Whether a line is the first of a list's entry at this column."""
    return text.lstrip(" ").startswith("- ") and _column(text) == column
