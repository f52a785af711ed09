"""nginx's configuration inside another file: a dump, a ConfigMap, a script."""

from __future__ import annotations

from authlint.record import record


@record
class Excerpt:
    """`text` keeps every letter at its offset in the file `host`, so that a place in it is a place there.

    `path` is where the server would find it, as though the host were a folder. `flat`: nobody has said where it
    and those beside it are mounted, so only the last part of a name counts. `alone`: what is not among those beside
    it is nowhere.
    """

    host: str
    path: str
    text: str
    flat: bool = False
    alone: bool = True


def padded(text: str, begin: int, end: int) -> str:
    """A part of a file at its own offsets."""
    return " " * begin + text[begin:end]
