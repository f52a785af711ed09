"""Names that are much like one that is not there."""

from __future__ import annotations

from collections.abc import Iterable

CLOSE = 0.85
AHEAD = 0.05  # by how much the best must be better than the next


def nearest(name: str, names: Iterable[str], close: float = CLOSE) -> str:
    """The one that alone is so much like it; empty where there is none, or more than one could be meant."""
    from difflib import SequenceMatcher

    known = [one for one in dict.fromkeys(names) if one != name]
    same = [one for one in known if _letters(one) == _letters(name)]
    if same:
        return same[0] if len(same) == 1 else ""
    matcher = SequenceMatcher()
    matcher.set_seq2(name)
    likes: list[tuple[float, str]] = []
    for one in known:
        matcher.set_seq1(one)
        if matcher.quick_ratio() > close - AHEAD:
            likes.append((matcher.ratio(), one))
    likes.sort(reverse=True)
    if not likes or likes[0][0] < close:
        return ""
    return likes[0][1] if len(likes) == 1 or likes[0][0] - likes[1][0] > AHEAD else ""


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
