"""Findings as GitHub workflow commands: annotations on the lines of a pull request."""

from __future__ import annotations

from authlint.finding import Finding, Level
from authlint.report.curl import curl
from authlint.report.masking import mask_words
from authlint.text import Sources

COMMANDS = {Level.INFO: "notice", Level.WARNING: "warning", Level.ERROR: "error"}


def render(findings: tuple[Finding, ...], sources: Sources) -> str:
    return "".join(_command(finding, sources) + "\n" for finding in findings)


def _command(finding: Finding, sources: Sources) -> str:
    start, end = sources.position(finding.primary.span), sources.end(finding.primary.span)
    properties = {
        "file": finding.primary.span.path,
        "line": str(start.line),
        "endLine": str(end.line),
        "col": str(start.column),
        "endColumn": str(end.column),
        "title": f"{finding.rule}: {mask_words(finding.message)}",
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{COMMANDS[finding.level]} {listed}::{_data(_message(finding))}"


def _message(finding: Finding) -> str:
    lines = [mask_words(finding.primary.text)]
    for exchange in finding.witness:
        lines += [curl(exchange), f"answer: {mask_words(exchange.answer)}"]
    if finding.cure:
        lines.append(f"cure: {mask_words(finding.cure)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
