"""The configuration that the control plane writes for a workload's proxies, with the places of the objects.

Read in Istio's pilot/pkg/networking/core: gateway.go (servers and hosts) and listener_builder.go (the order of the
filters: what a CUSTOM policy asks, tokens, policies, and CORS behind all of them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.istio.actions import CORS, FAULT, address
from authlint.readers.istio.carving import carved, led_away
from authlint.readers.istio.clusters import cluster_at
from authlint.readers.istio.custom import Asked, asked
from authlint.readers.istio.filters import TYPES, filter_of
from authlint.readers.istio.hosts import virtual_hosts
from authlint.readers.istio.objects import Object, Objects
from authlint.readers.istio.patching import Insert, clusters, placed
from authlint.readers.istio.places import with_places
from authlint.readers.istio.policing import changing, of_action, policing
from authlint.readers.istio.routes import Port
from authlint.readers.istio.workloads import Reach, Workload, bound, reach, serves
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
PLAIN = ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")
ENDING = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL")  # modes in which TLS ends at the gateway
TLS: Value = {"name": "envoy.transport_sockets.tls"}
APPLICATION, ANOTHER = "the application behind the gateway", "another application behind the gateway"
BEHIND = ("SIDECAR_INBOUND", "SIDECAR_OUTBOUND")  # where an EnvoyFilter is for other proxies than a gateway's


def lowered(known: Objects, workload: Workload, *, leads_on: bool = False) -> Item | None:
    """A bootstrap; None where it serves nothing, or says nothing about credentials and other origins. `leads_on`: there
    is somebody behind it who does."""

    def reaches(one: Object) -> Reach:
        return reach(one, workload, known.root)

    inserts, filters = changing(known, reaches, BEHIND)
    servers = list(_servers(known, workload))
    service = _ask(servers, of_action(known, reaches, "CUSTOM"), known)
    filters += policing(known, reaches, service.filter if service is not None else None)
    for one in servers:
        one.hosts = led_away(one.hosts, ANOTHER) if workload.hosts else one.hosts
        one.hosts = with_places(one.hosts, filters, of_action(known, reaches, "ALLOW"))
    listeners = [made for port in _ports(servers) for made in _listener(port, filters, inserts)]
    services = routed(known, workload)
    hosts = [host for one in servers for host in one.hosts]
    if not listeners or not (
        leads_on or filters or inserts or any(True for host in hosts for _ in _spoken_of(host))
    ):
        return None
    place = servers[0].place
    named = [*_clusters(services), *clusters(inserts), *([service.cluster] if service is not None else [])]
    for host in workload.hosts[:1]:
        named += [cluster_at(host, APPLICATION, "application:80"), cluster_at(host, ANOTHER, "another:80")]
    known_clusters = {one.text_at("name"): one for one in reversed(named)}
    resources: Value = {"listeners": listeners, "clusters": list(known_clusters.values())}
    return written(place, {"static_resources": resources})


def _ask(servers: Sequence[Server], policies: Sequence[Object], known: Objects) -> Asked | None:
    """The service that CUSTOM policies ask about the routes that they mean, where it can be told which."""
    service = asked(policies, known) if policies else None
    parts = [carved(one.hosts, policies) for one in servers]
    if service is None or None in parts:
        return None
    for one, hosts in zip(servers, parts, strict=True):
        one.hosts = hosts or []
    return service


def routed(known: Objects, workload: Workload) -> list[Object]:
    """The VirtualServices that are for any Gateway of the workload."""
    listed = known.of("VirtualService")
    if not workload.gateways:
        return [one for one in listed if workload.named in bound(one)]
    return [one for one in listed if any(serves(gateway, one) for gateway in workload.gateways)]


class Server:
    """A server of a Gateway with its virtual hosts."""

    def __init__(
        self, place: Item, number: int, names: Sequence[str], hosts: list[Item], *, tls: bool
    ) -> None:
        self.place, self.number, self.names, self.hosts, self.tls = place, number, names, hosts, tls


def _ports(servers: Sequence[Server]) -> Iterator[list[Server]]:
    """Servers on one port: plain ones are one, those that end TLS are told apart by the name."""
    found: dict[tuple[int, bool], list[Server]] = {}
    for one in servers:
        if one.hosts:
            found.setdefault((one.number, one.tls), []).append(one)
    # A name is asked for over TLS first.
    yield from sorted(found.values(), key=lambda several: not several[0].tls)


def _servers(known: Objects, workload: Workload) -> Iterator[Server]:
    listed = known.of("VirtualService")
    if workload.hosts:
        hosts = [_somewhere(one) for one in workload.hosts]
        yield Server(workload.hosts[0], 443, (), hosts, tls=True)
    if not workload.gateways:
        services = routed(known, workload)
        for service in services[:1]:
            port = Port(443, True, frozenset((workload.named,)))
            own = written(service.spec, {"hosts": ["*"]})
            yield Server(
                service.spec, 443, (), virtual_hosts(own, service.namespace, services, port), tls=True
            )
    for gateway in workload.gateways:
        services = [one for one in listed if serves(gateway, one)]
        for server in gateway.listed("servers"):
            number = server.text_at("port", "number")
            tls = _ends_tls(server)
            if tls is None or not number.isdecimal():
                continue
            port = Port(int(number), tls, frozenset((f"{gateway.namespace}/{gateway.manifest.name}",)))
            hosts = virtual_hosts(server, gateway.namespace, services, port)
            yield Server(server, port.number, list(_names(server)), hosts, tls=tls)


def _somewhere(host: Item) -> Item:
    """A host of which nothing is known but that it is served."""
    route: Value = {"match": {"prefix": "/"}, "route": {"cluster": APPLICATION}}
    return written(host, {"name": f"{host.text}:443", "domains": [host], "routes": [route]})


def _ends_tls(server: Item) -> bool | None:
    """None for a server that speaks no HTTP, or leaves TLS to those behind it."""
    protocol = server.text_at("port", "protocol").upper()
    if protocol in PLAIN:
        return False
    mode = server.text_at("tls", "mode").upper()
    return True if protocol == "HTTPS" and mode in ENDING else None


def _names(server: Item) -> Iterator[str]:
    listed = server.get("hosts")
    for one in listed.items() if listed is not None else ():
        yield one.text.rpartition("/")[2]


def _listener(servers: list[Server], filters: list[Item], inserts: list[Insert]) -> Iterator[Item]:
    first = servers[0]
    if first.tls:
        chains = [_chain(one, one.hosts, filters, inserts) for one in servers]
    else:
        chains = [_chain(first, _by_name(servers), filters, inserts)]
    socket: Value = {"address": "0.0.0.0", "port_value": first.number}
    yield written(first.place, {"address": {"socket_address": socket}, "filter_chains": chains})


def _by_name(servers: list[Server]) -> list[Item]:
    """Of two hosts with one name the first counts."""
    found: dict[str, Item] = {}
    for one in (host for server in servers for host in server.hosts):
        found.setdefault(one.text_at("name"), one)
    return list(found.values())


def _chain(server: Server, hosts: list[Item], filters: list[Item], inserts: list[Insert]) -> Item:
    names: list[Value] = [one for one in server.names if one != "*"]
    speaking = {name: place for host in hosts for name, place in _spoken_of(host)}
    own = [
        filter_of(name, kind, {}, speaking[name])
        for name, kind in (
            (FAULT, "envoy.extensions.filters.http.fault.v3.HTTPFault"),
            (CORS, "envoy.extensions.filters.http.cors.v3.Cors"),
        )
        if name in speaking
    ]
    router = filter_of(
        "envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", {}, server.place
    )
    manager: Value = {
        "@type": TYPES + MANAGER,
        "stat_prefix": "gateway",
        "normalize_path": True,
        "use_remote_address": True,
        "http_filters": placed([*filters, *own, router], inserts),
        "route_config": {"name": "routes", "ignore_port_in_host_matching": True, "virtual_hosts": hosts},
    }
    connection: Value = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    return written(
        server.place,
        {
            "filter_chain_match": {"server_names": names}
            if server.tls and len(names) == len(server.names) > 0
            else None,
            "transport_socket": TLS if server.tls else None,
            "filters": [connection],
        },
    )


def _spoken_of(host: Item) -> Iterator[tuple[str, Item]]:
    """The filters to which routes say something: others would do nothing."""
    listed = host.get("routes")
    for route in listed.items() if listed is not None else ():
        said = route.get("typed_per_filter_config")
        yield from ((one.name, one) for one in said.entries()) if said is not None else ()


def _clusters(services: Sequence[Object]) -> Iterator[Item]:
    seen: set[str] = set()
    for service in services:
        for route in service.listed("http"):
            listed = route.get("route")
            for dst in listed.items() if listed is not None else ():
                name = address(dst, service.namespace)
                if name not in seen:
                    seen.add(name)
                    yield cluster_at(dst.get("destination") or dst, name, name)
