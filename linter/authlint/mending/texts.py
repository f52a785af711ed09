"""Edited texts: made, shown as a difference, written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from authlint.intent import Edit
from authlint.refusal import RefusalError

BOM = b"\xef\xbb\xbf"
AROUND = 3  # lines


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits that do not overlap, from the last to the first."""
    for edit in sorted(edits, key=lambda one: one.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def moved(at: int, edits: Iterable[Edit]) -> int:
    """Where what stood at an offset stands behind the edits."""
    return at + sum(len(one.text) - (one.span.end - one.span.start) for one in edits if one.span.end <= at)


def write(path: str, name: str, before: str, after: str) -> None:
    """Puts the text in the file's place, in the file's own encoding. Raises RefusalError, which calls the file `name`,
    where it cannot, or where the file is no longer what was read."""
    file = Path(path)
    try:
        raw = file.read_bytes()
        mark, body = (BOM, raw[3:]) if raw.startswith(BOM) else (b"", raw)
        encoding = _encoding(body)
        if body.decode(encoding) != before:
            raise RefusalError(f"{name}: it has changed since it was read; nothing is written")
        file.write_bytes(mark + after.encode(encoding))
    except OSError as error:
        raise RefusalError(f"{name}: cannot be written: {error.strerror}") from None


def _encoding(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"  # as it was read: one letter a byte
    return "utf-8"


def unified(path: str, before: str, after: str, shown_before: str, shown_after: str) -> Iterator[str]:
    """A unified difference, line by line. The `shown` texts have the same lines, with secrets hidden."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    shown_old, shown_new = shown_before.splitlines(keepends=True), shown_after.splitlines(keepends=True)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    yield f"--- {path}\n"
    yield f"+++ {path}\n"
    for group in matcher.get_grouped_opcodes(AROUND):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from _marked(" ", shown_old[i1:i2])
                continue
            yield from _marked("-", shown_old[i1:i2])
            yield from _marked("+", shown_new[j1:j2])


def _range(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1 if length else start},{length}" if length != 1 else str(start + 1)


def _marked(sign: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
