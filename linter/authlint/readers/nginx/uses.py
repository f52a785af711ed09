"""Which variables a configuration reads anywhere, in whatever directive."""

from __future__ import annotations

from collections.abc import Iterable

from authlint.expression import expression
from authlint.readers.nginx.expand import Node

NAME = expression(r"\$\{?([A-Za-z_]\w*)")
# The first word of these is the variable that they fill.
FILLING = frozenset(("set", "auth_request_set"))
SCRIPTS = expression(r"_by_lua|^js_|^perl|^lua_")


def variables_read(nodes: Iterable[Node]) -> frozenset[str] | None:
    """Their names; None where a script, or a part that was not read, may read any of them."""
    found: set[str] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node.gap is not None or SCRIPTS.search(node.name):
            return None
        for word in node.args[node.name in FILLING :]:
            found.update(NAME.findall(word.text))
        todo += node.children or ()
    return frozenset(found)
