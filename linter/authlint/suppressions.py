"""`# authlint: ignore[rule] reason`: this is fine, on its own line, on the line or block after it, or in the file.

A comment may say until when: `until=2027-01-31`. From the day after it ignores nothing any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from authlint.annotated import annotated
from authlint.engine_rules import rule_ids
from authlint.expression import expression
from authlint.finding import Finding, Label, Level
from authlint.lint import Result
from authlint.record import field, mutable, replace
from authlint.settings import Settings
from authlint.spelling import meant
from authlint.text import Source, Span

if TYPE_CHECKING:
    from datetime import date

UNUSED = "unused-suppression"
MARK = "authlint:"
COMMENT = expression(
    r"#[ \t]*authlint:[ \t]*ignore(?P<file>-file)?\b(?:\[(?P<rules>[^\]\n]*)\])?(?P<rest>[^\n]*)"
)
UNTIL = expression(r"\buntil=(\S*)")
EVERYWHERE = 1 << 60  # a line that no file has


@mutable
class Suppression:
    """One rule that one comment switches off from `line` to `last`; the span is the rule's name in the comment.

    A comment that names no rule has an empty one, and the comment's span. `why_not` says why it has no effect.
    """

    rule: str
    line: int
    last: int
    span: Span
    why_not: str = ""
    until: date | None = None
    used: bool = field(default=False)

    def covers(self, rule: str, first: int, last: int) -> bool:
        return self.rule == rule and self.line <= last and first <= self.last


def suppressed(result: Result, settings: Settings) -> tuple[Finding, ...]:
    """The findings that no comment covers, and one for each comment that covers nothing.

    A comment covers the lines of a finding's primary label only.
    """
    if settings.suppressions == "none":
        return result.findings
    found = [one for source in result.sources.values() for one in suppressions(source, settings)]
    if not found:
        return result.findings
    by_file: dict[str, list[Suppression]] = {}
    for one in found:
        by_file.setdefault(one.span.path, []).append(one)
    kept = [left for finding in result.findings for left in _left(finding, result, by_file)]
    known = rule_ids() | settings.plugins.ids
    idle = [one for one in found if _is_idle(one, by_file) and _answerable(one, settings, known)]
    kept += [_unused(one, known, _meant_line(one, result)) for one in idle]
    kept.sort(key=lambda one: (one.primary.span.path, one.primary.span.start, one.rule))
    return tuple(one for one in kept if settings.wants(one.rule))


def _left(finding: Finding, result: Result, by_file: dict[str, list[Suppression]]) -> Iterator[Finding]:
    """The finding, unless a comment covers it; with a word on one that did so until a day that is past."""
    span = finding.primary.span
    first = result.sources.position(span).line
    last = result.sources.position(Span(span.path, max(span.start, span.end - 1), span.end)).line
    covering = [one for one in by_file.get(span.path, ()) if one.covers(finding.rule, first, last)]
    for one in covering:
        one.used = True
    if not covering:
        yield finding
    elif all(one.why_not for one in covering):
        labels = tuple(Label(one.span, one.why_not) for one in covering)
        yield replace(finding, related=(*finding.related, *labels))


def _is_idle(one: Suppression, by_file: dict[str, list[Suppression]]) -> bool:
    # What keeps this very finding quiet cannot be found idle by it.
    quiet = any(
        other.covers(UNUSED, one.line, one.line) for other in by_file[one.span.path] if not other.why_not
    )
    return not one.used and one.rule != UNUSED and not quiet


def suppressions(source: Source, settings: Settings) -> Iterator[Suppression]:
    for one in annotated(source):
        why_not, until = _validity(one.rest.lstrip("; "), settings)
        for word in re.finditer(r"[^\s,]+", one.rules):
            span = Span(source.path, one.start + word.start(), one.start + word.end())
            yield Suppression(word[0], one.first, one.last, span, why_not, until)
    # Most files have none, and are told apart by one search.
    if MARK not in source.text:
        return
    for match in COMMENT.finditer(source.text):
        first, last = (1, EVERYWHERE) if match["file"] else _lines(source, match.start())
        why_not, until = _validity(match["rest"], settings)
        words = list(re.finditer(r"[^\s,]+", match["rules"] or ""))
        if not words:
            span = Span(source.path, match.start(), match.start("rest"))
            yield Suppression("", first, last, span, why_not, until)
        for word in words:
            start = match.start("rules") + word.start()
            span = Span(source.path, start, start + len(word[0]))
            yield Suppression(word[0], first, last, span, why_not, until)


def _validity(rest: str, settings: Settings) -> tuple[str, date | None]:
    """Why a comment has no effect (empty: it has), and the day until which it has."""
    said = UNTIL.search(rest)
    reason = UNTIL.sub("", rest).strip(" \t\r-:#*/")
    if settings.suppressions == "with-reason" and not reason:
        return "ignores nothing here without a reason behind it", None
    if said is None:
        return "", None
    from datetime import date

    try:
        until = date.fromisoformat(said[1])
    except ValueError:
        return f"until={said[1]} is no date like 2027-01-31: the comment ignores nothing", None
    return ("" if today() <= until else f"was to be ignored until {until}, which is past"), until


def today() -> date:
    from datetime import date

    return date.today()


def _lines(source: Source, offset: int) -> tuple[int, int]:
    """The lines that a comment speaks of: its own; or, where it stands alone, the next that is no comment, with the
    block that this begins."""
    line = source.position(offset).line
    if not source.line(line).lstrip().startswith("#"):
        return line, line
    while line < len(source.starts) and source.line(line).strip()[:1] in ("", "#"):
        line += 1
    return line, _end_of_block(source, line)


def _end_of_block(source: Source, line: int) -> int:
    """The last line of the block that begins on a line: up to its closing brace; as long as lines are indented deeper
    than a key or the dash of a list's entry; a list may stand as deep as its key."""
    text = source.line(line)
    words = text.split("#")[0].rstrip()
    if words.endswith("{"):
        return _closing(source, line)
    entry = text.lstrip().startswith("- ")
    if not (words.endswith(":") or entry):
        return line
    indent = len(text) - len(text.lstrip())
    last = line
    for number in range(line + 1, len(source.starts) + 1):
        other = source.line(number)
        deep = len(other) - len(other.lstrip())
        listed = not entry and deep == indent and other.lstrip().startswith("- ")
        if other.strip() and deep <= indent and not listed:
            break
        last = number if other.strip() else last
    return last


def _closing(source: Source, line: int) -> int:
    depth = 0
    for number in range(line, len(source.starts) + 1):
        words = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|(?:^|\s)#.*", "", source.line(number))
        depth += words.count("{") - words.count("}")
        if depth <= 0:
            return number
    return len(source.starts)


def _answerable(one: Suppression, settings: Settings, known: frozenset[str]) -> bool:
    """Whether its rule was asked at all; a rule that there is not is always told."""
    return one.rule not in known or settings.wants(one.rule)


def _meant_line(one: Suppression, result: Result) -> int | None:
    """The line of a finding whose other places the comment stands at: that is what its writer meant."""
    for finding in result.findings:
        path = finding.primary.span.path
        if finding.rule == one.rule and path == one.span.path:
            places = [result.sources.position(label.span).line for label in finding.related]
            if any(one.line <= line <= one.last for line in places):
                return result.sources.position(finding.primary.span).line
    return None


def _unused(one: Suppression, known: frozenset[str], meant_line: int | None) -> Finding:
    cure = "take the comment away"
    where = "in this file" if one.last == EVERYWHERE else _where(one.line, one.last)
    if not one.rule:
        message, text = "the comment ignores nothing: it names no rule", "write ignore[rule-id]"
    elif one.rule not in known:
        message = f"the comment ignores nothing: there is no rule {one.rule!r}"
        text = f"no such rule{meant(one.rule, known)}"
    else:
        message = f"nothing to ignore: no finding of {one.rule} here"
        text = f"{where} there is no such finding"
        if meant_line is not None:
            text, cure = f"the finding is about line {meant_line}", f"put the comment at line {meant_line}"
    if one.why_not:
        text += f"; {one.why_not}"
    return Finding(UNUSED, Level.WARNING, message, Label(one.span, text), cure=cure)


def _where(first: int, last: int) -> str:
    return f"in line {first}" if first == last else f"in lines {first} to {last}"
