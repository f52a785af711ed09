"""Which SecurityPolicy is in force: the one with the narrowest target, as a whole.

https://gateway.envoyproxy.io/docs/concepts/gateway_api_extensions/security-policy/ and translateSecurityPolicyForRoute
in internal/gatewayapi/securitypolicy.go: a rule of a route, a route, a listener, a Gateway. Of two with one target the
older is in force, and the files do not say which that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.gateway_api.doors import Door, Entrance
from authlint.readers.gateway_api.objects import GATEWAY, Thing, is_at_home
from authlint.readers.yaml.tree import Item
from authlint.record import entity


@entity
class Target:
    """What a policy is for; `section` is a rule's or a listener's name. `selector`: by labels."""

    kind: str
    name: str
    section: str
    selector: Item | None = None


@entity
class Force:
    """The policy in force somewhere, with the one whose place it takes; `doubt`: why nobody knows."""

    policy: Thing | None
    behind: Thing | None = None
    doubt: str = ""


def targets(policy: Thing) -> Iterator[Target]:
    single = policy.spec("targetRef")
    for one in [*([single] if single is not None else []), *policy.listed("targetRefs")]:
        yield Target(one.text_at("kind"), one.text_at("name"), one.text_at("sectionName"))
    for one in policy.listed("targetSelectors"):
        if one.text_at("group") in ("", GATEWAY):
            yield Target(one.text_at("kind"), "", "", one)


def concerns(policy: Thing, route: Thing, rule: str, into: Entrance, door: Door) -> bool:
    """Whether a policy has a target, of whatever level, that a request meets there."""
    of_route = is_at_home(policy, route.home)
    at_gateway = is_at_home(policy, into.home)
    return any(
        (of_route and any(_hits(one, "HTTPRoute", route.name, route, part) for part in ("", rule)))
        or (
            at_gateway and any(_hits(one, "Gateway", into.name, into.thing, part) for part in ("", door.name))
        )
        or one.kind not in ("HTTPRoute", "Gateway", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
        for one in targets(policy)
    )


def in_force(policies: Sequence[Thing], route: Thing, rule: str, into: Entrance, door: Door) -> Force:
    """For a rule of a route, where its requests come in at a listener."""
    own = [*([_of(policies, route, rule)] if rule else []), _of(policies, route, "")]
    above = [
        *([at_listener(policies, into, door.name)] if door.name else []),
        at_listener(policies, into, ""),
    ]
    found = [level for level in (*own, *above) if level]
    unclear = next((one for one in policies if is_at_home(one, route.home) and _by_expression(one)), None)
    if unclear is not None:
        return Force(None, doubt=f"what the SecurityPolicy {unclear.name} selects")
    if into.thing is None and not door.name and not any(own):
        elsewhere = next((one for one in policies if _at_some_listener(one, into)), None)
        if elsewhere is not None:
            return Force(None, doubt=f"at which listener the SecurityPolicy {elsewhere.name} is")
    if not found:
        return Force(None)
    if len(found[0]) > 1:
        names = " and ".join(one.name for one in found[0])
        return Force(None, doubt=f"which of the SecurityPolicies {names} is the older, and in force")
    behind = found[1] if len(found) > 1 else []
    return Force(found[0][0], behind[0] if len(behind) == 1 else None, found[0][0].doubt)


def _of(policies: Sequence[Thing], route: Thing, section: str) -> list[Thing]:
    return [
        one
        for one in policies
        if is_at_home(one, route.home)
        and any(_hits(target, "HTTPRoute", route.name, route, section) for target in targets(one))
    ]


def at_listener(policies: Sequence[Thing], into: Entrance, section: str) -> list[Thing]:
    return [
        one
        for one in policies
        if is_at_home(one, into.home)
        and any(_hits(target, "Gateway", into.name, into.thing, section) for target in targets(one))
    ]


def _at_some_listener(policy: Thing, into: Entrance) -> bool:
    """Whether it is for one listener of a Gateway, where nobody knows which a request comes in at."""
    return is_at_home(policy, into.home) and any(
        (one.kind, one.name) == ("Gateway", into.name) and one.section for one in targets(policy)
    )


def _by_expression(policy: Thing) -> bool:
    selectors = (one.selector for one in targets(policy))
    return any(one.get("matchExpressions") is not None for one in selectors if one is not None)


def _hits(target: Target, kind: str, name: str, thing: Thing | None, section: str) -> bool:
    if target.kind != kind:
        return False
    if target.selector is None:
        return target.name == name and target.section == section
    wanted = target.selector.get("matchLabels")
    labels = thing.manifest.labels() if thing is not None else {}
    if section or wanted is None:
        return False
    return all(labels.get(one.name) == one.text for one in wanted.entries())


def is_for(policy: Thing, routes: Sequence[Thing], into: Entrance) -> bool:
    """Whether somebody wrote it for a Gateway or for what is attached there."""
    names = {("HTTPRoute", one.name) for one in routes} | {("Gateway", into.name)}
    return any(one.selector is not None or (one.kind, one.name) in names for one in targets(policy))
