"""The rewrite module's directives as a script (https://nginx.org/en/docs/http/ngx_http_rewrite_module.html)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from authlint.model.gateway import Block
from authlint.model.step import Branch, Op, Respond, Rewrite, SetVar, Stop, Unsure
from authlint.model.value import EMPTY, Value
from authlint.readers.nginx.conditions import condition
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.variables import Names

BlockOf = Callable[[Node], Block]
REDIRECTS = ("301", "302", "303", "307", "308")
CODES = {"redirect": 302, "permanent": 301}
ABSOLUTE = ("http://", "https://", "$scheme")
# Code that runs in the same phase and may do anything.
FOREIGN = ("rewrite_by_lua", "rewrite_by_lua_block", "rewrite_by_lua_file", "server_rewrite_by_lua_block")
FOREIGN_IN_SERVER = ("server_rewrite_by_lua_file", *FOREIGN)


def script(names: Names, nodes: Iterable[Node], block_of: BlockOf | None) -> tuple[Op, ...]:
    """The operations of one level in their order; `block_of` makes the block that an `if` puts in force."""
    ops: list[Op] = []
    for node in nodes:
        op = _op(names, node, block_of)
        if op is not None:
            ops.append(op)
    return tuple(ops)


def _op(names: Names, node: Node, block_of: BlockOf | None) -> Op | None:
    if node.gap is not None:
        return None
    match node.name:
        case "set" if len(node.args) == 2:
            return SetVar(node.arg(0).lstrip("$"), names.value(node.arg(1)), node.span)
        case "break":
            return Stop(node.span)
        case "return" if node.args:
            return respond(names, node)
        case "rewrite" if len(node.args) >= 2:
            return rewrite(names, node)
        case "if" if node.children is not None:
            block = block_of(node) if block_of is not None else None
            return Branch(condition(names, node), script(names, node.children, block_of), block, node.span)
        case name if name in FOREIGN_IN_SERVER:
            return Unsure(f"code that {name} runs", node.span)
    return None


def respond(names: Names, node: Node) -> Op:
    """return CODE [TEXT] | CODE URL | URL. A bare error code may be caught by error_page; one with a text not."""
    first = node.arg(0)
    if len(node.args) == 1 and not first.isdigit():
        if first.startswith(("http://", "https://", "$")):
            return Respond(302, names.value(first), True, node.span)
        return Unsure("the answer that a template writes", node.span)
    if not first.isdigit():
        return Unsure("the status that a template writes", node.span)
    status = int(first)
    if first in REDIRECTS and len(node.args) > 1:
        return Respond(status, names.value(node.arg(1)), True, node.span)
    if first in REDIRECTS:
        return Respond(status, EMPTY, True, node.span)  # an empty Location (measured)
    # An empty text is as good as none (measured).
    return Respond(status, None, status >= 400 and not node.arg(1), node.span)


def rewrite(names: Names, node: Node) -> Op:
    pattern, replacement = node.arg(0), node.arg(1)
    flag = node.arg(2)
    if node.masked:
        return Unsure("a template writes this rewrite", node.span)
    redirect = CODES.get(flag)
    if redirect is None and replacement.startswith(ABSOLUTE):
        redirect = 302
    keep = not replacement.endswith("?")
    if not keep:
        replacement = replacement[:-1]
    path, mark, query = replacement.partition("?")
    value: Value | None = names.value(query) if mark else None
    if redirect is not None:
        return Rewrite(pattern, False, names.value(path), value, keep, redirect, node.span)
    then = {"last": "again", "break": "stay"}.get(flag, "rest")
    if then == "again":
        return Rewrite(pattern, False, names.value(path), value, keep, "again", node.span)
    if then == "stay":
        return Rewrite(pattern, False, names.value(path), value, keep, "stay", node.span)
    return Rewrite(pattern, False, names.value(path), value, keep, "rest", node.span)
