"""Entries of http_filters, as they are written for the proxy."""

from __future__ import annotations

from collections.abc import Mapping

from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

TYPES = "type.googleapis.com/"
UNREAD = "authlint.unread.v3.Unread"  # no filter's type: nothing is known of what it does


def filter_of(name: str, kind: str, config: Mapping[str, Value], place: Item) -> Item:
    """A filter whose name stands at the place of the words that asked for it."""
    return written(place, {"name": name, "typed_config": typed(kind, config)})


def typed(kind: str, config: Mapping[str, Value]) -> dict[str, Value]:
    return {"@type": TYPES + kind, **config}


def unread(what: str, place: Item) -> Item:
    """Something that may do anything with a request."""
    return filter_of(what, UNREAD, {}, place)
