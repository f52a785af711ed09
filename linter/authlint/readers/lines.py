"""Words in a text and the lines around them: how much goes with words that are taken away."""

from __future__ import annotations

BLANK = " \t"


def with_line(text: str, start: int, end: int) -> tuple[int, int]:
    """The words, and their line with them where nothing else stands on it; else the blanks between them and what
    comes before, or, where they come first, behind."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if text[first:start].strip():
        return start - (len(text[first:start]) - len(text[first:start].rstrip(BLANK))), end
    rest = text[end:last]
    if rest.strip():
        return start, end + len(rest) - len(rest.lstrip(BLANK))
    return first, min(last + 1, len(text))
