"""The only module that knows crossplane: which known directives stand where nginx does not allow them."""

from __future__ import annotations

from authlint.readers.nginx.scan import Problem, Tree


def misplaced(tree: Tree, context: tuple[str, ...]) -> list[Problem]:
    """Nothing yet."""
    return []
