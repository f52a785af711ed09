"""The jwt_authn filter (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter).

Where tokens are looked for, what is taken away and what 0 seconds of skew mean was measured on 1.40.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from authlint.model.condition import All
from authlint.model.credential import Demand, Jwt, Place, Provider, TokenRule
from authlint.readers.envoy.filters import Filter, Spot, Surroundings, asked_at, configured
from authlint.readers.envoy.keysets import keys
from authlint.readers.envoy.matching import route_match, string
from authlint.readers.envoy.proto import entries, field, fields, is_set, number, place, text
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Written
from authlint.record import replace
from authlint.text import Span

LENIENT: dict[str, Literal["failed", "missing", "read"]] = {
    "allow_missing_or_failed": "failed",
    "allow_missing": "missing",
    "extract_only_without_validation": "read",
}
SKEW = 60  # seconds, also where 0 is written


def check(one: Filter, spot: Spot, around: Surroundings) -> Jwt:
    """The filter's check on a route. Where a PerRouteConfig switches it off it still takes away the headers that only
    it may set (measured)."""
    kept = around.kept
    base: Jwt | None = kept.get(("jwt", id(one)))
    if base is None:
        base = kept["jwt", id(one)] = _base(one, around)
    own = next(configured(spot.own(one.name)), None)
    if own is None:
        return base
    if is_set(own.config, "disabled"):
        return replace(base, rules=())
    wanted = field(own.config, "requirement_name")
    if wanted is None:
        return base
    key = ("jwt", id(one), wanted.text, wanted.span)
    if key not in kept:
        rule = TokenRule(All(()), _named(one, wanted), wanted.span)
        kept[key] = replace(base, rules=(rule,), span=asked_at(one, own))
    found: Jwt = kept[key]
    return found


def _base(one: Filter, around: Surroundings) -> Jwt:
    config = one.config
    return Jwt(
        rules=tuple(_rule(one, item) for item in fields(config, "rules")),
        providers=tuple(_provider(item, around) for item in entries(config, "providers")),
        skips_preflight=is_set(config, "bypass_cors_preflight"),
        quiet=place(field(config, "strip_failure_response"), one.span)
        if is_set(config, "strip_failure_response")
        else None,
        span=one.span,
    )


def _rule(one: Filter, item: Item) -> TokenRule:
    name = field(item, "requirement_name")
    match = field(item, "match")
    span = place(name or field(item, "requires"), item.words)
    demand = _named(one, name) if name is not None else _demand(field(item, "requires"), span)
    return TokenRule(route_match(match), demand, _matched(match, item))


def _matched(match: Item | None, item: Item) -> Span:
    """The words that say what a rule is for: its path."""
    first = next(match.entries(), None) if match is not None else None
    return item.words if first is None else first.span


def _named(one: Filter, name: Item) -> Demand:
    found = next((item for item in entries(one.config, "requirement_map") if item.name == name.text), None)
    return Demand("wrong", name.span, provider=name.text) if found is None else _demand(found, name.span)


def _demand(item: Item | None, span: Span) -> Demand:
    """A JwtRequirement; an empty one asks for nothing."""
    for name in ("requires_any", "requires_all"):
        found = field(item, name)
        if found is not None:
            parts = tuple(_demand(one, one.words) for one in fields(found, "requirements"))
            return Demand("any" if name == "requires_any" else "all", found.span, parts=parts)
    provider = field(item, "provider_name")
    if provider is not None:
        return Demand("provider", provider.span, provider.text)
    both = field(item, "provider_and_audiences")
    if both is not None:
        audiences = tuple(one.text for one in fields(both, "audiences"))
        return Demand("provider", both.span, text(both, "provider_name"), audiences)
    for name, kind in LENIENT.items():
        found = field(item, name)
        if found is not None:
            return Demand(kind, found.span)
    return Demand("nothing", span)


def _provider(item: Item, around: Surroundings) -> Provider:
    span = item.span
    if not isinstance(item, Written):
        span = Span(item.path, span.start, span.start + len(item.name))
    forward, payload = field(item, "forward"), field(item, "forward_payload_header")
    return Provider(
        name=item.name,
        issuer=text(item, "issuer"),
        audiences=tuple(one.text for one in fields(item, "audiences")),
        places=tuple(_places(item)) or _default_places(span),
        forward=is_set(item, "forward"),
        payload_header=payload.text if payload is not None else "",
        claim_headers=tuple(
            (text(one, "header_name"), text(one, "claim_name")) for one in fields(item, "claim_to_headers")
        ),
        payload_name=text(item, "payload_in_metadata"),
        keys=keys(item, span, around),
        must_expire=is_set(item, "require_expiration"),
        skew=number(item, "clock_skew_seconds") or SKEW,
        subject=string(field(item, "subjects")),
        longest=_seconds(text(item, "max_lifetime")),
        padded=is_set(item, "pad_forward_payload_header"),
        verifies=True,
        span=span,
        forward_span=place(forward, span),
        payload_span=payload.span if payload is not None else None,
        reroutes=is_set(item, "clear_route_cache"),
        issuer_span=place(field(item, "issuer"), span),
        audiences_span=place(field(item, "audiences"), span),
        skew_span=place(field(item, "clock_skew_seconds"), span),
    )


def _seconds(text: str) -> int | None:
    number = text.removesuffix("s").partition(".")[0]
    return int(number) if number.isdigit() else None


def _places(item: Item) -> Iterator[Place]:
    for one in fields(item, "from_headers"):
        name = field(one, "name")
        if name is not None:
            prefix = field(one, "value_prefix")
            span = name.span if prefix is None else prefix.span
            yield Place("header", name.text.lower(), text(one, "value_prefix"), span)
    for one in fields(item, "from_params"):
        yield Place("parameter", one.text, "", one.words)
    for one in fields(item, "from_cookies"):
        yield Place("cookie", one.text, "", one.words)


def _default_places(span: Span) -> tuple[Place, ...]:
    return Place("header", "authorization", "Bearer ", span), Place("parameter", "access_token", "", span)
