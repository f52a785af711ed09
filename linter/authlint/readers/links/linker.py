"""From the address of a Service to the gateway behind it: the Service's selector, the workload's pods, the ConfigMap
that one of their containers mounts (https://kubernetes.io/docs/concepts/services-networking/service/)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from authlint.model.beyond import Behind, Link, Probed
from authlint.model.gateway import Gateway
from authlint.model.unknown import Unknown
from authlint.readers.library import Library
from authlint.readers.links.files import Files
from authlint.readers.links.held import ConfigMaps
from authlint.readers.links.mounts import Mounted, mounted, started
from authlint.readers.links.probes import number_of, probes
from authlint.readers.links.things import WORKLOADS, Thing, Things, texts, the_one
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.tree import Item
from authlint.record import field, mutable, record, replace
from authlint.text import Span

OUTSIDE = ("LoadBalancer", "NodePort")
CLUSTER = (".svc.cluster.local", ".svc")


@record
class Port:
    """A port of a Service: where requests to it go, and the place that says so."""

    target: str  # a number, or the name of a container's port
    link: Link


@record
class Address:
    service: str
    namespace: str  # empty where the address does not say it
    port: str


def address_of(text: str, tls: bool) -> Address | None:
    """`name[.namespace[.svc...]][:port]`, as pods name a Service; None for anything else."""
    host, colon, port = text.lower().rpartition(":")
    if not colon:
        host, port = text.lower(), "443" if tls else "80"
    host = host.rstrip(".")
    for end in CLUSTER:
        host = host.removesuffix(end)
    name, _, namespace = host.partition(".")
    return None if "." in namespace or not name or name.isdigit() else Address(name, namespace, port)


class Cluster:
    """The objects of a project, and the gateways among its workloads."""

    def __init__(self, things: Things, library: Library) -> None:
        self.things = things
        self.maps = ConfigMaps(things, library, Files(library))

    @cached_property
    def files(self) -> frozenset[str]:
        """Those in which ConfigMaps hold gateways."""
        return frozenset(self.maps.files())

    @cached_property
    def names(self) -> frozenset[str]:
        """The Services behind which a gateway may stand."""
        found: set[str] = set()
        for workload in self._mounting():
            for service in self.things.of(("Service",), workload.labels.values()):
                if selects(service, workload):
                    found.add(service.name)
        return frozenset(found)

    def _mounting(self) -> Iterator[Thing]:
        names = {one.name for one in self.maps.all}
        for workload in self.things.of(WORKLOADS, names) if names else ():
            pod = workload.pod
            if pod is not None and any(self._files(workload, pod)):
                yield workload

    def _files(self, workload: Thing, pod: Item) -> Iterator[tuple[Item, list[Mounted]]]:
        keys = self.maps.keys(workload)
        listed = pod.get("containers")
        for container in listed.items() if listed is not None else ():
            files = list(mounted(pod, container, keys))
            if files:
                yield container, files

    def probed(self) -> Iterator[tuple[frozenset[Span], tuple[Probed, ...]]]:
        """The places where gateways of workloads listen, and how these workloads are probed there."""
        for workload in self._mounting():
            pod = workload.pod
            sent = tuple(probes(workload))
            for container, files in self._files(workload, pod) if pod is not None and sent else ():
                chosen, whole = started(files, container)
                read = self.maps.gateway(workload, chosen)
                if read is not None and (whole or not any(one.alone for one in chosen)):
                    ports = {one.port for one in read.listeners}
                    here = tuple(one for one in sent if one.port in ports)
                    yield frozenset(one.span for one in read.listeners), here

    def behind(self, address: Address, home: str, near: str) -> Behind | Unknown | None:
        """The gateway at an address, as it is named by one that lives in the namespace `home` and in the file
        `near`."""
        name = address.service
        same = [one for one in self.things.of(("Service",), (name,)) if one.name == name]
        wanted = address.namespace or home
        named = [one for one in same if (one.namespace or "default") == wanted] if wanted else same
        if not named:
            where = f"no Service {name} in the repository says that it is in the namespace {wanted}"
            return Unknown(where) if same else None
        service = the_one(named, near)
        if service is None:
            return Unknown(f"several objects in the repository are called the Service {name}")
        port = port_of(service, address.port)
        return port if port is None or isinstance(port, Unknown) else self._served(service, port)

    def _served(self, service: Thing, port: Port) -> Behind | Unknown | None:
        selector = texts(service.item.at("spec", "selector"))
        found = [one for one in self.things.of(WORKLOADS, selector.values()) if selects(service, one)]
        if not found:
            return Unknown(
                f"no workload in the repository has the labels that the Service {service.name} selects"
            )
        workload = the_one(found, service.path)
        if workload is None:
            return Unknown(f"several workloads have the labels that the Service {service.name} selects")
        pod = workload.pod
        gateways = list(self._gateways(service, workload, pod, port)) if pod is not None else []
        unknown = next((one for one in gateways if isinstance(one, Unknown)), None)
        if unknown is not None:
            return unknown
        if len(gateways) > 1:
            return Unknown(
                f"several containers of {workload.name} listen on the port that {service.name} leads to"
            )
        return gateways[0] if gateways else None

    def _gateways(self, service: Thing, workload: Thing, pod: Item, port: Port) -> Iterator[Behind | Unknown]:
        for container, files in self._files(workload, pod):
            number = number_of(container, port.target)
            chosen, whole = started(files, container)
            if number is None:
                continue
            if not chosen:
                where = files[0]
                yield Unknown(
                    f"{workload.name} finds {where.config_map} at {where.path}, where it is not known to be read"
                )
                continue
            read = self.maps.gateway(workload, chosen)
            if read is None or not any(one.port == number for one in read.listeners):
                continue
            if not whole and number == 80 and any(one.alone for one in chosen):
                yield Unknown(
                    f"the image of {workload.name} may have a server of its own beside {chosen[0].key}"
                )
                continue
            way = (
                port.link,
                Link(workload.span, f"{workload.kind} {workload.name} has the labels that it selects"),
                Link(
                    chosen[0].span,
                    f"its configuration is {chosen[0].key} of the ConfigMap {chosen[0].config_map}",
                ),
            )
            yield Behind(f"{workload.kind} {workload.name}", read, number, way, self._is_exposed(workload))

    def _is_exposed(self, workload: Thing) -> bool:
        """Whether a Service of it can be reached from outside by itself."""
        services = self.things.of(("Service",), workload.labels.values())
        kinds = [one.item.text_at("spec", "type") for one in services if selects(one, workload)]
        return any(kind in OUTSIDE for kind in kinds)


def selects(service: Thing, workload: Thing) -> bool:
    selector = texts(service.item.at("spec", "selector"))
    if (
        not selector
        or service.namespace != workload.namespace
        or any(HOLE in one for one in selector.values())
    ):
        return False
    return all(workload.labels.get(name) == value for name, value in selector.items())


def port_of(service: Thing, wanted: str) -> Port | Unknown | None:
    """The port of a Service, by its number or its name."""
    listed = service.item.at("spec", "ports")
    for one in listed.items() if listed is not None else ():
        number, name = one.text_at("port"), one.text_at("name")
        if wanted not in (number, name):
            continue
        target = one.text_at("targetPort") or number
        if HOLE in target or HOLE in number:
            return Unknown(f"a template says which port of its pods the Service {service.name} leads to")
        if service.item.text_at("spec", "clusterIP") == "None" and target != number:
            return Unknown(
                f"the Service {service.name} has no address of its own: its pods are asked at {wanted}"
            )
        what = f"the Service {service.name} leads from port {number} to {target} of the pods that it selects"
        return Port(target, Link(one.words, what))
    return None


@mutable
class Neighbours:
    """What stands behind one gateway, which lives in the namespace `home` (empty: nobody says); `inside`: it is in the
    cluster for sure, so that short names mean Services."""

    cluster: Cluster
    home: str
    inside: bool
    _known: dict[tuple[str, bool, str], Behind | Unknown | None] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        return self.cluster.names

    def at(self, address: str, tls: bool, near: str) -> Behind | Unknown | None:
        key = (address, tls, near)
        if key not in self._known:
            self._known[key] = self._at(*key)
        return self._known[key]

    def _at(self, address: str, tls: bool, near: str) -> Behind | Unknown | None:
        parts = address_of(address, tls)
        if parts is None or parts.service not in self.names:
            return None
        if not self.inside and ".svc" not in address:
            return None
        found = self.cluster.behind(parts, self.home, near)
        if not isinstance(found, Behind):
            return found
        gateway: Gateway = found.gateway
        beyond = Neighbours(self.cluster, parts.namespace or self.home, True)
        return replace(found, gateway=replace(gateway, beyond=beyond))
