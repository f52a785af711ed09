"""Fixes for findings: worked out from what the rules say, tried, and kept if the trial shows that they cure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from authlint.finding import Finding, Fix
from authlint.intent import Edit, Mend, in_order
from authlint.mending.bench import Bench
from authlint.readers.mending import worked_out
from authlint.text import Sources

MOST = 100  # reruns for one report


def offered(findings: Sequence[Finding], sources: Sources, bench: Bench) -> tuple[Finding, ...]:
    """The findings, each with the first fix that cures it, as long as the reruns last."""
    return tuple(_offered(one, sources, bench) if one.mends else one for one in findings)


def _offered(finding: Finding, sources: Sources, bench: Bench) -> Finding:
    candidates = list(_candidates(finding, sources))
    for uncovering in (False, True):
        for mend, edits in candidates:
            if bench.tried >= MOST:
                return finding
            if bench.cures((finding,), edits, unseen=mend.unseen, uncovering=uncovering):
                return replace(finding, fixes=(Fix(mend.title, edits, mend.safe),))
    return finding


def _candidates(finding: Finding, sources: Sources) -> Iterator[tuple[Mend, tuple[Edit, ...]]]:
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
    choices: list[list[tuple[Mend, tuple[Edit, ...]]]] = []
    for finding in findings:
        some = [one for one in _candidates(finding, sources) if one[0].safe or unsafe]
        if not some:
            return None
        choices.append(some)
    if len(findings) == 1:
        tries = ((uncovering, *one) for uncovering in (False, True) for one in choices[0])
        cured = (
            edits
            for uncovering, mend, edits in tries
            if bench.cures(findings, edits, unseen=mend.unseen, uncovering=uncovering)
        )
        return next(cured, None)
    joined = in_order(edit for some in choices for edit in some[0][1])
    unseen = any(some[0][0].unseen for some in choices)
    return joined if joined and bench.cures(findings, joined, unseen=unseen) else None
