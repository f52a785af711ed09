"""`authlint.dev/ignore: rule, rule; reason`: an annotation of a Kubernetes object, for all of the object."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.expression import expression
from authlint.record import record
from authlint.text import Source

ANNOTATION = "authlint.dev/ignore"
# On a line of its own, or in braces, where a comma ends what has no quotes.
WRITTEN = expression(
    r"[\"']?authlint\.dev/ignore[\"']?[ \t]*:[ \t]*"
    r"(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]*)(?P=quote)|(?P<plain>[^\"'\n]*))"
)
METADATA = expression(r"[ -]*[\"']?metadata[\"']?[ \t]*:")


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
    for match in WRITTEN.finditer(source.text):
        line = source.position(match.start()).line
        before = source.text[source.starts[line - 1] : match.start()]
        metadata = _metadata(source, line)
        if metadata and "#" not in before:
            first, last = _object(source, metadata)
            kind = "plain" if match["quoted"] is None else "quoted"
            said = match[kind]
            if kind == "plain" and "{" in before:
                said = said.partition(",")[0].partition("}")[0]
            rules, _, _ = said.partition(";")
            yield Annotated(first, last, match.start(kind), rules, said[len(rules) :])


def _metadata(source: Source, line: int) -> int:
    """The line of the metadata to which the annotation on this line belongs; 0 if there is none."""
    for _ in range(3):
        if METADATA.match(source.line(line)):
            return line
        line = _above(source, line)
    return 0


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
