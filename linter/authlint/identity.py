"""What a finding keeps when lines move: its rule, its file and the words concerned."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from authlint.finding import Finding
from authlint.text import Sources

Identity: TypeAlias = tuple[str, str, str]


def identities(findings: Iterable[Finding], sources: Sources, name: Callable[[str], str]) -> list[Identity]:
    """The identity of each; `name` tells what a file is called."""
    found: list[Identity] = []
    for finding in findings:
        span = finding.primary.span
        source = sources.get(span.path)
        words = " ".join(source.words(span).split()) if source is not None else ""
        found.append((finding.rule, name(span.path), words))
    return found


def new_ones(
    findings: Sequence[Finding], keys: Sequence[Identity], known: Counter[Identity]
) -> tuple[Finding, ...]:
    """The findings that are not known; of several equal ones only as many are known as were counted."""
    left = Counter(known)
    kept: list[Finding] = []
    for finding, key in zip(findings, keys, strict=True):
        if left[key] > 0:
            left[key] -= 1
        else:
            kept.append(finding)
    return tuple(kept)


def below(path: str, root: str) -> str:
    """What a file is called in the project."""
    return os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/")
