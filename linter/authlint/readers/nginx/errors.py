"""error_page (https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from authlint.model.step import Jump, Recover, ToClient, ToNamed, ToPath
from authlint.model.value import Lit
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level

# Numbers that only the server itself knows: the client sees 400 (ngx_http_core_error_page).
INNER = frozenset((494, 495, 496, 497))


def recoveries(level: Level) -> tuple[Recover, ...]:
    """Every error_page in effect. The last word is always the target, also where it looks like a code."""
    return tuple(one for node in level.nearest("error_page") for one in _recover(level, node))


def _recover(level: Level, node: Node) -> Iterator[Recover]:
    words = [word.text for word in node.args]
    if len(words) < 2 or node.masked:
        return
    target, codes = words[-1], words[:-1]
    status: Literal["keep", "take"] | int = "keep"
    if codes[-1].startswith("="):
        given = codes.pop()[1:]
        status = int(given) if given.isdigit() else "take"
    statuses = frozenset(int(code) for code in codes if code.isdigit())
    inner = statuses & INNER if status == "keep" else frozenset()
    where = _target(level, node, target)
    if statuses != inner:
        yield Recover(statuses - inner, where, status, node.span)
    if inner:
        yield Recover(inner, where, 400, node.span)


def _target(level: Level, node: Node, target: str) -> Jump:
    if target.startswith("@"):
        return ToNamed(target, node.span)
    if target.startswith(("/", "$")):
        return ToPath(level.value(target), node.span)
    value = level.value(target)
    return ToClient(value if value != Lit("") else Lit(target), node.span)
