"""The files of folders that authlint reads, each with those that it is read with, and what authlint says of one
whose text is another than on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from tests.mutants.mutant import File

from authlint.discover import Discovered, discover, shown
from authlint.finding import Finding
from authlint.lint import lint
from authlint.readers.library import Library
from authlint.readers.project import Project
from authlint.settings import Settings
from authlint.text import Sources
from authlint_rules import loaded

INCLUDE = re.compile(r"[ \t]*include[ \t][^;#\n]*;[ \t]*(#[^\n]*)?")


@dataclass(frozen=True, slots=True)
class Said:
    """One finding, by what a test compares."""

    rule: str
    line: int
    pedantic: bool
    message: str


def files(folder: Path) -> Iterator[File]:
    """Every file of a folder that a gateway is made of."""
    settings = Settings(str(folder))
    listed = discover([str(folder)], folder, settings)
    project = Project(Library(Sources(), shown(folder)), listed, listed.asked_for)
    units: dict[str, set[str]] = {}
    dialects: dict[str, str] = {}
    for gateway in project.gateways():
        read = {os.path.abspath(path) for path in gateway.files}
        for path in read:
            units.setdefault(path, set()).update(read)
    for path in sorted(units):
        dialects[path] = dialect(path)
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        beside = units[path] if dialects[path] == "nginx" else {path}
        yield File(path, text, dialects[path], tuple(sorted(beside)))


def dialect(path: str) -> str:
    raw = Path(path).read_bytes()
    if not re.search(r"\.(ya?ml|json)(\.|$)", path):
        return "nginx"
    return "ingress" if re.search(rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:Ingress|List)\b", raw) else "envoy"


def settled(file: File) -> File:
    """A file without the lines that include what is not there: what those files say nobody knows, and most mistakes
    could be mended in them."""
    if file.dialect != "nginx":
        return file
    sources = Sources()
    library = Library(sources, os.path.dirname(file.path))
    found = Discovered(os.path.dirname(file.path), named=(file.path,), _project=file.beside)
    list(Project(library, found, found.asked_for).gateways())
    lines = file.text.split("\n")
    for trouble in library.troubles:
        if trouble.kind == "unresolved-include" and os.path.abspath(trouble.span.path) == file.path:
            number = file.text.count("\n", 0, trouble.span.start)
            if INCLUDE.fullmatch(lines[number]):
                lines[number] = re.sub(r"\S", "#", lines[number], count=1)
    return replace(file, text="\n".join(lines))


@lru_cache(maxsize=512)
def judged(path: str, beside: tuple[str, ...], text: str) -> tuple[Said, ...]:
    """What authlint says of a file if its text is this one."""
    folder = os.path.dirname(path)
    found = Discovered(folder, named=(path,), texts={path: text}, _project=beside)
    result = lint(found, Settings(folder), loaded())
    return tuple(
        _said(one, result.sources)
        for one in result.findings
        if os.path.abspath(one.primary.span.path) == path
    )


def _said(finding: Finding, sources: Sources) -> Said:
    line = sources.position(finding.primary.span).line
    return Said(finding.rule, line, finding.pedantic, finding.message)
