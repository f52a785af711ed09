"""Which files a server starts with, and which are only parts of another's configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from authlint.discover import shown
from authlint.expression import expression
from authlint.model.gateway import Gateway
from authlint.readers.embedded import dump
from authlint.readers.library import Library
from authlint.readers.nginx.detect import is_nginx, is_snippet
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.expand import IN_HTTP, Expansion, Node
from authlint.readers.nginx.page import page_of
from authlint.readers.nginx.read import AT_TOP, DEFINING, Reading, model
from authlint.readers.trouble import Trouble
from authlint.record import field, mutable, record
from authlint.text import Source, Span

# What a person is to fill in: <name>, but not a named group of a pattern.
PLACEHOLDER = expression(r"(?<![?P])<[A-Za-z][^<>;{}]*>")


@record
class Root:
    """A main file, or a fragment that nobody includes, as a gateway."""

    gateway: Gateway
    context: tuple[str, ...]
    path: str  # of the file that reading began with; that of an excerpt is within its host


@mutable
class _Project:
    library: Library
    asked: Callable[[str], bool]
    top: dict[str, frozenset[str]] = field(default_factory=dict)  # names at the top of each file
    definitions: dict[str, tuple[Node, ...]] = field(default_factory=dict)  # of each folder's fragments


def roots(
    library: Library,
    named: Sequence[str],
    candidates: Sequence[str],
    project: Iterable[str],
    asked: Callable[[str], bool],
    excerpts: Iterable[Excerpt] = (),
) -> Iterator[Root]:
    """The gateways of a project that read a file which was asked for: main files, then fragments that none of
    them includes.

    A file must look like nginx's, also where it was named: hooks name whatever has a likely suffix.
    """
    state = _Project(library, asked)
    wanted = {shown(path) for path in named}
    for path in sorted({shown(path) for path in (*named, *candidates, *project)}):
        _look(state, path, path in wanted)
    for excerpt in excerpts:
        library.excerpts[excerpt.path] = excerpt
        _look(state, excerpt.path, False)
    included: set[str] = set()
    mains = [path for path, names in state.top.items() if names & AT_TOP]
    for path in mains:
        yield from _read(state, path, included)
    for depth in (1, 2, 3):
        for path, names in state.top.items():
            if path not in included and _depth(names) == depth:
                yield from _read(state, path, included)


def _depth(names: frozenset[str]) -> int:
    """How many blocks stand around what a file is written for."""
    if names & AT_TOP:
        return 0
    if names & IN_HTTP:
        return 1
    return 2 if "location" in names else 3


def _look(state: _Project, path: str, named: bool) -> None:
    library = state.library
    before = len(library.troubles)
    text = library.text(path)
    if text is None:
        if not named:
            del library.troubles[before:]
        return
    if not is_nginx(text) and not is_snippet(text):
        del library.troubles[before:]
        return
    if path not in library.excerpts:
        if dump.is_dump(text):
            _take_apart(state, path, text)
            return
        library.memory.setdefault(path, text)
    page = page_of(library, path)
    if page is not None:
        state.top[path] = frozenset(directive.name.text for directive in page.tree.directives)


def _take_apart(state: _Project, path: str, text: str) -> None:
    """A dump: its files are read, not it."""
    state.library.sources.setdefault(path, Source(path, text))
    parts = list(dump.excerpts(path, text))
    state.library.excerpts.update({one.path: one for one in parts})
    for one in parts:
        _look(state, one.path, False)


def _read(state: _Project, path: str, included: set[str]) -> Iterator[Root]:
    if path in included:
        return
    expansion = Expansion(state.library, path)
    nodes = expansion.run()
    if nodes is None:
        return
    included.update(file for file in expansion.files if file != path)
    if not any(state.asked(state.library.host(file)) for file in expansion.files):
        return
    beside = () if state.top[path] & AT_TOP else _definitions(state, os.path.dirname(path), path)
    reading = model(expansion, nodes, beside=beside)
    _misplaced(state.library, reading)
    yield Root(reading.gateway, reading.context, path)


def _definitions(state: _Project, folder: str, path: str) -> tuple[Node, ...]:
    """Maps and upstreams of the fragments in the same folder: a server reads them together."""
    if folder not in state.definitions:
        found: list[Node] = []
        for other, names in state.top.items():
            if os.path.dirname(other) == folder and not names & AT_TOP and names & DEFINING:
                nodes = Expansion(state.library, other).run() or ()
                found.extend(node for node in nodes if node.name in DEFINING)
        state.definitions[folder] = tuple(found)
    return tuple(node for node in state.definitions[folder] if node.path != path)


def _misplaced(library: Library, reading: Reading) -> None:
    """What nginx would refuse to start with: a known directive in a wrong place, or with wrong arguments."""
    from authlint.readers.nginx.directives import misplaced

    for path, context in reading.places.items():
        page = library.pages.get(path)
        if page is None or page.masked.kind is not None or context is None:
            continue
        for problem in misplaced(page.tree, context):
            if PLACEHOLDER.search(page.source.text, problem.start, page.source.line_end(problem.start)):
                continue
            trouble = Trouble(
                "syntax-error", problem.message, Span(page.source.path, problem.start, problem.end)
            )
            if trouble not in library.troubles:
                library.troubles.append(trouble)
