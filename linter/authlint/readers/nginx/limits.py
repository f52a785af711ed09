"""limit_req and limit_conn: they count before anybody is asked for credentials (measured), and are inherited all or
nothing (https://nginx.org/en/docs/http/ngx_http_limit_req_module.html, ..._limit_conn_module.html)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.step import Limit
from authlint.model.value import Value
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level

STATUS = 503  # of both, unless they are told otherwise


def limits(level: Level) -> Iterator[Limit]:
    """The limits in effect at a level."""
    if not level.flag("limit_req_dry_run", False):
        for node in level.nearest("limit_req"):
            yield _limit(level, node, "limit_req", _zone(node), _number(node, "burst=") + 1)
    if not level.flag("limit_conn_dry_run", False):
        for node in level.nearest("limit_conn"):
            text = node.arg(1) if len(node.args) > 1 else ""
            yield _limit(level, node, "limit_conn", node.arg(0), int(text) if text.isdigit() else 1)


def _limit(level: Level, node: Node, kind: str, zone: str, at_once: int) -> Limit:
    said = level.last(f"{kind}_status")
    text = said.arg(0) if said is not None and said.args else ""
    status = int(text) if text.isdigit() else STATUS
    key = _key(level, f"{kind}_zone", zone)
    # One of a kind is enough for a request and its auth requests, whatever became of it (measured: behaviour/limits).
    return Limit(status, at_once, key, node.span, said.span if said is not None else None, kind)


def _zone(node: Node) -> str:
    return next((word.text[5:] for word in node.args if word.text.startswith("zone=")), "")


def _number(node: Node, name: str) -> int:
    texts = [word.text[len(name) :] for word in node.args if word.text.startswith(name)]
    return int(texts[0]) if texts and texts[0].isdigit() else 0


def _key(level: Level, directive: str, zone: str) -> Value | None:
    """By what a zone counts; zones are defined outside servers."""
    for node in level.nearest(directive):
        if any(word.text.startswith(f"zone={zone}:") for word in node.args):
            return level.value(node.arg(0))
    return None
