"""Findings as GitLab takes them for its merge requests (https://docs.gitlab.com/ci/testing/code_quality/)."""

from __future__ import annotations

import json

from authlint.finding import Finding, Level
from authlint.report.masking import mask_words
from authlint.report.sarif import fingerprints
from authlint.text import Sources

SEVERITIES = {Level.INFO: "info", Level.WARNING: "minor", Level.ERROR: "major"}


def render(findings: tuple[Finding, ...], sources: Sources) -> str:
    listed = [
        {
            "description": mask_words(finding.message),
            "check_name": finding.rule,
            "fingerprint": mark,
            "severity": SEVERITIES[finding.level],
            "location": {
                "path": finding.primary.span.path,
                "lines": {"begin": sources.position(finding.primary.span).line},
            },
        }
        for finding, mark in zip(findings, fingerprints(findings, sources), strict=True)
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"
