"""Servers that differ only in their names and in what their upstreams are called.

A server is written down as the words of all its directives in a row. Its own names, and the upstreams that no other
server uses, are replaced by numbers; two servers with the same writing are alike. What could tell them apart all the
same keeps its own words: a parent domain that is spoken of, an upstream with several users. A server that tests the
host, or looks it up in a map, is like no other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from authlint.expression import expression
from authlint.model.words import telling
from authlint.readers.nginx.expand import Node
from authlint.record import record

END, INTO, OUT, HERE = "\x00", "\x01", "\x02", "\x03"
AUTHORITY = expression(r"://([A-Za-z0-9_.\-]+(?::\d+)?)(?=[/?\x00-\x03]|$)")
NAME = expression(r"[a-z0-9][a-z0-9\-]*(?:\.[a-z0-9\-]+)+")
# A test or a map that looks at the host by which a server was reached sees more than the server's own words.
BY_HOST = expression(r"\$\{?(?:host|http_host|server_name|ssl_server_name)\b")
ADDRESS = expression(
    r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*:\d+|\d+(?:\.\d+){3}|[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)+"
)
LOOPBACK = ("127.", "localhost", "[::1]")


@record
class _Written:
    """A server's words, its names, and the upstreams that it names in URLs."""

    text: str
    names: tuple[str, ...]
    authorities: frozenset[str]
    by_host: bool  # it tests the host by which it was reached


def likenesses(
    servers: Sequence[tuple[Node, ...]], around: Sequence[Node], upstreams: Mapping[str, Node]
) -> list[str | None]:
    """For each server (its directives) a text that it shares with those that are like it; None where nothing can be
    said. `around` are the other directives of the http block."""
    outside = "".join(word for node in around for word in _words(node))
    if any(node.name in ("map", "geo") and BY_HOST.search(_row(node)) for node in around):
        return [None] * len(servers)
    written = [_written(nodes) for nodes in servers]
    ports = frozenset(
        re.findall(r"\x00listen\x00[^\x00]*?(\d+)(?=\x00|$)", "".join(one.text for one in written))
    )
    users = Counter(authority for one in written for authority in one.authorities)
    owners: dict[str, list[int]] = {}
    for number, one in enumerate(written):
        for name in dict.fromkeys(one.names):
            owners.setdefault(name, []).append(number)
    shapes = [
        _shape(one, outside, {name for name in one.authorities if users[name] == 1}, upstreams, ports)
        for one in written
    ]
    return [
        None if shape is None else _beside(number, one, owners, shapes)
        for number, (shape, one) in enumerate(zip(shapes, written, strict=True))
    ]


def _written(nodes: tuple[Node, ...]) -> _Written:
    text = "".join(word for node in nodes for word in _words(node))
    names = tuple(word.text.lower() for node in nodes if node.name == "server_name" for word in node.args)
    return _Written(text, names, frozenset(AUTHORITY.findall(text)), _tests_host(nodes))


def _tests_host(nodes: tuple[Node, ...]) -> bool:
    tests = [_row(node) for node in _all(nodes) if node.name == "if"]
    told = [node.arg(0) for node in _all(nodes) if node.name == "set" and BY_HOST.search(_row(node))]
    return any(BY_HOST.search(test) or any(name in test for name in told) for test in tests)


def _all(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if node.children:
            yield from _all(node.children)


def _words(node: Node) -> Iterator[str]:
    yield END + node.name if node.gap is None else END + node.gap.reason
    for word in node.args:
        yield END + word.text
    if node.children is not None:
        yield INTO
        for child in node.children:
            yield from _words(child)
        yield OUT


def _row(node: Node) -> str:
    return " ".join(word.text for word in node.args)


def _shape(
    one: _Written,
    outside: str,
    private: set[str],
    upstreams: Mapping[str, Node],
    ports: frozenset[str],
) -> str | None:
    if one.by_host:
        return None
    text = one.text
    for number, authority in enumerate(sorted(private, key=text.index)):
        group = upstreams.get(authority)
        kind = _servers(group, ports) if group is not None else _place(authority, ports)
        text = text.replace(f"://{authority}", f"://{HERE}{number}:{kind}{telling(authority)}")
    for number, name in enumerate(sorted(dict.fromkeys(one.names), key=len, reverse=True)):
        if NAME.fullmatch(name) is None:
            continue
        parent = name.partition(".")[2]
        rest = text.replace(name, "")
        told = parent if parent in rest or parent in outside else ""
        if name in outside:
            return None
        text = text.replace(name, f"{HERE}name{number}{told}{telling(name)}")
    return text


def _servers(group: Node, ports: frozenset[str]) -> str:
    words = (word[1:] for child in group.children or () for word in _words(child) if word[:1] == END)
    return " ".join(_place(word, ports) if ADDRESS.fullmatch(word) else word for word in words)


def _place(authority: str, ports: frozenset[str]) -> str:
    """Another server of the same machine may be one of this configuration."""
    if not authority.startswith(LOOPBACK):
        return "elsewhere"
    return authority if authority.rpartition(":")[2] in ports or ":" not in authority else "beside"


def _beside(
    number: int, one: _Written, owners: Mapping[str, list[int]], shapes: Sequence[str | None]
) -> str | None:
    """With the shapes of other servers that have the same name: on another port, say."""
    others = {other for name in one.names for other in owners[name]} - {number}
    texts = [shapes[other] for other in (number, *sorted(others))]
    return None if None in texts else END.join(text for text in texts if text is not None)
