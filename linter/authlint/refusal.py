"""What was asked cannot be done."""

from __future__ import annotations


class RefusalError(Exception):
    """One line for each reason, to be shown as it is; a command then ends with status 2."""
