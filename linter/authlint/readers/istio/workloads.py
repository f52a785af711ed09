"""Which proxies the objects speak of: the workload that a Gateway selects, and the policies that surely select it.

https://istio.io/latest/docs/reference/config/networking/gateway/ (selector), and
https://istio.io/latest/docs/reference/config/security/authorization-policy/ (a policy is for the workloads of its
namespace that have the labels; in the root namespace for those of all namespaces).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from authlint.expression import expression
from authlint.readers.istio.objects import Object, Objects, texts
from authlint.readers.yaml.tree import Item
from authlint.record import record

Reach = Literal["yes", "no", "unsure"]
# Labels that the installed gateways have together
# (https://github.com/istio/istio/tree/master/manifests/charts/gateway, gateways/istio-ingress).
USUAL = (
    {"istio": "ingressgateway", "app": "istio-ingressgateway"},
    {"istio": "ingress", "app": "istio-ingress"},
    {"istio": "gateway", "app": "istio-gateway"},
)
FOR_GATEWAYS = expression(r"(?i)istio|ingress|gateway")
INTERNAL = ("mesh",)


@record
class Workload:
    """One set of proxies. `labels` are those that it is known to have; `gateways` are empty where their objects are
    not in the project, `named` is then what the routes call one of them; where there are no routes either `hosts` are
    those that a policy is about."""

    labels: dict[str, str]
    gateways: tuple[Object, ...]
    named: str = ""
    hosts: tuple[Item, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """What is taken for granted about it."""
        if self.gateways:
            return ()
        if not self.labels:
            return (
                f"the Gateway {self.named}, which is not in the project, has no policies but those that are",
            )
        shown = f"istio={self.labels['istio']}"
        if self.hosts:
            names = ", ".join(one.text for one in self.hosts)
            return (f"the pods with {shown} serve {names}, of which a policy for them speaks, over TLS",)
        return (f"the Gateway {self.named}, which is not in the project, is for the pods with {shown}",)

    @property
    def namespaces(self) -> set[str]:
        return {one.namespace for one in self.gateways}


def workloads(known: Objects) -> Iterator[Workload]:
    """The workloads of all Gateway objects; and, of gateways that only routes name, the usual one."""
    found: dict[tuple[tuple[str, str], ...], list[Object]] = {}
    for one in known.of("Gateway"):
        labels = one.labels("selector")
        if labels and not one.unsure:
            found.setdefault(tuple(sorted(labels.items())), []).append(one)
    for pairs, several in found.items():
        yield Workload(_completed(dict(pairs)), tuple(several))
    if not known.of("Gateway"):
        yield from _supposed(known)


def _completed(labels: dict[str, str]) -> dict[str, str]:
    for usual in USUAL:
        if labels.items() <= usual.items():
            return usual
    return labels


def _supposed(known: Objects) -> Iterator[Workload]:
    """The usual workload, where policies select it and all routes that are for a gateway are for the same one; where
    none selects it one for each gateway that routes name."""
    selecting = known.of("RequestAuthentication", "AuthorizationPolicy", "EnvoyFilter")
    chosen = [
        usual for usual in USUAL if any(labels_of(one) and _selects(one, usual) == "yes" for one in selecting)
    ]
    names = {full for one in known.of("VirtualService") for full in bound(one)}
    if len(chosen) == 1 and len(names) == 1:
        yield Workload(chosen[0], (), names.pop())
    elif not chosen:
        yield from (Workload({}, (), name) for name in sorted(names))
    elif len(chosen) == 1 and not known.of("VirtualService"):
        hosts = tuple(_asked_about(known, chosen[0]))
        if hosts:
            yield Workload(chosen[0], (), hosts=hosts)


def _asked_about(known: Objects, labels: dict[str, str]) -> Iterator[Item]:
    """The hosts about which a service is asked: somebody serves them."""
    seen: set[str] = set()
    for one in known.of("AuthorizationPolicy"):
        custom = one.at("action")
        if custom is None or custom.text != "CUSTOM" or _selects(one, labels) != "yes" or not labels_of(one):
            continue
        for rule in one.listed("rules"):
            for part in texts(rule, "to"):
                for host in texts(part, "operation", "hosts"):
                    if "*" not in host.text and host.text not in seen:
                        seen.add(host.text)
                        yield host


def bound(service: Object) -> list[str]:
    """The gateways that a VirtualService names, each as "namespace/name"."""
    names = (one for one in service.words("gateways") if one not in INTERNAL)
    return [qualified(one, service.namespace) for one in names]


def qualified(name: str, namespace: str) -> str:
    """In the namespace of the one who says it, unless it says another
    (https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-gateways)."""
    return name if "/" in name else f"{namespace}/{name}"


def serves(gateway: Object, service: Object) -> bool:
    """Whether a VirtualService is for this Gateway. Objects that say no namespace may be in any."""
    own = gateway.manifest
    for name in (one for one in service.words("gateways") if one not in INTERNAL):
        namespace, _, plain = qualified(name, service.namespace).rpartition("/")
        said = "/" in name or service.manifest.namespaced
        if plain == own.name and (namespace == own.namespace or not said or not own.namespaced):
            return True
    return False


def reach(one: Object, workload: Workload, root: str) -> Reach:
    """Whether an object with a selector is for the workload."""
    if is_attached(one):
        return "no"
    fits = _selects(one, workload.labels)
    if fits == "no" or one.namespace == root:
        return fits
    labels = labels_of(one)
    if not one.manifest.namespaced:
        return fits if labels else "unsure"
    home = bool(FOR_GATEWAYS.search(one.namespace))
    if not labels:
        return _everywhere(one, workload, home)
    own = one.namespace in workload.namespaces and workload.labels not in USUAL
    return fits if home or own else "unsure"


def is_attached(one: Object) -> bool:
    """To a Gateway of the Gateway API, a waypoint or a Service."""
    return one.at("targetRefs") is not None or one.at("targetRef") is not None


def _everywhere(one: Object, workload: Workload, home: bool) -> Reach:
    """A policy for all workloads of a namespace: whether the proxies run there."""
    if one.namespace in workload.namespaces:
        return "unsure"
    return "unsure" if home else "no"


def labels_of(one: Object) -> dict[str, str]:
    return one.labels("selector", "matchLabels") or one.labels("workloadSelector", "labels")


def _selects(one: Object, labels: dict[str, str]) -> Reach:
    wanted = labels_of(one)
    if any(labels.get(name, value) != value for name, value in wanted.items()):
        return "no"
    rest = {name: value for name, value in wanted.items() if name not in labels}
    if not rest:
        return "yes"
    if len(rest) < len(wanted):
        return "unsure"  # some of the labels are its own, and of the others nobody knows
    return "unsure" if any(FOR_GATEWAYS.search(value) for value in rest.values()) else "no"
