"""What a configuration does not decide is a value too."""

from __future__ import annotations

from authlint.record import record


@record
class Unknown:
    """Something that cannot be known from the files, and why (a phrase for a person)."""

    reason: str
