"""A run in one line. It is all that is said of a run without findings, and loads nothing."""

from __future__ import annotations

from authlint.finding import Finding, Level, Tally


def summary_of(findings: tuple[Finding, ...], tally: Tally, hidden: int) -> str:
    counts = [
        count(sum(1 for finding in findings if finding.level is level), str(level), note=level is Level.INFO)
        for level in sorted(Level, reverse=True)
        if any(finding.level is level for finding in findings)
    ]
    files = len({finding.primary.span.path for finding in findings})
    said = f"{', '.join(counts)} in {count(files, 'file')}" if findings else "no findings"
    parts = [said, f"{count(tally.looked_at, 'file')} looked at"]
    passed = len({notice.path for notice in tally.notices})
    line = "; ".join(parts) + (f", {passed} passed over (--verbose says why)" if passed else "")
    if tally.fixed:
        line += f"; {tally.fixed} cured"
    if tally.known:
        line += f"; {tally.known} more {'is' if tally.known == 1 else 'are'} known (--no-baseline)"
    if hidden:
        line += f"; {hidden} more {'needs' if hidden == 1 else 'need'} an assumption (--pedantic)"
    return line


def count(number: int, noun: str, *, note: bool = False) -> str:
    return f"{number} {noun}" if number == 1 or note else f"{number} {noun}s"
