"""Rate limits (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter, and
rate_limit_filter for those that a service counts).

That a local limit does nothing unless it is enabled and enforced, and that a status below 400 becomes 429, was
measured on 1.40.
"""

from __future__ import annotations

from authlint.model.step import Limit
from authlint.readers.envoy.filters import Filter, Spot, configured
from authlint.readers.envoy.proto import field, fields, number, share, status_code
from authlint.readers.yaml.tree import Item

TOO_MANY = 429


def limit(one: Filter, spot: Spot) -> Limit | None:
    """The limit of a filter on a route; None where it is not enforced, or not always."""
    own = next(configured(spot.own(one.name)), None)
    if one.kind == "ratelimit":
        return _counted_elsewhere(one)
    config = own.config if own is not None else one.config
    bucket = field(config, "token_bucket")
    if bucket is None or not all(
        _is_full(field(config, f"filter_{word}")) for word in ("enabled", "enforced")
    ):
        return None
    status = field(config, "status")
    code = status_code(status) or TOO_MANY
    span = bucket.span
    return Limit(
        status=code if code >= 400 else TOO_MANY,
        at_once=number(bucket, "max_tokens"),
        key=None,
        span=span,
        status_span=None if status is None else status.span,
    )


def _is_full(item: Item | None) -> bool:
    return item is not None and share(item) == 1


def _counted_elsewhere(one: Filter) -> Limit | None:
    status = field(one.config, "rate_limited_status")
    code = status_code(status) or TOO_MANY
    if fields(one.config, "descriptors"):
        return None
    return Limit(
        code if code >= 400 else TOO_MANY, None, None, one.span, None if status is None else status.span
    )
