"""From a main file to the model of a gateway."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache

from authlint.model.gateway import Gateway, Listener, Open, Server, Upstream
from authlint.readers.library import Library
from authlint.readers.nginx import release
from authlint.readers.nginx.expand import IN_HTTP, Expansion, Node
from authlint.readers.nginx.facts import facts
from authlint.readers.nginx.levels import level_of
from authlint.readers.nginx.servers import ServerReader
from authlint.readers.nginx.template import HOLE
from authlint.readers.nginx.uses import variables_read
from authlint.readers.nginx.variables import collect
from authlint.record import record
from authlint.text import Span

DEFINING = frozenset(("map", "upstream", "geo", "split_clients"))
# What a file is written for if no other includes it.
AT_TOP = frozenset(("http", "events", "stream", "mail", "user", "worker_processes", "pid"))


@record
class Reading:
    """The model and the context in which the file was read, as a path of blocks."""

    gateway: Gateway
    context: tuple[str, ...]
    places: dict[
        str, tuple[str, ...] | None
    ]  # the context of each file; None where it has several or none is sure


def read(
    library: Library, main: str, server: Server | None = None, beside: Sequence[Node] = ()
) -> Reading | None:
    """The gateway that `main` describes; None where it cannot be read.

    A file without an http block is read as what it is written for: servers in http, locations in a server.
    `beside` are definitions of the fragments that a server reads together with this one.
    """
    expansion = Expansion(library, main)
    nodes = expansion.run()
    return None if nodes is None else model(expansion, nodes, server, beside)


def model(
    expansion: Expansion,
    nodes: tuple[Node, ...],
    server: Server | None = None,
    beside: Sequence[Node] = (),
) -> Reading:
    """The gateway that a main file's expanded directives describe; see `read`."""
    main = expansion.main
    context = context_of(nodes)
    inner = _http(nodes) if context == () else nodes
    library = expansion.library
    server = server or library.server or release.beside(expansion.folder, library.project)
    names = collect((*beside, *inner), server)
    names.outside = tuple(node for node in nodes if node.name == "error_log") if context == () else ()
    http = level_of("http", None, inner, None, names)
    reader = ServerReader()
    listeners: tuple[Listener, ...] = reader.listeners(http)
    if context == ("http", "server"):
        span = inner[0].span if inner else Span(main, 0, 1)
        empty = level_of("http", None, (), None, names)
        empty.open = (Open("the server around these locations is not in the repository", span),)
        listeners = reader.bare(empty, inner, span)
    gateway = Gateway(
        root=library.host(main),
        listeners=listeners,
        upstreams=upstreams([*http.own("upstream"), *(node for node in beside if node.name == "upstream")]),
        definitions=names.definitions,
        directory=os.path.dirname(library.host(main)) or ".",
        files=tuple(dict.fromkeys(map(library.host, expansion.files))),
        open=http.openings(),
        reads=cache(lambda: variables_read((*beside, *nodes))),
        facts=tuple(facts(inner, names, len(context))),
        server=server,
    )
    return Reading(gateway, context, places(expansion, context))


def places(expansion: Expansion, context: tuple[str, ...]) -> dict[str, tuple[str, ...] | None]:
    """Where each file stands: the blocks around the include that names it."""
    found: dict[str, tuple[str, ...] | None] = {}
    for path, around in expansion.around:
        whole = (*context, *around)
        found[path] = whole if found.get(path, whole) == whole else None
    found[expansion.main] = context if len(context) < 2 else None
    return found


def context_of(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    names = {node.name for node in nodes}
    if names & AT_TOP:
        return ()
    if names & IN_HTTP:
        return ("http",)
    return ("http", "server") if "location" in names else ("http", "server", "location")


def _http(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(child for node in nodes if node.name == "http" for child in node.children or ())


def upstreams(nodes: Iterable[Node]) -> dict[str, Upstream]:
    found: dict[str, Upstream] = {}
    for node in nodes:
        members = [
            (one.arg(0), {word.text for word in one.args[1:]})
            for one in node.children or ()
            if one.name == "server" and one.args and HOLE not in one.arg(0)
        ]
        up = [member for member in members if "down" not in member[1]] or members
        ordered = sorted(up, key=lambda member: "backup" in member[1])
        found.setdefault(node.arg(0), Upstream(node.arg(0), tuple(name for name, _ in ordered), node.span))
    return found
