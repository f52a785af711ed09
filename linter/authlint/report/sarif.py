"""Findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from typing import Any
from urllib.parse import quote

from authlint import __version__
from authlint.finding import Finding, Fix, Label, Level, Tally
from authlint.report.as_json import exchange_object, tellable
from authlint.report.masking import mask_words
from authlint.rule import Rule
from authlint.text import Sources, Span

LEVELS = {Level.INFO: "note", Level.WARNING: "warning", Level.ERROR: "error"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(
    findings: tuple[Finding, ...], sources: Sources, tally: Tally, rules: tuple[Rule, ...] = ()
) -> str:
    """One run; columns are counted in characters. `rules` are described in it."""
    driver = {
        "name": "authlint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    marks = fingerprints(findings, sources)
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": f"{notice.path} {notice.text}"}}
                    for notice in tally.notices
                ],
            }
        ],
        "results": [_result(one, sources, mark) for one, mark in zip(findings, marks, strict=True)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.manual.strip()},
        **({"helpUri": rule.reference} if rule.reference.startswith("http") else {}),
        "help": {"text": rule.manual.strip()},
        "defaultConfiguration": {"level": LEVELS[rule.level]},
    }


def _result(finding: Finding, sources: Sources, mark: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "witness": [exchange_object(one) for one in finding.witness],
        "routes": [mask_words(route) for route in finding.routes],
        "cure": mask_words(finding.cure),
        "assumes": [mask_words(one) for one in finding.assumes],
    }
    fixes = [_fix(one, sources) for one in tellable(finding.fixes)]
    return {
        "ruleId": finding.rule,
        "level": LEVELS[finding.level],
        "message": {"text": mask_words(_text(finding))},
        "locations": [{"physicalLocation": _location(finding.primary.span, sources)}],
        "relatedLocations": [_related(label, sources, n) for n, label in enumerate(finding.related)],
        "partialFingerprints": {"authlint/v1": mark},
        "properties": properties,
        **({"fixes": fixes} if fixes else {}),
    }


def _fix(fix: Fix, sources: Sources) -> dict[str, Any]:
    paths = dict.fromkeys(edit.span.path for edit in fix.edits)
    return {
        "description": {"text": mask_words(fix.title)},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(path)},
                "replacements": [
                    {
                        "deletedRegion": _location(edit.span, sources)["region"],
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in fix.edits
                    if edit.span.path == path
                ],
            }
            for path in paths
        ],
        "properties": {"safe": fix.safe},
    }


def _text(finding: Finding) -> str:
    parts = [finding.message, finding.primary.text]
    if finding.cure:
        parts.append("Cure: " + finding.cure)
    return ". ".join(dict.fromkeys(part for part in parts if part))


def _location(span: Span, sources: Sources) -> dict[str, Any]:
    start, end = sources.position(span), sources.end(span)
    return {
        "artifactLocation": {"uri": _uri(span.path)},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    }


def _uri(path: str) -> str:
    """Relative to where authlint was started, with a scheme where it lies elsewhere."""
    quoted = quote(os.fsencode(path.replace(os.sep, "/")))
    return "file://" + quoted if quoted.startswith("/") else quoted


def _related(label: Label, sources: Sources, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "physicalLocation": _location(label.span, sources),
        "message": {"text": mask_words(label.text)},
    }


def fingerprints(findings: tuple[Finding, ...], sources: Sources) -> list[str]:
    """What stays the same when lines move: rule, file, the words concerned, and which of several equal ones."""
    seen: Counter[tuple[str, str, str]] = Counter()
    marks: list[str] = []
    for finding in findings:
        key = identity(finding, sources)
        marks.append(
            hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "replace")).hexdigest()[:32]
        )
        seen[key] += 1
    return marks


def identity(finding: Finding, sources: Sources) -> tuple[str, str, str]:
    span = finding.primary.span
    source = sources.get(span.path)
    words = " ".join(source.words(span).split()) if source is not None else ""
    return finding.rule, span.path, words
