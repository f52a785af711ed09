"""Findings as test cases, which most CI servers can show.

What fails the run is a failed case, other findings only say so; a run without findings is one case that passed.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from authlint.finding import Finding, Level
from authlint.report.curl import curl
from authlint.report.masking import mask_words
from authlint.report.printable import printable
from authlint.text import Sources


def render(findings: tuple[Finding, ...], sources: Sources, fail_level: Level) -> str:
    failures = sum(finding.level >= fail_level for finding in findings)
    cases = [_case(finding, sources, fail_level) for finding in findings]
    cases = cases or ['    <testcase classname="authlint" name="no findings"/>']
    head = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="authlint" {head}>',
        f'  <testsuite name="authlint" {head}>',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(finding: Finding, sources: Sources, fail_level: Level) -> str:
    path, line = finding.primary.span.path, sources.position(finding.primary.span).line
    name = f"classname={_value(path)} name={_value(f'{finding.rule} at line {line}')}"
    place = f"file={_value(path)} line={_value(str(line))}"
    text = escape(printable(_text(finding, f"{path}:{line}")))
    if finding.level >= fail_level:
        said = f"type={_value(str(finding.level))} message={_value(mask_words(finding.message))}"
        inner = f"<failure {said}>{text}</failure>"
    else:
        inner = f"<system-out>{text}</system-out>"
    return f"    <testcase {name} {place}>{inner}</testcase>"


def _text(finding: Finding, place: str) -> str:
    lines = [f"{place}: {mask_words(finding.message)}", mask_words(finding.primary.text)]
    for exchange in finding.witness:
        lines += [curl(exchange), f"answer: {mask_words(exchange.answer)}"]
    if finding.cure:
        lines.append(f"cure: {mask_words(finding.cure)}")
    return "\n".join(lines)


def _value(text: str) -> str:
    return quoteattr(printable(text))
