"""A request that the gateway makes to itself, to find out whether the client may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from authlint.flow.answering import Draft
from authlint.flow.passage import Passage
from authlint.flow.reading import all_lines
from authlint.flow.script import Undecided
from authlint.flow.values import evaluate
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.step import Ask
from authlint.model.unknown import Unknown

Travel: TypeAlias = Callable[[Passage], Draft | Undecided]


def ask(p: Passage, check: Ask, travel: Travel) -> Verdict:
    """An auth request: the same headers, another path, no checks of its own."""
    text = evaluate(p, check.path)
    if isinstance(text, Unknown):
        return Undecided(text.reason, check.span)
    inner = Passage(p.shared, text, None, list(p.headers), nested=True, raw=False, around=p)
    inner.discarded = p.discarded
    p.has_asked = True
    p.note("asked", f"an auth request for {text}", check.span, check)
    draft = travel(inner)
    if isinstance(draft, Undecided):
        return draft
    if draft.silent:  # that closes the client's connection too (measured)
        return Denied(draft.status, check.span, check, hard=True)
    status = inner.forced if inner.forced is not None else draft.status
    for one in check.sets:
        p.shared.variables[one.name] = evaluate(inner, one.value)
    if 200 <= status < 300:
        return Passed(check.span)
    if status == 403:
        return Denied(403, check.span, check)
    if status == 401:
        of_upstream = tuple(h for h in inner.upstream_headers if h.name.lower() == "www-authenticate")
        challenges = inner.challenges or of_upstream
        if len(challenges) > 1 and not all_lines(p):
            challenges = challenges[:1]
        return Denied(401, check.span, check, challenges)
    return Denied(check.broken, check.span, check, hard=True)
