"""Each Gateway with all that is attached to it, as one document of Envoy's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.gateway_api import doors, matches, rules
from authlint.readers.gateway_api.backends import TLS, Clusters
from authlint.readers.gateway_api.doors import Door, Entrance, Reference
from authlint.readers.gateway_api.guards import Guards
from authlint.readers.gateway_api.objects import ENVOY, GATEWAY, Thing, controlled, evident, holes, things
from authlint.readers.gateway_api.targets import in_force
from authlint.readers.kubernetes.manifests import Manifest
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


@entity
class Project:
    """The objects that matter, by what they are."""

    gateways: tuple[Thing, ...]
    foreign: frozenset[str]  # classes of other control planes
    routes: tuple[Thing, ...]
    policies: tuple[Thing, ...]
    others: tuple[Thing, ...]  # that change a gateway in ways which are not read


# Besides a SecurityPolicy: what changes a gateway in ways that are not read.
UNREAD = ("ClientTrafficPolicy", "BackendTrafficPolicy", "EnvoyExtensionPolicy", "EnvoyPatchPolicy")


def lowered(manifests: Sequence[Manifest]) -> Iterator[Made]:
    if not evident(manifests):
        return
    classes = [one for one in manifests if (one.kind, one.group) == ("GatewayClass", GATEWAY)]
    project = Project(
        tuple(things(manifests, GATEWAY, "Gateway")),
        frozenset(one.name for one in classes if not controlled(one)),
        tuple(things(manifests, GATEWAY, "HTTPRoute")),
        tuple(things(manifests, ENVOY, "SecurityPolicy")),
        tuple(one for kind in UNREAD for one in things(manifests, ENVOY, kind)),
    )
    for into, attached in _entrances(project):
        made = _made(into, attached, project)
        if made is not None:
            yield made


def _entrances(project: Project) -> Iterator[tuple[Entrance, list[Reference]]]:
    """The Gateways that are referred to, with what refers to them."""
    found: dict[tuple[str, str], list[Reference]] = {}
    for route in project.routes:
        for one in doors.references(route):
            found.setdefault((one.namespace, one.name), []).append(one)
    for (namespace, name), several in found.items():
        own = [one for one in project.gateways if one.name == name and one.namespace == namespace]
        own = own or [one for one in project.gateways if one.name == name]
        if len(own) == 1:
            if own[0].item.text_at("spec", "gatewayClassName") not in project.foreign:
                yield doors.entrance(own[0]), several
        elif not own:
            yield doors.supposed(several), several


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
        for (port, tls), several in sorted(sockets.items())
    ]
    inside = {"listeners": listeners, "clusters": list(clusters.found.values())}
    routes = [one.route for one in attached]
    policies = [one for one in project.policies if any(_concerns(one, route, into) for route in routes)]
    used = [*([into.thing] if into.thing is not None else []), *routes, *policies]
    files = dict.fromkeys(one.manifest.path for one in used)
    item = written(into.item, {"static_resources": inside})
    return Made(item, tuple(files), (into.assumed,) if into.assumed else ())


def _concerns(policy: Thing, route: Thing, into: Entrance) -> bool:
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
        hosts = self._hosts()
        manager: dict[str, Value | None] = {
            "@type": MANAGER,
            "stat_prefix": "http",
            "normalize_path": True,
            "merge_slashes": True,
            "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
            "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
            "use_remote_address": True,
            "route_config": {"name": "routes", "ignore_port_in_host_matching": True, "virtual_hosts": hosts},
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
        """One for each name; requests find the one with the narrowest."""
        found: dict[str, tuple[Item, list[tuple[matches.Precedence, Item]]]] = {}
        seen: set[tuple[str, int]] = set()
        for door, one in self.attached:
            for name in doors.meet(door, one.route):
                text = name.text.lower() if name.kind == "text" else "*"
                if name.masked or (text, id(one.route)) in seen:
                    continue
                seen.add((text, id(one.route)))
                found.setdefault(text, (name, []))[1].extend(self._routes(one.route, door))
        return [_host(text, name, routes) for text, (name, routes) in found.items()]

    def _routes(self, route: Thing, door: Door) -> Iterator[tuple[matches.Precedence, Item]]:
        for rule in route.listed("rules"):
            force = in_force(self.project.policies, route, rule.text_at("name"), self.into, door)
            said = rules.filters(rule)
            own = self.guards.own(force.policy if not force.doubt else None, said.cors, rule)
            for why, source in self._doubts(route, rule, said, force.doubt):
                own |= self.guards.unread(why, source)
            listed = rule.get("matches")
            several: Sequence[Item | None] = listed.items() if listed is not None else []
            for one in several or [None]:
                yield matches.precedence(one), self._route(route, rule, said, one, own)

    def _doubts(
        self, route: Thing, rule: Item, said: rules.Filters, force: str
    ) -> Iterator[tuple[str, Item]]:
        unread = rules.unread_of(rule, said)
        for why in (self.into.doubt, route.doubt, force):
            if why:
                yield why, rule
        if unread is not None:
            yield f"what the filter {unread.text_at('type')} does", unread
        for one in holes(rule.get("matches")):
            yield "what a template writes here", one
        for other in self.project.others:
            yield f"what the {other.manifest.kind} {other.name} changes", other.item

    def _route(
        self, route: Thing, rule: Item, said: rules.Filters, one: Item | None, own: dict[str, Value | None]
    ) -> Item:
        fields: dict[str, Value | None] = {
            "match": matches.match(one, rule),
            **rules.action(rule, said, one, route.namespace, self.clusters),
            **{name: listed for name, listed in said.headers.items() if listed},
            "typed_per_filter_config": own or None,
        }
        return written(one or rule, fields)


def _host(text: str, name: Item, routes: list[tuple[matches.Precedence, Item]]) -> Item:
    ordered = sorted(routes, key=lambda one: one[0], reverse=True)
    domain: Value = name if name.kind == "text" else text
    return written(
        name, {"name": written(name, text), "domains": [domain], "routes": [one for _, one in ordered]}
    )
