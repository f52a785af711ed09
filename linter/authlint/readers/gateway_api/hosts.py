"""Virtual hosts: the names under which routes are served, and which route is tried before which.

https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule : of two matches that are equal the older object's counts,
and the files do not say which that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from authlint.readers.gateway_api import doors, matches
from authlint.readers.gateway_api.doors import Door, Entrance, Reference
from authlint.readers.gateway_api.objects import Thing
from authlint.readers.yaml.tree import Item
from authlint.record import entity

EQUAL = "which of two routes with this match is older, and taken"
Named = Mapping[str, tuple[Item, "list[Spot]"]]


@entity
class Spot:
    """One match of a rule, and the listener at which its requests come in."""

    route: Thing
    rule: Item
    match: Item | None
    door: Door

    @property
    def method(self) -> str:
        return self.match.text_at("method") if self.match is not None else ""

    @property
    def order(self) -> matches.Precedence:
        return matches.precedence(self.match)


def named(attached: Sequence[tuple[Door, Reference]], into: Entrance) -> Named:
    """By names in lower case: the name as it is written, and what is served under it, the first to be tried first."""
    found: dict[str, tuple[Item, list[Spot]]] = {}
    seen: set[tuple[str, int]] = set()
    for door, one in attached:
        for name in doors.meet(door, one.route):
            text = name.text.lower() if name.kind == "text" else "*"
            if name.masked or (one.route.listed("hostnames") and _is_of_another(text, door, into)):
                continue
            if (text, id(one.route)) not in seen:
                seen.add((text, id(one.route)))
                found.setdefault(text, (name, []))[1].extend(_spots(one.route, door))
    for _, several in found.values():
        several.sort(key=lambda spot: spot.order, reverse=True)
    return found


def _is_of_another(text: str, door: Door, into: Entrance) -> bool:
    """Whether a second listener of the socket is for this very name: its requests come in there (computeHosts in
    internal/gatewayapi/helpers.go)."""
    others = (one for one in into.doors if one is not door and one.port == door.port)
    return any(one.hostname is not None and one.hostname.text.lower() == text for one in others)


def _spots(route: Thing, door: Door) -> Iterator[Spot]:
    for rule in route.listed("rules"):
        listed = rule.get("matches")
        several: Sequence[Item | None] = listed.items() if listed is not None else []
        for one in several or [None]:
            kind, path = matches.path_of(one)
            # The API takes no other path.
            if path.startswith("/") or kind == "RegularExpression":
                yield Spot(route, rule, one, door)


def contested(several: Sequence[Spot]) -> set[int]:
    """The ids of those of which nobody knows when they are tried."""
    found: set[int] = set()
    ranked: dict[tuple[object, ...], list[Spot]] = {}
    for spot in several:
        ranked.setdefault((matches.path_of(spot.match), spot.order), []).append(spot)
    for equals in ranked.values():
        for one in equals:
            others = (other for other in equals if other.route is not one.route)
            if any(not one.method or not other.method or one.method == other.method for other in others):
                found.add(id(one))
    return found
