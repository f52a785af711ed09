"""Files: root, alias, index, try_files (https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files)."""

from __future__ import annotations

from authlint.model.step import Candidate, Files, Jump, Root, ToNamed, ToPath, ToStatus, TryFiles
from authlint.model.value import Lit, Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level
from authlint.text import Span

READ = frozenset(("GET", "HEAD", "POST"))
# https://nginx.org/en/docs/http/ngx_http_dav_module.html
DAV = {"PUT", "DELETE", "MKCOL", "COPY", "MOVE"}


def root_of(level: Level) -> Root:
    """The nearest root, or alias: it replaces the path of the location in which it stands, also in those nested
    there (measured)."""
    holder = level.holder("root", "alias")
    if holder is None:
        return Root(Lit("html"), "", None)
    node = holder.own("root", "alias")[-1]
    if node.name == "alias":
        return Root(level.value(node.arg(0)), holder.location_text(), node.span)
    return Root(level.value(node.arg(0)), "", node.span)


def files(level: Level, span: Span) -> Files:
    index = level.last("index")
    names: tuple[Value, ...] = (Lit("index.html"),)
    if index is not None:
        names = tuple(level.value(word.text) for word in index.args)
    dav = level.last("dav_methods")
    methods = READ | ({word.text for word in dav.args} & DAV if dav is not None else set())
    listing = level.flag("autoindex", False)
    # The handler of an `if` with proxy_pass stays where a later `if` holds, but finds no upstream there (measured).
    broken = 500 if level.kind == "if" else None
    return Files(root_of(level), names, listing, frozenset(methods), span, broken)


def try_files(level: Level) -> TryFiles | None:
    """Only a location's (or server's) own: it is not inherited, not even by an `if` inside."""
    nodes = level.own("try_files")
    if not nodes or len(nodes[0].args) < 2:
        return None
    node = nodes[0]
    paths = tuple(Candidate(level.value(word.text), word.text.endswith("/")) for word in node.args[:-1])
    return TryFiles(paths, _otherwise(level, node), root_of(level), node.span)


def _otherwise(level: Level, node: Node) -> Jump:
    last = node.args[-1].text
    if last.startswith("@"):
        return ToNamed(last, node.span)
    if last.startswith("=") and last[1:].isdigit():
        return ToStatus(int(last[1:]), node.span)
    return ToPath(level.value(last), node.span)
