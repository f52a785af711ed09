"""A second proxy behind the gateway's: the sidecar of a workload that has policies of its own about tokens.

https://istio.io/latest/docs/ops/deployment/architecture/ : the request goes from the gateway to the Service that the
route names, and from there through the sidecar of one of the pods that it selects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from authlint.model.beyond import Behind, Link
from authlint.model.gateway import Gateway
from authlint.model.unknown import Unknown
from authlint.readers.istio.actions import address
from authlint.readers.istio.authorization import asking
from authlint.readers.istio.filters import TYPES, filter_of, unread
from authlint.readers.istio.lowering import MANAGER
from authlint.readers.istio.objects import Object, Objects
from authlint.readers.istio.policing import changing, policing
from authlint.readers.istio.workloads import USUAL, Reach, is_attached, labels_of
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import mutable, record, replace

INSIDE = ".svc.cluster.local"
ELSEWHERE = ("GATEWAY", "SIDECAR_OUTBOUND")
# Labels by which people name a workload like the Service in front of it.
NAMING = ("app", "app.kubernetes.io/name", "k8s-app")


@record
class Pods:
    """The pods behind a Service. `link` says how they are known, `taken` what is taken for granted about that."""

    labels: dict[str, str]
    namespace: str
    link: Link
    taken: tuple[str, ...]


@mutable
class Sidecars:
    """The proxies at the addresses that a gateway's routes name, by `host:port`."""

    found: dict[str, Behind]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.partition(".")[0] for one in self.found)

    def at(self, address: str, tls: bool, near: str) -> Behind | Unknown | None:
        return self.found.get(address)


@record
class Sidecar:
    """One, at the address under which routes name it, with what the control plane gives it."""

    where: str
    pods: Pods
    item: Item

    @property
    def port(self) -> int:
        return int(self.where.rpartition(":")[2])

    @property
    def name(self) -> str:
        shown = ", ".join(f"{key}={value}" for key, value in self.pods.labels.items())
        return f"the sidecar of the pods with {shown}"


def sidecars(found: Iterable[Sidecar], read: Callable[[Item], Gateway | None]) -> Sidecars | None:
    """As what stands behind a gateway; None where nothing does."""
    known: dict[str, Behind] = {}
    for one in found:
        gateway = read(one.item)
        if gateway is not None:
            way = (one.pods.link,)
            known[one.where] = Behind(one.name, replace(gateway, taken=one.pods.taken), one.port, way)
    return Sidecars(known) if known else None


def behind(known: Objects, routed: Sequence[Object], services: Sequence[Manifest]) -> Iterator[Sidecar]:
    """The sidecars at the destinations of these VirtualServices that ask for tokens."""
    seen: set[str] = set()
    for service in routed:
        for dst in _destinations(service):
            where = address(dst, service.namespace)
            if where not in seen:
                seen.add(where)
                yield from _at(known, dst, where, services)


def _destinations(service: Object) -> Iterator[Item]:
    for route in service.listed("http"):
        listed = route.get("route")
        yield from listed.items() if listed is not None else ()


def _at(known: Objects, dst: Item, where: str, services: Sequence[Manifest]) -> Iterator[Sidecar]:
    host, _, port = where.rpartition(":")
    name, _, namespace = host.removesuffix(INSIDE).partition(".")
    if not host.endswith(INSIDE) or not namespace or "." in namespace:
        return
    pods = _pods(known, dst, name, namespace, services)
    if pods is not None and _is_about_tokens(known, pods):
        yield Sidecar(where, pods, _lowered(list(_filters(known, pods)), dst, int(port)))


def _filters(known: Objects, pods: Pods) -> Iterator[Item]:
    def reaches(one: Object) -> Reach:
        return _reach(one, pods, known)

    inserts, anything = changing(known, reaches, ELSEWHERE)
    yield from (unread("what an EnvoyFilter puts in", one.item) for one in inserts)
    yield from anything
    yield from policing(known, reaches)


def _pods(known: Objects, dst: Item, name: str, namespace: str, services: Sequence[Manifest]) -> Pods | None:
    """Told by the Service; or by policies of the namespace that name pods like the Service."""
    same = [one for one in services if one.name == name and one.namespace == namespace]
    place = dst.get("destination") or dst
    if same:
        said = [one.at("spec", "selector") for one in same]
        labels = {one.name: one.text for one in said[0].entries()} if said[0] is not None else {}
        link = Link(same[0].span, f"the Service {name} selects the pods")
        return Pods(labels, namespace, link, ()) if labels and len(same) == 1 else None
    for one in known.of("RequestAuthentication", "AuthorizationPolicy"):
        labels = labels_of(one)
        if one.namespace == namespace and len(labels) == 1 and one.manifest.namespaced:
            ((key, value),) = labels.items()
            if key in NAMING and value == name:
                taken = f"the Service {name} leads to the pods with {key}={name}"
                link = Link(place.span, f"requests go on to the Service {name}")
                return Pods(labels, namespace, link, (taken,))
    return None


def _reach(one: Object, pods: Pods, known: Objects) -> Reach:
    fits = _selects(one, pods, known)
    if is_attached(one) or fits == "no" or one.namespace in (pods.namespace, known.root):
        return "no" if is_attached(one) else fits
    return "no" if one.manifest.namespaced else "unsure"


def _selects(one: Object, pods: Pods, known: Objects) -> Reach:
    wanted = labels_of(one)
    if any(pods.labels.get(name, value) != value for name, value in wanted.items()):
        return "no"
    if wanted.items() <= pods.labels.items():
        return "yes"
    gateways = (*USUAL, *(other.labels("selector") for other in known.of("Gateway")))
    return "no" if any(wanted.items() <= one.items() for one in gateways) else "unsure"


def _is_about_tokens(known: Objects, pods: Pods) -> bool:
    """Whether a token is read there, and somebody asks what it says."""
    sure = [one for one in known.found if _reach(one, pods, known) == "yes" and not one.unsure]
    reading = any(one.kind == "RequestAuthentication" for one in sure)
    return reading and any(one.kind == "AuthorizationPolicy" and asking(one) is not None for one in sure)


def _lowered(filters: Sequence[Item], dst: Item, port: int) -> Item:
    """What takes requests for the pod: whatever their host and path are, they go on to the application beside it."""
    place = dst.get("destination") or dst
    router = filter_of(
        "envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", {}, place
    )
    application = f"the application behind port {port}"
    route: Value = {"match": {"prefix": "/"}, "route": {"cluster": application}}
    table: Value = {"virtual_hosts": [{"name": "inbound", "domains": ["*"], "routes": [route]}]}
    manager: Value = {
        "@type": TYPES + MANAGER,
        "stat_prefix": "inbound",
        "normalize_path": True,
        "http_filters": [*filters, router],
        "route_config": table,
    }
    connection: Value = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    socket: Value = {"address": "0.0.0.0", "port_value": port}
    listener: Value = {
        "address": {"socket_address": socket},
        "filter_chains": [{"filters": [connection]}],
    }
    cluster: Value = {"name": application, "connect_timeout": "10s"}
    return written(place, {"static_resources": {"listeners": [listener], "clusters": [cluster]}})
