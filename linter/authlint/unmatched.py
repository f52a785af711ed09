"""Patterns of the settings that match nothing: whoever wrote them believes that they do."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.discover import Discovered, shown
from authlint.finding import Finding, Label, Level
from authlint.globs import matches
from authlint.settings import Settings
from authlint.text import Source, Sources, Span

RULE = "unmatched-pattern"


def unmatched(settings: Settings, files: Discovered, sources: Sources) -> Iterator[Finding]:
    """A finding for each path or pattern of the settings' file that no file of the project fits."""
    if settings.file is None or not (settings.per_path or settings.include_roots):
        return
    root = str(settings.root)
    wanted = [(str(path.relative_to(settings.root)), path.exists()) for path in settings.include_roots]
    names = [path[len(root) :].lstrip("/") for path in files.project() if path.startswith(root)]
    for entry in settings.per_path:
        wanted += [(glob, any(matches(name, glob) for name in names)) for glob in entry.paths]
    missing = [glob for glob, found in wanted if not found]
    if not missing:
        return
    path = shown(settings.file)
    source = Source(path, settings.file.read_text(encoding="utf-8"))
    sources.setdefault(path, source)
    for glob in missing:
        at = max(source.text.find(glob), 0)
        yield Finding(
            RULE,
            Level.WARNING,
            f"no file of the project fits {glob!r}",
            Label(Span(path, at, at + max(len(glob), 1)), "this setting does nothing"),
            cure="correct it, or take it away",
        )
