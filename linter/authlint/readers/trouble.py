"""What is wrong with a file itself."""

from __future__ import annotations

from dataclasses import dataclass

from authlint.text import Span


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with a file: `kind` is a reading rule's id."""

    kind: str
    message: str
    span: Span
    harmless: bool = False  # the server does not mind
