"""What objects with a selector make of a proxy's chain of filters: who asks first.

Read in Istio's pilot/pkg/networking/core/listener_builder.go: what a CUSTOM policy asks, then tokens, then policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from authlint.readers.istio.authorization import action, allowing, asking, denying, is_dry
from authlint.readers.istio.filters import unread
from authlint.readers.istio.objects import Object, Objects
from authlint.readers.istio.patching import Insert, inserted
from authlint.readers.istio.tokens import jwt_authn
from authlint.readers.istio.workloads import Reach
from authlint.readers.yaml.tree import Item

SECURITY = ("RequestAuthentication", "AuthorizationPolicy")
CHANGING = ("EnvoyFilter", "WasmPlugin", "TrafficExtension")
# Patches that no request meets.
HARMLESS = ("CLUSTER", "BOOTSTRAP")


def policing(known: Objects, reaches: Callable[[Object], Reach], asked: Item | None = None) -> Iterator[Item]:
    """What may be for the proxy, or may be another's, may do anything. `asked` is what CUSTOM policies make, where
    that is known."""
    tokens: list[Object] = []
    denied: list[Object] = []
    letting: list[Object] = []
    for one in known.of(*SECURITY):
        reached = reaches(one)
        if reached == "no" or (one.kind == "AuthorizationPolicy" and (is_dry(one) or action(one) == "AUDIT")):
            continue
        if reached == "unsure" or one.unsure:
            yield unread(_named(one), one.spec)
        elif one.kind == "RequestAuthentication":
            tokens.append(one)
        elif action(one) == "CUSTOM":
            if asked is None:
                yield unread(_named(one), one.at("action") or one.spec)
        else:
            (denied if action(one) == "DENY" else letting).append(one)
    if asked is not None:
        yield asked
    found = jwt_authn(tokens)
    wanted = next((place for one in (*denied, *letting) if (place := asking(one)) is not None), None)
    if found is not None:
        yield found
    elif wanted is not None:
        yield unread("which tokens a RequestAuthentication that is not in the project takes", wanted)
    yield from denying(denied)
    yield from allowing(letting)


def of_action(known: Objects, reaches: Callable[[Object], Reach], name: str) -> list[Object]:
    """The policies of this action, of those that are for the proxy for sure."""
    found = [one for one in known.of("AuthorizationPolicy") if action(one) == name and not is_dry(one)]
    return [one for one in found if not one.unsure and reaches(one) == "yes"]


def changing(
    known: Objects, reaches: Callable[[Object], Reach], elsewhere: Sequence[str]
) -> tuple[list[Insert], list[Item]]:
    """What is put into the chain of a proxy; and what may change its configuration in any way, or brings code into
    it. Of several that put filters in nobody knows the order. `elsewhere` are contexts of other proxies."""
    inserts: list[Insert] = []
    anything: list[Item] = []
    for one in known.of(*CHANGING):
        patches = one.listed("configPatches")
        if one.kind == "EnvoyFilter" and all(_is_elsewhere(patch, elsewhere) for patch in patches):
            continue
        reached = reaches(one)
        insert = inserted(one) if one.kind == "EnvoyFilter" and reached == "yes" and not one.unsure else None
        if insert is not None:
            inserts.append(insert)
        elif reached != "no":
            anything.append(unread(_named(one), one.spec))
    if len(inserts) > 1:
        return [], [*anything, *(unread("which filter comes first", one.item) for one in inserts)]
    return inserts, anything


def _is_elsewhere(patch: Item, elsewhere: Sequence[str]) -> bool:
    return patch.text_at("applyTo") in HARMLESS or patch.text_at("match", "context") in elsewhere


def _named(one: Object) -> str:
    return f"what the {one.kind} {one.manifest.name} does"
