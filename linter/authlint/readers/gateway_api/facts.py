"""What no request shows: policies that do not count, for another one has the same target or their own is elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from authlint.model.fact import Fact, Ignored, Overridden
from authlint.readers.gateway_api.doors import Entrance
from authlint.readers.gateway_api.objects import Thing, is_at_home
from authlint.readers.gateway_api.targets import Target, targets
from authlint.readers.yaml.tree import Item

ASKING = ("jwt", "oidc", "extAuth", "basicAuth", "apiKeyAuth", "authorization", "cors")
PARTS = {"HTTPRoute": "rule", "Gateway": "listener"}
ONE = "write one SecurityPolicy for this target, with all that it is to say"


def facts(
    policies: Sequence[Thing], routes: Sequence[Thing], into: Entrance, every: Sequence[Thing]
) -> Iterator[Fact]:
    """Of the policies that concern a Gateway and its routes; `every` are all routes and Gateways that there are."""
    yield from _rivals([one for one in policies if _aims_at(one, routes, into)])
    for policy in policies:
        for item, kind, name in _named(policy):
            if kind not in PARTS:
                continue
            here = [one for one in (*routes, *_gateway(into, name)) if _is_named(one, kind, name)]
            there = [one for one in every if _is_named(one, kind, name)]
            if here and all(_is_elsewhere(policy, one) for one in there):
                yield Ignored(
                    f"does not count: the {kind} {name} lies in the namespace {there[0].namespace}, and a policy's "
                    f"targets lie in its own, {policy.namespace}",
                    "no request meets this policy",
                    f"give the policy the namespace of its target: {there[0].namespace}",
                    item.words,
                )
            elif here and all(_has_no(one, kind, item.text_at("sectionName"), policy) for one in there):
                part = PARTS[kind]
                section = item.get("sectionName") or item
                yield Ignored(
                    f"does not count: the {kind} {name} has no {part} with this name",
                    "no request meets this policy",
                    f"name a {part} of the {kind}, or leave sectionName out for all of them",
                    section.span,
                )


def _is_named(one: Thing, kind: str, name: str) -> bool:
    return (one.manifest.kind, one.name) == (kind, name)


def _gateway(into: Entrance, name: str) -> list[Thing]:
    return [into.thing] if into.thing is not None and into.name == name else []


def _has_no(one: Thing, kind: str, section: str, policy: Thing) -> bool:
    """Whether a part that a target names is not there."""
    names = [part.get("name") for part in one.listed(f"{PARTS[kind]}s")]
    sure = not policy.doubt and not one.doubt and not any(name.masked for name in names if name is not None)
    return bool(section) and sure and section not in (name.text for name in names if name is not None)


def _is_elsewhere(policy: Thing, one: Thing) -> bool:
    return not is_at_home(policy, one.home) and not policy.doubt and not one.doubt


def _named(policy: Thing) -> Iterator[tuple[Item, str, str]]:
    single = policy.spec("targetRef")
    for item in [*([single] if single is not None else []), *policy.listed("targetRefs")]:
        if not any(one.masked for one in item.entries()):
            yield item, item.text_at("kind"), item.text_at("name")


def _aims_at(policy: Thing, routes: Sequence[Thing], into: Entrance) -> bool:
    named = {(one.kind, one.name) for one in targets(policy)}
    at = [("HTTPRoute", one) for one in routes] + [("Gateway", one) for one in _gateway(into, into.name)]
    return any((kind, one.name) in named and is_at_home(policy, one.home) for kind, one in at)


def _rivals(policies: Sequence[Thing]) -> Iterator[Fact]:
    """Two with one target: conflicts are settled in favour of the older one, as a whole."""
    first: dict[tuple[str, str, str, str], Thing] = {}
    for policy in policies:
        for target in targets(policy):
            if target.selector is not None or policy.doubt:
                continue
            known = first.setdefault((policy.namespace, target.kind, target.name, target.section), policy)
            if known is not policy and _are_both_applied(known, policy):
                yield _overridden(known, policy, target)


def _are_both_applied(one: Thing, other: Thing) -> bool:
    """One file is applied as a whole. Files of one folder may hold variants of one policy, unless each says what the
    other does not."""
    mine, theirs = (one.manifest.path, other.manifest.path)
    apart = not set(_said(one)) & set(_said(other))
    return mine == theirs or (apart and os.path.dirname(mine) == os.path.dirname(theirs))


def _said(policy: Thing) -> list[str]:
    return [name for name in ASKING if policy.spec(name) is not None]


def _overridden(one: Thing, other: Thing, target: Target) -> Overridden:
    lost = next(iter(_said(other)), "")
    item = other.spec(lost) if lost else None
    why = f"has the same target as the SecurityPolicy {one.name}, and does not count if that is older"
    effect = "the older one is in force, and all that the other says is passed over"
    span = item.span if item is not None else other.manifest.span
    return Overridden(f"the {target.kind} {target.name}", why, effect, ONE, span, one.manifest.span)
