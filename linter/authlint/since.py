"""Only what a git revision does not have: how a team with old findings starts."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from authlint.discover import Discovered
from authlint.finding import Finding
from authlint.identity import identities, new_ones
from authlint.record import record, replace
from authlint.refusal import RefusalError
from authlint.settings import Settings
from authlint.text import Sources


class RevisionError(RefusalError):
    """What --since names cannot be had; one line."""


@record
class Before:
    """The tree of a revision, written out in `folder`; `top` is the work tree, `renamed` maps old names to new."""

    top: Path
    folder: Path
    renamed: dict[str, str]

    def path(self, now: Path) -> Path:
        """Where a file or folder of the work tree was; it need not have been there."""
        name = _below(now, self.top)
        return self.folder / {new: old for old, new in self.renamed.items()}.get(name, name)

    def name(self, path: str) -> str:
        """What a file of the old tree is called now, relative to the work tree."""
        name = _below(Path(path), self.folder)
        return self.renamed.get(name, name)


def without_old(
    findings: tuple[Finding, ...], sources: Sources, revision: str, files: Discovered, settings: Settings
) -> tuple[Finding, ...]:
    """The findings that `revision` did not have; of several equal ones only as many as have been added.

    Both are judged by the present settings and rules. Raises RevisionError.
    """
    with _before(revision, Path(settings.root)) as before:
        old = identities(*_old_findings(before, files, settings), before.name)
        new = identities(findings, sources, lambda path: _below(Path(path), before.top))
    return new_ones(findings, new, Counter(old))


def _old_findings(
    before: Before, files: Discovered, settings: Settings
) -> tuple[tuple[Finding, ...], Sources]:
    from authlint.discover import discover
    from authlint.engine_rules import all_rules
    from authlint.lint import lint
    from authlint.suppressions import suppressed

    paths = [
        str(path) for path in map(before.path, map(Path, (*files.named, *files.folders))) if path.exists()
    ]
    past = replace(
        settings,
        root=str(before.path(Path(settings.root))),
        include_roots=tuple(map(before.path, settings.include_roots)),
    )
    result = lint(discover(paths, past.root, past), past, all_rules(past))
    return suppressed(result, past), result.sources


@contextmanager
def _before(revision: str, start: Path) -> Iterator[Before]:
    """The work tree that holds `start` as it was at the revision, until the block ends."""
    top = Path(_git(start, ["rev-parse", "--show-toplevel"]).rstrip("\n"))
    commit = _commit(top, revision)
    with TemporaryDirectory(prefix="authlint-") as scratch:
        folder = Path(os.path.realpath(scratch)) / "tree"
        folder.mkdir()
        # An index of our own: the user's is not touched. `git archive` would leave out what export-ignore names.
        own = {**os.environ, "GIT_INDEX_FILE": str(Path(scratch) / "index"), "GIT_LFS_SKIP_SMUDGE": "1"}
        _git(top, ["read-tree", commit], own)
        _git(top, ["checkout-index", "-a", "-f", "-q", f"--prefix={folder}/"], own)
        yield Before(top, folder, _renamed(top, commit))


def _commit(top: Path, revision: str) -> str:
    try:
        asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
        return _git(top, asked).strip()
    except RevisionError:
        raise RevisionError(f"--since: git knows no revision {revision!r}") from None


def _renamed(top: Path, commit: str) -> dict[str, str]:
    fields = _git(top, ["diff", "--name-status", "-M", "-z", "--diff-filter=R", commit]).split("\0")
    return {fields[at + 1]: fields[at + 2] for at in range(0, len(fields) - 2, 3)}


def _git(folder: Path, arguments: Sequence[str], environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, env=environment)
    except OSError as error:
        raise RevisionError(f"--since needs git: {error.strerror}") from error
    if done.returncode:
        lines = os.fsdecode(done.stderr).strip().splitlines() or ["git failed"]
        raise RevisionError(f"--since: {lines[0]}")
    return os.fsdecode(done.stdout)


def _below(path: Path, top: Path) -> str:
    return os.path.relpath(os.path.realpath(path), os.path.realpath(top)).replace(os.sep, "/")
