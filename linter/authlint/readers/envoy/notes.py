"""What the reader of a control plane's objects writes among Envoy's filters, and what no filter of Envoy's can say."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.gateway import Replaced
from authlint.readers.envoy.filters import Filter, Spot, asked_at, disabled
from authlint.readers.envoy.proto import text

UNREAD = "unread"  # something that was not read, and may do anything; the filter's name says what
REPLACED = "replaced"  # a policy that another one replaces


def replaced(chain: tuple[Filter, ...], spot: Spot) -> Iterator[Replaced]:
    """The policies that do not count on a route."""
    for one in chain:
        said = spot.own(one.name) if one.kind == REPLACED else []
        if said and not disabled(one, said):
            meant = "cross-origin" if text(one.config, "meant") == "cross-origin" else "authentication"
            yield Replaced(text(one.config, "cure"), one.span, asked_at(one, said[0]), meant)  # type: ignore[arg-type]
