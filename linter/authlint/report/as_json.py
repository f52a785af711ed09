"""Findings as one JSON document; its shape is stable."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from authlint import __version__
from authlint.finding import Exchange, Finding, Fix, Tally
from authlint.report.curl import curl
from authlint.report.masking import mask_header, mask_source, mask_url, mask_words
from authlint.text import Sources, Span


def render(findings: tuple[Finding, ...], sources: Sources, tally: Tally) -> str:
    document = {
        "version": 1,
        "tool": {"name": "authlint", "version": __version__},
        "findings": [finding_object(one, sources) for one in findings],
        "notices": [{"path": notice.path, "text": notice.text} for notice in tally.notices],
        "looked_at": tally.looked_at,
        "read": tally.read,
        "fixed": tally.fixed,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def finding_object(finding: Finding, sources: Sources) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": str(finding.level),
        "message": mask_words(finding.message),
        **place(finding.primary.span, sources),
        "label": mask_words(finding.primary.text),
        "related": [
            {"text": mask_words(label.text), **place(label.span, sources)} for label in finding.related
        ],
        "routes": [mask_words(route) for route in finding.routes],
        "witness": [exchange_object(one) for one in finding.witness],
        "proof": mask_words(finding.proof),
        "cure": mask_words(finding.cure),
        "assumes": [mask_words(one) for one in finding.assumes],
        "stated": list(finding.stated),
        "pedantic": finding.pedantic,
        "fixes": [fix_object(one, sources) for one in tellable(finding.fixes)],
    }


def tellable(fixes: Iterable[Fix]) -> Iterator[Fix]:
    """Those whose words hold no secret: one with stars in it would write the stars."""
    for one in fixes:
        if all(mask_source(edit.text) == edit.text for edit in one.edits):
            yield one


def fix_object(fix: Fix, sources: Sources) -> dict[str, Any]:
    return {
        "title": mask_words(fix.title),
        "safe": fix.safe,
        "edits": [
            {
                **place(edit.span, sources),
                "start": edit.span.start,
                "end": edit.span.end,
                "replacement": edit.text,
            }
            for edit in fix.edits
        ],
    }


def place(span: Span, sources: Sources) -> dict[str, Any]:
    """A place by line and column from 1, in characters; the end is behind the last one."""
    start, end = sources.position(span), sources.end(span)
    return {
        "path": span.path,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def exchange_object(exchange: Exchange) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "url": mask_url(exchange.url),
        "headers": [[name, mask_header(name, value)] for name, value in exchange.headers],
        "status": exchange.status,
        "answered_by": exchange.answered_by,
        "answer": mask_words(exchange.answer),
        "wanted": mask_words(exchange.wanted),
        "supposed": exchange.supposed,
        "given": mask_words(exchange.given.words),
        "curl": curl(exchange),
    }
