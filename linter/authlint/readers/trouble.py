"""What is wrong with a file itself."""

from __future__ import annotations

from authlint.record import record
from authlint.text import Span


@record
class Trouble:
    """Something wrong with a file: `kind` is a reading rule's id."""

    kind: str
    message: str
    span: Span
    harmless: bool = False  # the server does not mind
