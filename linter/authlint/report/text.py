"""Findings as text for a person."""

from __future__ import annotations

from authlint.finding import Finding, Level, Tally
from authlint.text import Sources


def render(
    findings: tuple[Finding, ...],
    sources: Sources,
    tally: Tally,
    *,
    color: bool,
    width: int,
    hidden: int = 0,
    summary: bool = True,
) -> str:
    """Every finding as a paragraph, then one line that counts them.

    `width` is in columns; `hidden` is how many assumed findings `--pedantic` would add.
    """
    paragraphs: list[str] = []
    if findings:
        from authlint.report.paragraph import Page

        page = Page(sources, max(width, 60), color)
        paragraphs = ["\n".join(page.finding(finding)) + "\n" for finding in findings]
    if summary:
        paragraphs.append(_summary(findings, tally, hidden) + "\n")
    return "\n".join(paragraphs)


def _summary(findings: tuple[Finding, ...], tally: Tally, hidden: int) -> str:
    counts = [
        counted(
            sum(1 for finding in findings if finding.level is level), str(level), note=level is Level.INFO
        )
        for level in sorted(Level, reverse=True)
        if any(finding.level is level for finding in findings)
    ]
    files = len({finding.primary.span.path for finding in findings})
    said = f"{', '.join(counts)} in {counted(files, 'file')}" if findings else "no findings"
    parts = [said, f"{counted(tally.looked_at, 'file')} looked at"]
    passed = len({notice.path for notice in tally.notices})
    line = "; ".join(parts) + (f", {passed} passed over (--verbose says why)" if passed else "")
    if tally.fixed:
        line += f"; {tally.fixed} cured"
    if tally.known:
        line += f"; {tally.known} more {'is' if tally.known == 1 else 'are'} known (--no-baseline)"
    if hidden:
        line += f"; {hidden} more {'needs' if hidden == 1 else 'need'} an assumption (--pedantic)"
    return line


def counted(number: int, noun: str, *, note: bool = False) -> str:
    return f"{number} {noun}" if number == 1 or note else f"{number} {noun}s"
