"""Fixes for findings: worked out from what the rules say, tried, and kept if the trial shows that they cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from authlint.finding import Finding, Fix
from authlint.intent import Edit, Mend, in_order
from authlint.mending.bench import Bench
from authlint.readers.mending import worked_out
from authlint.record import replace
from authlint.text import Sources

MOST = 100  # reruns for one report
Candidate: TypeAlias = tuple[Mend, tuple[Edit, ...]]


def offered(findings: Sequence[Finding], sources: Sources, bench: Bench) -> tuple[Finding, ...]:
    """The findings, each with the first fix that cures it, as long as the reruns last."""
    return tuple(_offered(one, sources, bench) if one.mends else one for one in findings)


def _offered(finding: Finding, sources: Sources, bench: Bench) -> Finding:
    worth = takewhile(lambda _: bench.tried < MOST, _candidates(finding, sources))
    best = _best((finding,), worth, bench)
    return finding if best is None else replace(finding, fixes=(Fix(best[0].title, best[1], best[0].safe),))


def _best(findings: Sequence[Finding], candidates: Iterable[Candidate], bench: Bench) -> Candidate | None:
    """The first that cures and uncovers nothing, else the first that cures."""
    second: Candidate | None = None
    for mend, edits in candidates:
        found = bench.trial(findings, edits, unseen=mend.unseen)
        if found == "cures":
            return mend, edits
        if found == "uncovers" and second is None:
            second = mend, edits
    return second


def _candidates(finding: Finding, sources: Sources) -> Iterator[Candidate]:
    """What is worth a trial. Where the finding itself is only assumed, somebody has to decide."""
    for mend in finding.mends:
        edits = worked_out(mend.intents, sources)
        if edits is not None:
            yield replace(mend, safe=mend.safe and not finding.pedantic), edits


def mended(findings: Sequence[Finding], sources: Sources, bench: Bench, *, unsafe: bool) -> int:
    """Applies what cures findings to the bench's texts, at most once in a file: how many findings that took away.

    Findings of one rule in one file are tried together first; what is left has to be looked at again, for places move.
    """
    cured = 0
    touched: set[str] = set()
    for group in _groups(findings):
        for some in (group, *([one] for one in group if len(group) > 1)):
            if some[0].primary.span.path in touched:
                break
            edits = _together(some, sources, bench, unsafe=unsafe)
            if edits is None or not touched.isdisjoint(one.span.path for one in edits):
                continue
            touched.update(one.span.path for one in edits)
            bench.apply(edits)
            cured += len(some)
            break
    return cured


def _groups(findings: Sequence[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.mends:
            groups.setdefault((finding.primary.span.path, finding.rule), []).append(finding)
    return list(groups.values())


def _together(
    findings: Sequence[Finding], sources: Sources, bench: Bench, *, unsafe: bool
) -> tuple[Edit, ...] | None:
    """Edits that cure all of the findings at once; for one finding whichever of its mends does."""
    choices: list[list[Candidate]] = []
    for finding in findings:
        some = [one for one in _candidates(finding, sources) if one[0].safe or unsafe]
        if not some:
            return None
        choices.append(some)
    if len(findings) == 1:
        best = _best(findings, choices[0], bench)
        return None if best is None else best[1]
    joined = in_order(edit for some in choices for edit in some[0][1])
    unseen = any(some[0][0].unseen for some in choices)
    return joined if joined and bench.trial(findings, joined, unseen=unseen) == "cures" else None
