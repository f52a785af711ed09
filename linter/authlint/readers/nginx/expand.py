"""One configuration as nginx sees it: the tree of its main file with every include put in its place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from authlint.discover import own_name
from authlint.model.gateway import Open
from authlint.readers.library import Library
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.lookup import matches, on_disk, stand_ins
from authlint.readers.nginx.page import Page, page_of
from authlint.readers.nginx.scan import Directive, Word, scan
from authlint.readers.nginx.shipped import HARMLESS, SHIPPED
from authlint.readers.nginx.template import HOLE, Hole
from authlint.readers.trouble import Trouble
from authlint.record import entity
from authlint.text import Span

# Where servers keep what a repository holds elsewhere.
PREFIXES = (
    "/etc/nginx/",
    "/usr/local/nginx/conf/",
    "/usr/local/openresty/nginx/conf/",
    "/usr/local/etc/nginx/",
    "/opt/nginx/conf/",
    "/config/nginx/",
    "/opt/bitnami/nginx/conf/",
    "/etc/openresty/",
)
# Directives that stand in http and not in a server.
IN_HTTP = frozenset(("server", "upstream", "map", "geo", "limit_req_zone", "proxy_cache_path", "log_format"))
DEEPEST = 100
LARGEST = 20_000  # directives that includes bring into one block


@entity
class Node:
    """A directive in its place. `children` None: it has no block. A `gap` stands for what was not read; what is
    `implied` nobody has asked for."""

    name: str
    args: tuple[Word, ...]
    children: tuple[Node, ...] | None
    path: str
    start: int
    end: int
    head: int  # where the words end
    gap: Open | None = None
    implied: bool = False

    @property
    def span(self) -> Span:
        """The words, without block and semicolon."""
        return Span(self.path, self.start, self.head)

    def arg(self, number: int) -> str:
        return self.args[number].text if number < len(self.args) else ""

    def word(self, number: int) -> Span:
        word = self.args[number]
        return Span(self.path, word.start, word.end)

    @property
    def masked(self) -> bool:
        """Whether a template's placeholder is among the words."""
        return HOLE in self.name or any(HOLE in word.text for word in self.args)


class Expansion:
    """Puts the includes of one main file in their place."""

    def __init__(self, library: Library, main: str) -> None:
        self.library = library
        self.main = main
        self.folder = os.path.dirname(main) or "."
        self.stack: list[str] = []
        self.files: list[str] = []
        self.expanded: dict[str, tuple[Node, ...]] = {}
        self.blocks: list[str] = []  # those around the directive that is being read
        self.around: list[tuple[str, tuple[str, ...]]] = []  # each included file, and the blocks around it
        self.repeated: tuple[Hole, ...] = ()  # the loops around the server that is being read

    def run(self) -> tuple[Node, ...] | None:
        """The main file's directives; None where it cannot be read."""
        return self._file(self.main)

    def _file(self, path: str, depth: int = 0) -> tuple[Node, ...] | None:
        known = self.expanded.get(path)
        if known is not None:
            return known
        page = page_of(self.library, path)
        if page is None:
            return None
        self.files.append(path)
        self.stack.append(path)
        nodes = self.expanded[path] = self._block(page, page.tree.directives, depth)
        self.stack.pop()
        return nodes

    def _block(self, page: Page, directives: Sequence[Directive], depth: int) -> tuple[Node, ...]:
        out: list[Node] = []
        brought = 0
        for directive in directives:
            nodes = list(self._nodes(page, directive, depth))
            if directive.name.text == "include":
                brought += len(nodes)
                if brought > LARGEST:
                    span = _head(page, directive)
                    out.append(_gap(directive, page, "there is more here than can be read", span))
                    break
            out.extend(nodes)
        return tuple(out)

    def _nodes(self, page: Page, directive: Directive, depth: int) -> Iterator[Node]:
        path = page.source.path
        span = _head(page, directive)
        holes = [hole for hole in _holes(page, directive) if hole not in self.repeated]
        if holes and _is_repeated(directive, holes):
            before, self.repeated = self.repeated, (*self.repeated, *holes)
            yield from self._nodes(page, directive, depth)
            self.repeated = before
        elif holes:
            yield _gap(directive, page, "a template decides whether this is there", span)
        elif directive.name.text == "include":
            yield from self._include(page, directive, depth)
        elif HOLE in directive.name.text:
            yield _gap(directive, page, "a template writes this", span)
        elif directive.block is not None and depth > DEEPEST:
            self._trouble("syntax-error", f"blocks nested deeper than {DEEPEST} are not read", span)
            yield _gap(directive, page, f"blocks nested deeper than {DEEPEST} are not read", span)
        else:
            children = None
            if directive.block is not None:
                self.blocks.append(directive.name.text)
                children = (*self._block(page, directive.block, depth + 1), *_inserted(page, directive))
                self.blocks.pop()
            yield Node(
                directive.name.text, directive.args, children, path, directive.start, directive.end, span.end
            )

    def _include(self, page: Page, directive: Directive, depth: int) -> Iterator[Node]:
        span = _head(page, directive)
        spec = directive.args[0].text if directive.args else ""
        if HOLE in spec or "$" in spec:
            yield _gap(directive, page, f"include {spec.replace(HOLE, '.')} depends on a template", span)
            return
        found = self.find(spec)
        if found is None:
            if shipped := SHIPPED.get(os.path.basename(spec)):
                yield from self._shipped(page, directive, os.path.basename(spec), shipped)
            elif not _known_harmless(spec):
                self._trouble("unresolved-include", f"{spec} is not in the repository", span)
                yield _gap(directive, page, f"{spec} is not in the repository", span)
            return
        for path in found:
            self.around.append((path, tuple(self.blocks)))
            if path in self.stack:
                self._trouble("syntax-error", f"{spec} includes itself", span)
                yield _gap(directive, page, f"{spec} includes itself", span)
                continue
            nodes = self._file(path, depth + 1) if depth <= DEEPEST else None
            if nodes is None:
                yield _gap(directive, page, f"{spec} cannot be read", span)
            else:
                yield from nodes

    def _shipped(self, page: Page, directive: Directive, name: str, text: str) -> Iterator[Node]:
        for one in scan(text).directives:
            yield Node(
                one.name.text,
                one.args,
                None,
                page.source.path,
                directive.start,
                directive.end,
                _head(page, directive).end,
            )

    def _trouble(self, kind: str, message: str, span: Span) -> None:
        trouble = Trouble(kind, message, span)
        if trouble not in self.library.troubles:
            self.library.troubles.append(trouble)

    def find(self, spec: str) -> list[str] | None:
        """The files that an include names; None where a file that must be there is not."""
        pattern = any(c in spec for c in "*?[")
        excerpt = self.library.excerpts.get(self.main)
        if excerpt is not None:
            found = self._beside(excerpt, spec)
            if found or excerpt.alone:
                return found or ([] if pattern else None)
        candidates = list(self._candidates(spec))
        for candidate in candidates:
            if candidate in self.library.memory:
                return [candidate]
            listed = on_disk(candidate) if pattern else [candidate] * os.path.isfile(candidate)
            if listed:
                return [own_name(path, self.library.project) for path in listed]
        for candidate in candidates:
            listed = stand_ins(candidate)
            if listed:
                return listed
        return [] if pattern else None

    def _beside(self, main: Excerpt, spec: str) -> list[str]:
        """What an include names among the parts of the same file."""
        others = [
            one.path for one in self.library.excerpts.values() if one.host == main.host and one is not main
        ]
        for candidate in self._candidates(spec):
            found = sorted(path for path in others if matches(path, candidate))
            if found:
                return found
        if not main.flat:
            return []
        last = os.path.join(self.folder, os.path.basename(spec))
        pattern = any(c in spec for c in "*?[")
        found = sorted(path for path in others if matches(path, last))
        return [path for path in found if not pattern or self._is_of_http(path)]

    def _is_of_http(self, path: str) -> bool:
        """Whether a file is written for the folder that a main file includes as a whole."""
        page = page_of(self.library, path)
        return page is not None and any(one.name.text in IN_HTTP for one in page.tree.directives)

    def _candidates(self, spec: str) -> Iterator[str]:
        if not spec or "\0" in spec:
            return
        rests = [spec.lstrip("/")]
        for prefix in PREFIXES:
            if spec.startswith(prefix):
                rests.insert(0, spec[len(prefix) :])
        for rest in rests:
            for folder in self._folders():
                yield os.path.normpath(os.path.join(folder, rest))

    def _folders(self) -> list[str]:
        """The main file's folder, then those around it up to the project's, then what the settings name."""
        project = os.path.abspath(self.library.project)
        folders = [self.folder]
        here = os.path.abspath(self.folder)
        while here.startswith(project) and here != project:
            here = os.path.dirname(here)
            folders.append(os.path.relpath(here) if not os.path.isabs(self.folder) else here)
        return [*folders, *self.library.include_roots]


def _holes(page: Page, directive: Directive) -> Iterator[Hole]:
    return (hole for hole in page.masked.holes if hole.start <= directive.start < hole.end)


def _is_repeated(directive: Directive, holes: list[Hole]) -> bool:
    """A server that a loop writes whole: each time it comes it is as it stands here."""
    whole = all(hole.kind == "loop" and directive.end <= hole.end for hole in holes)
    return whole and directive.name.text == "server" and directive.block is not None


def _inserted(page: Page, directive: Directive) -> Iterator[Node]:
    """A gap for each place directly in this block where a template may put directives."""
    for hole in page.masked.holes:
        inside = directive.start < hole.start < directive.end
        deeper = any(one.start < hole.start < one.end for one in directive.block or ())
        if hole.kind == "insert" and inside and not deeper:
            span = Span(page.source.path, hole.start, hole.end)
            yield _gap(directive, page, "a template writes directives here", span)


def _head(page: Page, directive: Directive) -> Span:
    last = directive.args[-1] if directive.args else directive.name
    return Span(page.source.path, directive.start, last.end)


def _gap(directive: Directive, page: Page, reason: str, span: Span) -> Node:
    beside = directive.name.text == "server" and directive.block is not None
    gap = Open(reason, span, beside)
    return Node("", (), None, page.source.path, directive.start, directive.end, span.end, gap)


def _known_harmless(spec: str) -> bool:
    return os.path.basename(spec) in SHIPPED or any(spec.endswith(name) for name in HARMLESS)
