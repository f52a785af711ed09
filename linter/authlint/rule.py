"""What a rule is: data and one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from authlint.finding import Finding, Level
from authlint.record import record

if TYPE_CHECKING:
    from authlint.site import Site


@record
class Rule:
    """A rule. `manual` is its page: what happens, a bad and a good example, when it stays quiet."""

    id: str
    summary: str
    level: Level
    reference: str
    manual: str
    check: Callable[[Site], Iterator[Finding]]
