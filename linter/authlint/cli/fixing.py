"""`authlint check --fix` and `--diff`: edits that cure findings, written or shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from authlint.discover import Discovered, shown
from authlint.engine_rules import all_rules
from authlint.mending.bench import Bench
from authlint.mending.offer import mended, offered
from authlint.mending.texts import unified, write
from authlint.record import record, replace
from authlint.report.masking import mask_source

if TYPE_CHECKING:
    from authlint.finding import Finding
    from authlint.lint import Result
    from authlint.settings import Settings
    from authlint.text import Sources

Judged = Callable[[Discovered], "Result"]


def with_fixes(
    findings: tuple[Finding, ...], sources: Sources, files: Discovered, settings: Settings
) -> tuple[Finding, ...]:
    """Findings that are reported, each with a fix where one is proven."""
    bench = Bench(files, settings, tuple(all_rules(settings)))
    ours = offered(_ours(findings, settings), sources, bench)
    fixed = {(one.rule, one.primary.span): one for one in ours}
    return tuple(fixed.get((one.rule, one.primary.span), one) for one in findings)


def _ours(findings: tuple[Finding, ...], settings: Settings) -> tuple[Finding, ...]:
    """Without those of others' rules: one that fails finds nothing any more, which looks like a cure."""
    return tuple(one for one in findings if one.rule not in settings.plugins.ids)


@record
class Mended:
    """What a run came to: what is left, the edited texts by path with those before them, and how many findings the
    edits cured."""

    result: Result
    files: Discovered
    texts: dict[str, tuple[str, str]]
    cured: int


def mend(files: Discovered, settings: Settings, judged: Judged, *, unsafe: bool) -> Mended:
    """Edits, as long as one of them cures something; after each the files are judged again."""
    bench = Bench(files, settings, tuple(all_rules(settings)))
    first: dict[str, str] = {}
    cured = 0
    while True:
        result = judged(bench.now())
        for path, source in result.sources.items():
            first.setdefault(os.path.abspath(path), source.text)
        seen = tuple(one for one in result.findings if settings.pedantic or not one.pedantic)
        some = mended(_ours(seen, settings), result.sources, bench, unsafe=unsafe)
        if not some:
            break
        cured += some
    changed = {
        path: (first[path], text)
        for path, text in bench.texts.items()
        if text != files.texts.get(path, first.get(path))
    }
    return Mended(result, bench.now(), changed, cured)


def save(texts: dict[str, tuple[str, str]]) -> None:
    """Writes every edited file. Raises RefusalError where one cannot be written."""
    for path, (before, after) in sorted(texts.items()):
        write(path, shown(path), before, after)


def difference(texts: dict[str, tuple[str, str]]) -> str:
    """All edits as one unified difference, with secrets hidden."""
    lines: list[str] = []
    for path, (before, after) in sorted(texts.items()):
        lines += unified(shown(path), before, after, mask_source(before), mask_source(after))
    return "".join(lines)


def told(mended: Mended, *, quiet: bool) -> None:
    """One line on standard error about what a difference would do."""
    if quiet:
        return
    what = (
        f"cure {mended.cured} finding{'' if mended.cured == 1 else 's'}" if mended.cured else "cure nothing"
    )
    print(f"authlint: --fix would {what}", file=sys.stderr)


def tallied(mended: Mended) -> Result:
    """The result with the number of cured findings in its tally."""
    return replace(mended.result, tally=replace(mended.result.tally, fixed=mended.cured))
