"""Each Gateway with all that is attached to it, as one document of Envoy's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.fact import Fact
from authlint.readers.gateway_api import doors, hosts, matches, rules, settings
from authlint.readers.gateway_api.backends import TLS, Clusters
from authlint.readers.gateway_api.doors import Door, Entrance, Reference
from authlint.readers.gateway_api.facts import facts
from authlint.readers.gateway_api.guards import Guards
from authlint.readers.gateway_api.hosts import Spot
from authlint.readers.gateway_api.login import secrets
from authlint.readers.gateway_api.objects import (
    ENVOY,
    GATEWAY,
    Thing,
    controlled,
    evident,
    holes,
    is_at_home,
    things,
)
from authlint.readers.gateway_api.targets import at_listener, concerns, in_force, is_for
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.worlds import worlds
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import entity

MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)


@entity
class Made:
    """A document, the files that it is made of, and what is taken for granted about it."""

    item: Item
    files: tuple[str, ...]
    taken: tuple[str, ...]
    facts: tuple[Fact, ...]


@entity
class Project:
    """The objects that matter, by what they are."""

    gateways: tuple[Thing, ...]
    ours: frozenset[str]  # classes of Envoy Gateway's
    foreign: frozenset[str]  # and of other control planes
    routes: tuple[Thing, ...]
    policies: tuple[Thing, ...]
    others: tuple[Thing, ...]  # that change a gateway too
    proxies: tuple[Thing, ...]


# What else changes a gateway; the filters of the last stand behind those that ask for credentials.
BEHIND = "EnvoyExtensionPolicy"
# What an object says that is none that is laid over another.
WHOLE = {
    (ENVOY, "SecurityPolicy"): ("targetRef", "targetRefs", "targetSelectors"),
    (GATEWAY, "HTTPRoute"): ("rules",),
    (GATEWAY, "Gateway"): ("listeners",),
}
OTHERS = ("ClientTrafficPolicy", "BackendTrafficPolicy", "EnvoyPatchPolicy", BEHIND)


def lowered(manifests: Sequence[Manifest]) -> Iterator[Made]:
    if evident(manifests):
        for together in worlds(manifests, WHOLE):
            yield from _lowered(together)


def _lowered(manifests: Sequence[Manifest]) -> Iterator[Made]:
    classes = [one for one in manifests if (one.kind, one.group) == ("GatewayClass", GATEWAY)]
    project = Project(
        tuple(things(manifests, GATEWAY, "Gateway")),
        frozenset(one.name for one in classes if controlled(one)),
        frozenset(one.name for one in classes if not controlled(one)),
        tuple(things(manifests, GATEWAY, "HTTPRoute")),
        tuple(things(manifests, ENVOY, "SecurityPolicy")),
        tuple(one for kind in OTHERS for one in things(manifests, ENVOY, kind)),
        tuple(things(manifests, ENVOY, "EnvoyProxy")),
    )
    for into, attached in _entrances(project):
        made = _made(into, attached, project) if _is_meant(into, attached, project) else None
        if made is not None:
            yield made


def _entrances(project: Project) -> Iterator[tuple[Entrance, list[Reference]]]:
    """The Gateways that are referred to, with what refers to them."""
    found: dict[tuple[str, str], tuple[Thing | None, list[Reference]]] = {}
    for one in (reference for route in project.routes for reference in doors.references(route)):
        named = [
            thing for thing in project.gateways if thing.name == one.name and is_at_home(thing, one.home)
        ]
        own = [thing for thing in named if thing.home == one.home] or named
        if len(own) < 2:
            thing = own[0] if own else None
            key = (thing.namespace if thing is not None else one.namespace, one.name)
            found.setdefault(key, (thing, []))[1].append(one)
    for thing, several in found.values():
        yield doors.entrance(thing) if thing is not None else doors.supposed(several), several


def _is_meant(into: Entrance, attached: Sequence[Reference], project: Project) -> bool:
    """Whether it is Envoy Gateway that serves a Gateway: by its class, else by a policy that is for it."""
    named = into.thing.item.text_at("spec", "gatewayClassName") if into.thing is not None else ""
    if named in project.ours or named in project.foreign:
        return named in project.ours
    routes = [one.route for one in attached]
    return (
        named == "eg"
        or "envoy" in named.lower()
        or any(is_for(one, routes, into) for one in (*project.policies, *project.others))
    )


def _made(into: Entrance, attached: Sequence[Reference], project: Project) -> Made | None:
    clusters = Clusters()
    sockets: dict[tuple[int, bool], list[tuple[Door, Reference]]] = {}
    for one in attached:
        for door in doors.opened(one, into):
            sockets.setdefault((door.port, door.tls), []).append((door, one))
    if not sockets:
        return None
    listeners = [
        Listening(port, tls, several, into, project, clusters).item()
        for (port, tls), several in sorted(sockets.items(), key=lambda one: (not one[0][1], one[0][0]))
    ]
    inside: Value = {
        "listeners": listeners,
        "clusters": list(clusters.found.values()),
        "secrets": secrets(),
    }
    routes = [one.route for one in attached]
    policies = [one for one in project.policies if any(_counts(one, route, into) for route in routes)]
    others = (one for one in (*project.others, *project.policies) if one not in policies)
    policies += [
        one for one in others if any(concerns(one, route, "", into, into.doors[0]) for route in routes)
    ]
    used = [*([into.thing] if into.thing is not None else []), *routes, *policies]
    files = dict.fromkeys(one.manifest.path for one in used)
    item = written(into.item, {"static_resources": inside})
    said = tuple(
        dict.fromkeys(
            facts(project.policies, list(dict.fromkeys(routes)), into, (*project.routes, *project.gateways))
        )
    )
    return Made(item, tuple(files), (into.assumed,) if into.assumed else (), said)


def _counts(policy: Thing, route: Thing, into: Entrance) -> bool:
    force = (
        in_force([policy], route, rule.text_at("name"), into, door)
        for rule in (route.listed("rules") or [route.item])
        for door in into.doors
    )
    return any(one.policy is not None or one.doubt for one in force)


class Listening:
    """One socket: all listeners of a Gateway with this port share their filters and their virtual hosts."""

    def __init__(
        self,
        port: int,
        tls: bool,
        attached: Sequence[tuple[Door, Reference]],
        into: Entrance,
        project: Project,
        clusters: Clusters,
    ) -> None:
        self.port, self.tls, self.attached = port, tls, attached
        self.into, self.project, self.clusters = into, project, clusters
        self.guards = Guards(clusters)
        self.source = attached[0][0].item

    def item(self) -> Item:
        manager: dict[str, Value | None] = {
            "@type": MANAGER,
            "stat_prefix": "http",
            **settings.taken_in(self._client()),
            "route_config": {
                "name": "routes",
                "ignore_port_in_host_matching": True,
                "virtual_hosts": self._hosts(),
            },
            "http_filters": list(self.guards.chain(self.source)),
        }
        chain: dict[str, Value | None] = {
            "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}],
            "transport_socket": TLS if self.tls else None,
        }
        socket: Value = {"socket_address": {"address": "0.0.0.0", "port_value": self.port}}
        return written(
            self.source,
            {"name": f"{self.port}", "address": socket, "filter_chains": [written(self.source, chain)]},
        )

    def _hosts(self) -> list[Value]:
        found: list[Value] = []
        for text, (name, several) in hosts.named(self.attached, self.into).items():
            equal = hosts.contested(several)
            unsure = next((spot.route.doubt for spot in several if spot.route.doubt), "")
            routes: list[Value] = []
            for spot in several:
                why = unsure or (hosts.EQUAL if id(spot) in equal else "")
                routes += self._routes(spot, why)
            domain: Value = name if name.kind == "text" else text
            host: dict[str, Value | None] = {
                "name": written(name, text),
                "domains": [domain],
                "routes": routes,
            }
            found.append(written(name, host))
        return found

    def _routes(self, spot: Spot, why: str) -> Iterator[Item]:
        route, rule, door = spot.route, spot.rule, spot.door
        force = in_force(self.project.policies, route, rule.text_at("name"), self.into, door)
        said = rules.filters(rule)
        own = self.guards.own(force.policy if not force.doubt else None, said.cors, rule)
        if force.policy is not None and force.behind is not None and not force.doubt:
            own |= self.guards.replaced(force.policy, force.behind)
        for reason, source in self._doubts(spot, said, why or force.doubt):
            own |= self.guards.unread(reason, source)
        for other in self._others(spot):
            if other.manifest.kind == BEHIND:
                reason = f"what the {BEHIND} {other.name} does"
                own |= self.guards.unread(reason, other.item, behind=True)
        fields: dict[str, Value | None] = {
            "match": matches.match(spot.match, rule),
            **rules.action(rule, said, spot.match, route.namespace, self.clusters),
            **{name: listed for name, listed in said.headers.items() if listed},
            "typed_per_filter_config": own or None,
        }
        if said.cors is not None and spot.match is not None and spot.method not in ("", "OPTIONS"):
            yield written(spot.match, {**fields, "match": matches.preflight(spot.match)})
        yield written(spot.match or rule, fields)

    def _others(self, spot: Spot) -> list[Thing]:
        name = spot.rule.text_at("name")
        return [one for one in self.project.others if concerns(one, spot.route, name, self.into, spot.door)]

    def _client(self) -> Thing | None:
        """The ClientTrafficPolicy for this socket: for its listener, else for the Gateway."""
        listed = [one for one in self.project.others if one.manifest.kind == "ClientTrafficPolicy"]
        found = [one for door, _ in self.attached for one in at_listener(listed, self.into, door.name)]
        found = found or at_listener(listed, self.into, "")
        return found[0] if len({id(one) for one in found}) == 1 else None

    def _doubts(self, spot: Spot, said: rules.Filters, besides: str) -> Iterator[tuple[str, Item]]:
        unread = rules.unread_of(spot.rule, said)
        for why in (self.into.doubt, besides):
            if why:
                yield why, spot.rule
        if unread is not None:
            yield f"what the filter {unread.text_at('type')} does", unread
        for one in holes(spot.match):
            yield "what a template writes here", one
        for other in self._others(spot):
            if other.manifest.kind != BEHIND:
                yield from settings.unread(other)
        for proxy in self.project.proxies:
            if proxy.spec("filterOrder") is not None:
                yield "in which order filters stand", proxy.item
            if proxy.item.text_at("spec", "preserveRouteOrder") == "true":
                yield "in which order routes are tried", proxy.item
