"""Filters, routes and rules in another order: the first counts, or acts before the others."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.intent import Edit
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.envoy.documents import literal
from authlint.readers.yaml.edits import Part, children, part_at, part_in, put_before, put_behind
from authlint.text import Span

CORS = "envoy.filters.http.cors"


def place(path: str, text: str, span: Span) -> Part | None:
    """What stands at the span, also in a ConfigMap's text."""
    part = part_at(path, text, span)
    if part is None or part.item.kind != "text" or not could_be_envoy(part.item.text):
        return part
    inner = literal(part.item, text)
    return part_in(inner, path, text, span) if inner is not None else None


def moved(part: Part, lines: Sequence[Span], *, before: bool) -> tuple[Edit, ...] | None:
    """A route or a rule comes before the one that stands here; a filter comes behind it."""
    names = ("routes", "rules") if before else ("http_filters",)
    moving = place(part.path, part.text, lines[0]) if len(lines) == 1 else None
    one, other = moving.element(*names) if moving is not None else None, part.element(*names)
    if one is None or other is None or one.parent is None or other.parent is None:
        return None
    if one.parent.start != other.parent.start:
        return None
    return put_before(one, other) if before else put_behind(one, other)


def cors_first(part: Part) -> tuple[Edit, ...] | None:
    """The cors filter comes before the one that asks."""
    asking = part.element("http_filters")
    if asking is None or asking.parent is None:
        return None
    for item in children(asking.parent.item):
        if item.text_at("name") == CORS or item.text_at("typed_config", "@type").endswith(".Cors"):
            return put_before(asking.parent.inner(item), asking)
    return None
