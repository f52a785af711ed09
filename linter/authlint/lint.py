"""One run: what was found in the files, and each finding once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from authlint.discover import Discovered, shown, unguarded
from authlint.finding import NO_EFFORT, Effort, Finding, Label, Level, Notice, Tally
from authlint.readers.library import Library
from authlint.readers.project import Project
from authlint.readers.trouble import Trouble
from authlint.record import record, replace
from authlint.text import Sources

if TYPE_CHECKING:
    from authlint.model.gateway import Gateway
    from authlint.rule import Rule
    from authlint.settings import Settings

TROUBLE_LEVELS = {"syntax-error": Level.ERROR}
CURES = {
    "unresolved-include": "name the folder that holds it in authlint.toml (include-roots); until then what it "
    "may contain is taken into account, and findings that it could undo are not made",
    "template-skipped": "have what it renders to judged as well; of a chart or an overlay that is: authlint --render",
}


@record
class Result:
    """What a run found. `sources` has the text of every file that a finding names; `effort` is what it took."""

    findings: tuple[Finding, ...]
    sources: Sources
    tally: Tally
    effort: Effort = NO_EFFORT
    explained: tuple[Finding, ...] = ()  # symptoms that were left out, for their cause is told
    gateways: tuple[Gateway, ...] = ()


def lint(
    files: Discovered,
    settings: Settings,
    rules: Iterable[Rule],
    progress: Callable[[int, int], None] | None = None,
    reading: frozenset[str] | None = None,
) -> Result:
    """Everything read and judged; nothing is left out but what the settings do not select.

    With `reading` only the gateways that read one of these files (as they are printed), and all that is found in
    them, wherever it stands.
    """
    sources = Sources()
    asked = files.asked_for if reading is None else reading.__contains__
    project = opened(files, settings, sources, asked)
    found = [one for one in project.gateways() if reading is None or not reading.isdisjoint(one.files)]
    findings: list[Finding] = []
    explained: list[Finding] = []
    effort = NO_EFFORT
    if found:
        # Rules, and what they stand on, are loaded where there is something to ask them about.
        from authlint.causes import causes

        findings, explained, effort = causes(found, sources, rules, settings, progress)
    troubles = _troubled(project.library.troubles, asked)
    findings += [finding for finding in troubles if settings.wants(finding.rule)]
    kept = [one for one in _merged(findings) if reading is not None or _concerns(one, files)]
    kept.sort(key=lambda one: (one.primary.span.path, one.primary.span.start, one.rule))
    tally = _tally(files, found, project.notices)
    return Result(tuple(kept), sources, tally, effort, tuple(explained), tuple(found))


def opened(files: Discovered, settings: Settings, sources: Sources, asked: Callable[[str], bool]) -> Project:
    """What is to be read, as far as it was asked for; `sources` gets the texts."""
    library = Library(sources, shown(files.root), tuple(shown(path) for path in settings.include_roots))
    if "nginx" in settings.servers:
        from authlint.readers.nginx.release import parsed

        library.server = parsed(settings.servers["nginx"])
    for path, text in files.texts.items():
        library.memory[shown(path)] = text
    return Project(library, files, asked)


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each rule and primary place; the gravest and the proven one leads."""
    best: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.primary.span)
        known = best.get(key)
        if known is None:
            best[key] = finding
            continue
        lead, other = (known, finding) if _rank(known) >= _rank(finding) else (finding, known)
        best[key] = replace(
            lead,
            routes=tuple(dict.fromkeys((*lead.routes, *other.routes))),
            mends=tuple(dict.fromkeys((*lead.mends, *other.mends))),
        )
    return list(best.values())


def _rank(finding: Finding) -> tuple[bool, Level]:
    return (not finding.pedantic, finding.level)


def _troubled(troubles: Iterable[Trouble], asked: Callable[[str], bool]) -> Iterator[Finding]:
    """What is wrong with the files themselves; the same words about several places are said once."""
    places: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in troubles:
        if asked(trouble.span.path):
            key = str(trouble.span) if trouble.kind == "syntax-error" else ""
            places.setdefault((trouble.message, key), []).append(trouble)
    for (message, _), several in places.items():
        first = several[0]
        also = f" (and in {len(several) - 1} more places)" if len(several) > 1 else ""
        level = Level.INFO if first.harmless else TROUBLE_LEVELS.get(first.kind, Level.INFO)
        cure = CURES.get(first.kind, "")
        yield Finding(first.kind, level, message + also, Label(first.span, message), cure=cure)


def _concerns(finding: Finding, files: Discovered) -> bool:
    """A finding is reported if any place of its lies in what was asked for."""
    spans = (finding.primary.span, *(label.span for label in finding.related))
    return any(files.asked_for(span.path) for span in spans if span.path)


def _tally(files: Discovered, found: list[Gateway], seen: list[Notice]) -> Tally:
    read = {path for gateway in found for path in gateway.files}
    asked = {path for path in read if files.asked_for(path)}
    notices = [*files.notices, *seen]
    # Most documents of a repository are somebody else's: only one that was named is worth a word.
    for path in (*files.named, *unguarded(files.candidates)):
        if shown(path) not in read:
            notices.append(Notice(shown(path), "is no configuration, or nothing in it serves a request"))
    return Tally(len(files.named) + len(files.candidates), len(asked), notices)
