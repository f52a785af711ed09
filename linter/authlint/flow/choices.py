"""Unknown by replay: a test on something unknown is run both ways.

The first time it is asked, a test on an unknown answers yes and the other answer is queued; `flow` then runs
again with the answers recorded so far. Equal questions get equal answers.
"""

from __future__ import annotations

from collections.abc import Hashable

WORLDS = 16


class Choices:
    """The answers of one world; `others` are the worlds still to be run."""

    __slots__ = ("answers", "others", "reasons")

    def __init__(self, answers: dict[Hashable, bool] | None = None) -> None:
        self.answers: dict[Hashable, bool] = dict(answers or {})
        self.others: list[dict[Hashable, bool]] = []
        self.reasons: list[str] = []

    def decide(self, question: Hashable, reason: str) -> bool:
        if reason not in self.reasons:
            self.reasons.append(reason)
        known = self.answers.get(question)
        if known is not None:
            return known
        self.others.append({**self.answers, question: False})
        self.answers[question] = True
        return True
