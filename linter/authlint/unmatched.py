"""Patterns and names of the settings that fit nothing: whoever wrote them believes that they do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.discover import Discovered, shown
from authlint.finding import Finding, Label, Level
from authlint.globs import matches
from authlint.settings import Settings
from authlint.text import Source, Sources, Span

RULE = "unmatched-pattern"


def unmatched(settings: Settings, files: Discovered, sources: Sources) -> Iterator[Finding]:
    """A finding for each path or pattern of the settings' file that no file of the project fits, and for each name that
    no file holds."""
    if settings.file is None:
        return
    missing = [(glob, f"no file of the project fits {glob!r}") for glob in _unmatched_paths(settings, files)]
    if files.asked_for(settings.root):  # else not everything was read
        missing += [
            (name, f"nothing in the project is called {name!r}") for name in _unknown(settings, sources)
        ]
    if not missing:
        return
    path = shown(settings.file)
    source = Source(path, settings.file.read_text(encoding="utf-8"))
    sources.setdefault(path, source)
    for word, message in missing:
        at = max(source.text.find(word), 0)
        yield Finding(
            RULE,
            Level.WARNING,
            message,
            Label(Span(path, at, at + max(len(word), 1)), "this setting does nothing"),
            cure="correct it, or take it away",
        )


def _unmatched_paths(settings: Settings, files: Discovered) -> list[str]:
    globs = [glob for one in settings.per_path for glob in one.paths]
    globs += [glob for one in settings.declared.balancers for glob in one.paths]
    if not (globs or settings.include_roots):
        return []
    root = settings.root
    wanted = [(str(path.relative_to(root)), path.exists()) for path in settings.include_roots]
    names = [path[len(root) :].lstrip("/") for path in files.project() if path.startswith(root)]
    wanted += [(glob, any(matches(name, glob) for name in names)) for glob in globs]
    return [glob for glob, found in wanted if not found]


def _unknown(settings: Settings, sources: Sources) -> list[str]:
    """Upstreams and services of whose names not even the first word stands in anything that was read."""
    assume = settings.declared.assume
    names = (*assume.expects, *assume.services)
    texts = [source.text for source in sources.values()] if names else []
    return [
        name for name in names if not any(re.split("[.:/]", name, maxsplit=1)[0] in text for text in texts)
    ]
