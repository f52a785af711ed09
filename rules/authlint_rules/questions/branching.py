"""Requests that lead into the branches of a route's script; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.condition import Condition, Test
from authlint.model.step import Branch
from authlint.model.value import Get
from authlint.site import Endpoint, wanted_headers

METHODS = (Get("method"), Get("own-method"))


def ways_in(endpoint: Endpoint, branches: list[Branch]) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Methods, and the headers that branches ask for."""
    yield from ((method, ()) for method in _methods(endpoint, branches))
    for branch in branches:
        header = wanted_headers(branch)
        if header is not None and header[0] not in ("Origin", "Cookie"):
            yield endpoint.method, (header,)


def _methods(endpoint: Endpoint, branches: list[Branch]) -> Iterator[str]:
    """The route's method, and those that a branch asks for; a preflight's is none of them."""
    yield endpoint.method
    for branch in branches:
        method = _method(branch.when)
        if method not in ("", "OPTIONS", endpoint.method):
            yield method


def _method(when: Condition) -> str:
    return when.how.arg if isinstance(when, Test) and when.value in METHODS and when.how.how == "is" else ""
