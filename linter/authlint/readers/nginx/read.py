"""From a main file to the model of a gateway."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from authlint.model.gateway import Gateway, Listener, Upstream
from authlint.readers.nginx.expand import Expansion, Library, Node
from authlint.readers.nginx.levels import Level, level_of
from authlint.readers.nginx.servers import ServerReader
from authlint.readers.nginx.template import HOLE
from authlint.readers.nginx.variables import collect
from authlint.text import Span

# What a file is written for if no other includes it.
AT_TOP = frozenset(("http", "events", "stream", "mail", "user", "worker_processes", "pid"))
IN_HTTP = frozenset(("server", "upstream", "map", "geo", "limit_req_zone", "proxy_cache_path", "log_format"))


@dataclass(frozen=True, slots=True)
class Reading:
    """The model and the context in which the file was read, as a path of blocks."""

    gateway: Gateway
    context: tuple[str, ...]


def read(library: Library, main: str, version: tuple[int, int] = (1, 31)) -> Reading | None:
    """The gateway that `main` describes; None where it cannot be read.

    A file without an http block is read as what it is written for: servers in http, locations in a server.
    `version` matters where nginx 1.22 and 1.31 differ: how many challenges of an auth request are copied.
    """
    expansion = Expansion(library, main)
    nodes = expansion.run()
    if nodes is None:
        return None
    context = context_of(nodes)
    inner = _http(nodes) if context == () else nodes
    names = collect(inner)
    http = level_of("http", None, inner, None, names)
    challenges: Literal["first", "all"] = "first" if version < (1, 23) else "all"
    reader = ServerReader(challenges)
    listeners: tuple[Listener, ...] = reader.listeners(http)
    if context == ("http", "server"):
        span = inner[0].span if inner else Span(main, 0, 1)
        empty = level_of("http", None, (), None, names)
        listeners = reader.bare(empty, inner, span)
    gateway = Gateway(
        root=main,
        listeners=listeners,
        upstreams=upstreams(http),
        definitions=names.definitions,
        directory=os.path.dirname(main) or ".",
        files=tuple(expansion.files),
        open=http.openings(),
    )
    return Reading(gateway, context)


def context_of(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    names = {node.name for node in nodes}
    if names & AT_TOP:
        return ()
    if names & IN_HTTP:
        return ("http",)
    return ("http", "server")


def _http(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(child for node in nodes if node.name == "http" for child in node.children or ())


def upstreams(http: Level) -> dict[str, Upstream]:
    found: dict[str, Upstream] = {}
    for node in http.own("upstream"):
        servers = tuple(
            one.arg(0)
            for one in node.children or ()
            if one.name == "server" and one.args and HOLE not in one.arg(0)
        )
        found.setdefault(node.arg(0), Upstream(node.arg(0), servers, node.span))
    return found
