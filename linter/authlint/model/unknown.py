"""What a configuration does not decide is a value too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that cannot be known from the files, and why (a phrase for a person)."""

    reason: str
