"""What a rule is: data and one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from authlint.finding import Finding, Level

if TYPE_CHECKING:
    from authlint.site import Site


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `manual` is its page: what happens, a bad and a good example, when it stays quiet."""

    id: str
    summary: str
    level: Level
    reference: str
    manual: str
    check: Callable[[Site], Iterator[Finding]]
