"""`# authlint: ignore[rule] reason`: this is fine, on its own line or the line before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from authlint.engine_rules import rule_ids
from authlint.finding import Finding, Label, Level
from authlint.lint import Result
from authlint.settings import Settings
from authlint.spelling import meant
from authlint.text import Source, Span

MARK = "authlint:"
COMMENT = re.compile(r"#[ \t]*authlint:[ \t]*ignore\[(?P<rules>[^\]\n]*)\](?P<reason>[^\n]*)")


@dataclass(slots=True)
class Suppression:
    """One rule that one comment switches off for `line`; the span is the rule's name in the comment."""

    rule: str
    line: int
    span: Span
    used: bool = field(default=False)


def suppressed(result: Result, settings: Settings) -> tuple[Finding, ...]:
    """The findings that no comment covers, and one for each comment that covers nothing."""
    found = [one for source in result.sources.values() for one in suppressions(source)]
    if not found:
        return result.findings
    at: dict[tuple[str, int, str], Suppression] = {(s.span.path, s.line, s.rule): s for s in found}
    kept: list[Finding] = []
    for finding in result.findings:
        line = result.sources.position(finding.primary.span).line
        covering = at.get((finding.primary.span.path, line, finding.rule))
        if covering is None:
            kept.append(finding)
        else:
            covering.used = True
    known = rule_ids()
    kept += [_unused(one, known) for one in found if not one.used and _answerable(one, settings, known)]
    kept.sort(key=lambda one: (one.primary.span.path, one.primary.span.start, one.rule))
    return tuple(one for one in kept if settings.wants(one.rule))


def suppressions(source: Source) -> Iterator[Suppression]:
    if MARK not in source.text:
        return
    for match in COMMENT.finditer(source.text):
        line = _line(source, match.start())
        start = match.start("rules")
        for word in re.finditer(r"[^\s,]+", match["rules"]):
            span = Span(source.path, start + word.start(), start + word.end())
            yield Suppression(word[0], line, span)


def _line(source: Source, offset: int) -> int:
    """The line that a comment speaks of: its own, or the next that is no comment where it stands alone."""
    line = source.position(offset).line
    if source.line(line).strip().startswith("#"):
        line += 1
        while source.line(line).strip().startswith("#"):
            line += 1
    return line


def _answerable(one: Suppression, settings: Settings, known: frozenset[str]) -> bool:
    """Whether its rule was asked at all; a rule that there is not is always told."""
    return one.rule not in known or settings.wants(one.rule)


def _unused(one: Suppression, known: frozenset[str]) -> Finding:
    if one.rule in known:
        text = f"nothing to ignore: line {one.line} has no finding of {one.rule}"
    else:
        text = f"there is no rule {one.rule!r}{meant(one.rule, known)}"
    return Finding(
        "unused-suppression", Level.WARNING, text, Label(one.span, text), cure="take the comment away"
    )
