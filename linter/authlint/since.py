"""Only what a git revision does not have: how a team with old findings starts."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from authlint.finding import Finding
from authlint.settings import Settings
from authlint.text import Sources

Identity = tuple[str, str, str]


class RevisionError(Exception):
    """What --since names cannot be had; one line."""


def without_old(
    findings: tuple[Finding, ...], sources: Sources, revision: str, paths: Sequence[str], settings: Settings
) -> tuple[Finding, ...]:
    """The findings that `revision` did not have; of several equal ones only as many as have been added."""
    top = _git("rev-parse", "--show-toplevel").decode().strip()
    archive = _git("archive", "--format=tar", f"{revision}^{{tree}}", cwd=top)
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            _extract(tar, scratch)
        old = Counter(_old(Path(scratch), Path(top), paths, settings))
    kept: list[Finding] = []
    for finding in findings:
        key = _identity(finding, sources, Path(top))
        if old[key] > 0:
            old[key] -= 1
        else:
            kept.append(finding)
    return tuple(kept)


def _git(*arguments: str, cwd: str | None = None) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, check=False)
    except OSError as error:
        raise RevisionError(f"--since needs git: {error.strerror}") from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RevisionError(f"--since: {lines[-1] if lines else 'git failed'}")
    return done.stdout


def _extract(tar: tarfile.TarFile, folder: str) -> None:
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
    else:
        tar.extractall(folder)


def _old(folder: Path, top: Path, paths: Sequence[str], settings: Settings) -> list[Identity]:
    """What the old tree's findings are, asked for in the same place."""
    from authlint.discover import discover
    from authlint.lint import lint
    from authlint.suppressions import suppressed
    from authlint_rules import RULES

    here = Path.cwd()
    there = folder / here.relative_to(top) if here.is_relative_to(top) else folder
    if not there.is_dir():
        return []
    root = folder / settings.root.relative_to(top) if settings.root.is_relative_to(top) else folder
    os.chdir(there)
    try:
        known = [path for path in paths if Path(path).exists() and not Path(path).is_absolute()]
        moved = [os.path.relpath(path, here) for path in paths if Path(path).is_absolute()]
        listed = [*known, *(path for path in moved if Path(path).exists())]
        if not listed:
            return []
        before = replace(settings, root=root)
        result = lint(discover(listed, root, before), before, RULES)
        found = suppressed(result, before)
        return [_identity(finding, result.sources, folder) for finding in found]
    finally:
        os.chdir(here)


def _identity(finding: Finding, sources: Sources, top: Path) -> Identity:
    span = finding.primary.span
    source = sources.get(span.path)
    words = " ".join(source.words(span).split()) if source is not None else ""
    return finding.rule, os.path.relpath(os.path.abspath(span.path), os.path.realpath(top)), words
