"""Where the letters of a text stand that is written folded or in quotes (https://yaml.org/spec/1.1/, chapter 9)."""

from __future__ import annotations

from authlint.readers.yaml.tree import Item

ESCAPES = dict(zip('0abt\tnvfre "/\\N_LP', '\0\a\b\t\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True))
LENGTHS = {"x": 2, "u": 4, "U": 8}


def places(item: Item, file: str) -> tuple[int, ...]:
    """The offset in the file of each letter of a text, and of its end; the text's own where they cannot be told."""
    node = item.node
    begin, end = item.at_offset(node.start_mark.index), item.at_offset(node.end_mark.index)
    first = begin + 1 if node.style in ("'", '"') else begin
    if node.style in ("|", ">"):  # behind the line that says how it is folded
        first = file.find("\n", begin, end) + 1
    aligned = _aligned(item.text, file[:end], first, node.style)
    return (begin,) * (len(item.text) + 1) if aligned is None else (*aligned, end)


def _aligned(text: str, file: str, at: int, style: str) -> list[int] | None:
    """Letter for letter; a line's end and the white space around it may stand for a blank, or for nothing."""
    found: list[int] = []
    for letter in text:
        if _joins(file, at, style):
            at = _behind_blanks(file, at + 2)
        if letter.isspace():
            taken = _blank(letter, file, at, style)
        else:
            at = _behind_blanks(file, at)
            taken = _letter(letter, file, at, style)
        if taken is None:
            return None
        found.append(at)
        at += taken
    return found


def _joins(file: str, at: int, style: str) -> bool:
    """Whether a line is joined with the next by a backslash."""
    return style == '"' and file[at : at + 2] == "\\\n"


def _behind_blanks(file: str, at: int) -> int:
    while at < len(file) and file[at].isspace():
        at += 1
    return at


def _blank(letter: str, file: str, at: int, style: str) -> int | None:
    if style == '"' and file[at : at + 1] == "\\":
        return _letter(letter, file, at, style)
    return 1 if file[at : at + 1].isspace() else 0


def _letter(letter: str, file: str, at: int, style: str) -> int | None:
    """How long it is as it is written; None where something else stands there."""
    if style == '"' and file[at : at + 1] == "\\":
        kind = file[at + 1 : at + 2]
        if kind in LENGTHS:
            length = 2 + LENGTHS[kind]
            code = file[at + 2 : at + length]
            return length if code.isalnum() and int(code, 16) == ord(letter) else None
        return 2 if ESCAPES.get(kind) == letter else None
    if style == "'" and letter == "'":
        return 2 if file[at : at + 2] == "''" else None
    return 1 if file[at : at + 1] == letter else None
