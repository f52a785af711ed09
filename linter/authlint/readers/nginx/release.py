"""Which nginx this configuration is for, and what depends on that: here it is said once.

Observed with 1.22.1 and 1.31.3; where a change came is the server's own change log (https://nginx.org/en/CHANGES).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Literal

from authlint.expression import expression
from authlint.model.gateway import Server

NEWEST = Server("nginx", (1, 31, 3), stated=False)

# 1.23.0: several lines of one header are one text in $http_name and in parameters of CGI-like protocols, and all
# challenges of an auth request are handed on; before, only the first line counted.
LINES_JOINED = (1, 23, 0)
# 1.29.7: an upstream is no longer told to close the connection.
KEPT_ALIVE = (1, 29, 7)

# 1.25.1: a listener without TLS finds out whether a client speaks HTTP/2; before, it spoke nothing else.
FINDS_OUT = (1, 25, 1)

IMAGE = expression(
    r"^[ \t]*(?:FROM|image:|-?[ \t]*image:)[ \t]+[\"']?(?:--platform=\S+[ \t]+)?"
    r"(?:[\w.:-]+/)*(?:nginx|nginx-unprivileged|openresty|angie)"
    r"(?::(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?)?(?:[-.][\w.-]+)?[\"']?(?:@\S+)?"
    r"(?:[ \t]+[Aa][Ss][ \t]+\S+)?[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
NAMED = expression(r"dockerfile|containerfile|(?:docker-)?compose", re.IGNORECASE)
LARGEST = 200_000


def lines(server: Server) -> Literal["all", "first", "unsure"]:
    """What of several lines of one header counts."""
    if server.version >= LINES_JOINED:
        return "all" if server.stated else "unsure"
    return "first"


def beside_http2(server: Server) -> Literal["1 and later", "later"]:
    """What a listener without TLS speaks that speaks HTTP/2."""
    return "1 and later" if server.version >= FINDS_OUT else "later"


def closes(server: Server) -> bool:
    """Whether upstreams are told to close the connection."""
    return server.version < KEPT_ALIVE


def beside(folder: str, project: str) -> Server:
    """The release of the image that the nearest Dockerfile or compose file names: beside the configuration, or in
    a folder around it up to the project's. The newest where none does, or they name several."""
    top = os.path.abspath(project)
    here = os.path.abspath(folder)
    while True:
        found = {version for text in _texts(here) for version in _versions(text)}
        if found:
            only = found.pop()
            return NEWEST if found or only is None else Server("nginx", only, stated=True)
        if here == top or not here.startswith(top) or os.path.dirname(here) == here:
            return NEWEST
        here = os.path.dirname(here)


def parsed(text: str) -> Server:
    """A version as a person writes it."""
    numbers = [int(one) for one in re.findall(r"\d+", text)[:3]]
    return Server("nginx", _padded(numbers), stated=True) if numbers else NEWEST


def _padded(numbers: list[int]) -> tuple[int, int, int]:
    major, minor, patch = (*numbers, 0, 0)[:3]
    return major, minor, patch


def _texts(folder: str) -> Iterator[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if NAMED.search(name))
    except OSError:
        return
    for name in names[:20]:
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                yield file.read(LARGEST)
        except OSError:
            continue


def _versions(text: str) -> Iterator[tuple[int, int, int] | None]:
    for found in IMAGE.finditer(text):
        if found["major"] is None:
            yield None
        else:
            yield _padded([int(found["major"]), int(found["minor"]), int(found["patch"] or 0)])
