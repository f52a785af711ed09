"""One file as nginx's words."""

from __future__ import annotations

from authlint.readers.library import Library
from authlint.readers.nginx.scan import Tree, scan
from authlint.readers.nginx.template import ENVSUBST, Masked, mask
from authlint.readers.trouble import Trouble
from authlint.record import entity
from authlint.text import Source, Span


@entity
class Page:
    """One file, read once: its text, its tree, and where a template makes it uncertain."""

    source: Source
    tree: Tree
    masked: Masked


def page_of(library: Library, path: str) -> Page | None:
    """The file at `path`, or None where it cannot be read (a trouble says why)."""
    if path not in library.pages:
        text = library.text(path)
        library.pages[path] = None if text is None else _page(library, path, text)
    return library.pages[path]


def _page(library: Library, path: str, text: str) -> Page:
    host = library.host(path)
    source = library.sources[host] if host != path else Source(path, text)
    library.sources[host] = source
    masked = mask(text, envsubst=path.endswith(ENVSUBST))
    tree = scan(masked.text)
    for problem in tree.problems:
        span = Span(host, problem.start, max(problem.end, problem.start + 1))
        if masked.kind is not None:
            why = f"from here on this template is read in part: {problem.message}"
            library.troubles.append(Trouble("template-skipped", why, span))
            break
        library.troubles.append(Trouble("syntax-error", problem.message, span))
    return Page(source, tree, masked)
