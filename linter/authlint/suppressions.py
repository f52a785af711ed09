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

UNUSED = "unused-suppression"
MARK = "authlint:"
COMMENT = re.compile(r"#[ \t]*authlint:[ \t]*ignore\b(?:\[(?P<rules>[^\]\n]*)\])?")


@dataclass(slots=True)
class Suppression:
    """One rule that one comment switches off for `line`; the span is the rule's name in the comment.

    A comment that names no rule has an empty one, and the comment's span.
    """

    rule: str
    line: int
    span: Span
    used: bool = field(default=False)


def suppressed(result: Result, settings: Settings) -> tuple[Finding, ...]:
    """The findings that no comment covers, and one for each comment that covers nothing.

    A comment covers the lines of a finding's primary label only.
    """
    found = [one for source in result.sources.values() for one in suppressions(source)]
    if not found:
        return result.findings
    at: dict[tuple[str, str, int], list[Suppression]] = {}
    for one in found:
        at.setdefault((one.span.path, one.rule, one.line), []).append(one)
    kept: list[Finding] = []
    for finding in result.findings:
        covering = [one for place in _places(finding, result) for one in at.get(place, ())]
        for one in covering:
            one.used = True
        if not covering:
            kept.append(finding)
    known = rule_ids()
    kept += [
        _unused(one, known)
        for one in found
        # What keeps this very finding quiet cannot be found idle by it.
        if not one.used and one.rule != UNUSED and (one.span.path, UNUSED, one.line) not in at
        if _answerable(one, settings, known)
    ]
    kept.sort(key=lambda one: (one.primary.span.path, one.primary.span.start, one.rule))
    return tuple(one for one in kept if settings.wants(one.rule))


def suppressions(source: Source) -> Iterator[Suppression]:
    # Most files have none, and are told apart by one search.
    if MARK not in source.text:
        return
    for match in COMMENT.finditer(source.text):
        line = _line(source, match.start())
        words = list(re.finditer(r"[^\s,]+", match["rules"] or ""))
        if not words:
            yield Suppression("", line, Span(source.path, *match.span()))
        for word in words:
            start = match.start("rules") + word.start()
            yield Suppression(word[0], line, Span(source.path, start, start + len(word[0])))


def _line(source: Source, offset: int) -> int:
    """The line that a comment speaks of: its own, or the next that is no comment where it stands alone."""
    line = source.position(offset).line
    if source.line(line).lstrip().startswith("#"):
        while line < len(source.starts) and source.line(line).strip()[:1] in ("", "#"):
            line += 1
    return line


def _places(finding: Finding, result: Result) -> Iterator[tuple[str, str, int]]:
    span = finding.primary.span
    last = result.sources.position(Span(span.path, max(span.start, span.end - 1), span.end)).line
    for line in range(result.sources.position(span).line, last + 1):
        yield span.path, finding.rule, line


def _answerable(one: Suppression, settings: Settings, known: frozenset[str]) -> bool:
    """Whether its rule was asked at all; a rule that there is not is always told."""
    return one.rule not in known or settings.wants(one.rule)


def _unused(one: Suppression, known: frozenset[str]) -> Finding:
    if not one.rule:
        message, text = "the comment ignores nothing: it names no rule", "write ignore[rule-id]"
    elif one.rule in known:
        message = f"nothing to ignore: no finding of {one.rule} here"
        text = f"line {one.line} has no such finding"
    else:
        message = f"the comment ignores nothing: there is no rule {one.rule!r}"
        text = f"no such rule{meant(one.rule, known)}"
    return Finding(UNUSED, Level.WARNING, message, Label(one.span, text), cure="take the comment away")
