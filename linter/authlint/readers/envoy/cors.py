"""The cors filter: policies of several levels, merged field by field.

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter; merging, the echo of the
origin and the meaning of "*" were measured on 1.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.step import Cors, HeaderOp
from authlint.model.value import Get, Lit, Text, Value
from authlint.readers.envoy.filters import Filter, Spot, asked_at, configured
from authlint.readers.envoy.matching import string
from authlint.readers.envoy.proto import field, fields, share
from authlint.readers.yaml.tree import Item
from authlint.text import Span

ASKED = {
    "allow_methods": "access-control-request-method",
    "allow_headers": "access-control-request-headers",
}


def policies(one: Filter, spot: Spot) -> list[Item]:
    """The policies in effect, the most specific first. Those of the old form count where there is none of the new."""
    typed = [own.config for own in configured(spot.own(one.name), "CorsPolicy") if own.config is not None]
    if typed:
        return typed
    old = (field(level, "cors") or field(level, "route", "cors") for level in spot.levels)
    return [item for item in old if item is not None]


def policy(one: Filter, spot: Spot) -> Cors | None:
    """The policy for a route, or None where the filter does nothing."""
    if spot.action != "forward":
        return None
    found = policies(one, spot)
    if not found or share(field(found[0], "filter_enabled")) == 0:
        return None
    listed = [(_origin(item), item) for item in _first(found, "allow_origin_string_match", "allow_origin")]
    return Cors(
        origins=tuple(test for test, _ in listed if test),
        preflight=tuple(_preflight(found)),
        actual=tuple(_actual(found)),
        stranger=_stranger(found),
        span=asked_at(one, next(iter(spot.own(one.name)), None)),
        places=tuple(item.words for test, item in listed if test),
    )


def _origin(item: Item) -> Text | None:
    if item.kind == "text":  # the oldest form: plain origins
        return Text("is", item.text)
    found = string(item)
    # An empty text is a matcher that fits nothing (measured).
    return None if found is None or not found.arg else found


def _takes_all(item: Item) -> bool:
    test = _origin(item)
    return test is not None and test.arg in ("*", ".*", ".+", "^.*$", "^.+$", ".*?", "https?://.*", "http")


def _first(found: list[Item], *names: str) -> list[Item]:
    for one in found:
        for name in names:
            listed = fields(one, name)
            if listed:
                return listed
    return []


def _text(found: list[Item], name: str) -> Item | None:
    return next((item for one in found if (item := field(one, name)) is not None and item.text), None)


def _flag(found: list[Item], name: str) -> Item | None:
    return next((item for one in found if (item := field(one, name)) is not None), None)


def _origin_op(found: list[Item]) -> Iterator[HeaderOp]:
    listed = _first(found, "allow_origin_string_match", "allow_origin")
    # What lets everybody in is what a person would change.
    decisive = next((item for item in listed if _takes_all(item)), listed[0] if listed else None)
    span = found[0].span if decisive is None else decisive.words
    yield _op("access-control-allow-origin", Get("header", "origin"), span)
    credentials = _flag(found, "allow_credentials")
    if credentials is not None and credentials.text == "true":
        yield _op("access-control-allow-credentials", Lit("true"), credentials.span)


def _preflight(found: list[Item]) -> Iterator[HeaderOp]:
    yield from _origin_op(found)
    for name, asked in ASKED.items():
        item = _text(found, name)
        if item is not None:
            value: Value = Get("header", asked) if item.text == "*" else Lit(item.text)
            yield _op(f"access-control-{name.replace('_', '-')}", value, item.span)
    age = _text(found, "max_age")
    if age is not None:
        yield _op("access-control-max-age", Lit(age.text), age.span)


def _actual(found: list[Item]) -> Iterator[HeaderOp]:
    yield from _origin_op(found)
    exposed = _text(found, "expose_headers")
    if exposed is not None:
        yield _op("access-control-expose-headers", Lit(exposed.text), exposed.span)


def _stranger(found: list[Item]) -> tuple[HeaderOp, ...] | None:
    item = _flag(found, "forward_not_matching_preflights")
    if item is None or item.text != "false":
        return None
    return tuple(op for op in _preflight(found) if op.name != "access-control-allow-origin")


def _op(name: str, value: Value, span: Span) -> HeaderOp:
    return HeaderOp("set", name, value, span)
