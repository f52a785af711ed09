"""From objects to the gateways that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.gateway import Gateway
from authlint.readers.envoy.read import gateway
from authlint.readers.istio.advice import ADVICE
from authlint.readers.istio.lowering import lowered, routed
from authlint.readers.istio.objects import GROUPS, WHOLE, Objects, objects
from authlint.readers.istio.sidecars import Sidecar, behind, sidecars
from authlint.readers.istio.workloads import Workload, workloads
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.worlds import worlds
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import replace


def gateways(manifests: Sequence[Manifest], troubles: list[Trouble]) -> list[Gateway]:
    """The gateways that the objects describe; none where they say too little about one."""
    return [one for together in worlds(manifests, WHOLE) for one in _gateways(together, troubles)]


def _gateways(manifests: Sequence[Manifest], troubles: list[Trouble]) -> list[Gateway]:
    files = dict.fromkeys(one.path for one in manifests if one.kind in GROUPS)
    services = _services(manifests)

    def read(item: Item) -> Gateway | None:
        found = gateway(item, lambda path: None, troubles)
        return _told(found, [*files]) if found is not None else None

    made: list[Gateway] = []
    known = objects(manifests)
    for one, item, further in _written(known, services):
        found = read(item)
        if found is not None:
            made.append(replace(found, beyond=sidecars(further, read), taken=one.taken))
    return made


def written_for(manifests: Sequence[Manifest]) -> Iterator[tuple[Item, list[Sidecar]]]:
    """What the control plane gives the proxies of gateways, a bootstrap for each set of them, and sidecars behind."""
    for together in worlds(manifests, WHOLE):
        for _, item, further in _written(objects(together), _services(together)):
            yield item, further


def _services(manifests: Sequence[Manifest]) -> list[Manifest]:
    return [one for one in manifests if one.kind == "Service" and one.namespaced]


def _written(known: Objects, services: Sequence[Manifest]) -> Iterator[tuple[Workload, Item, list[Sidecar]]]:
    for one in workloads(known) if not known.hidden else ():
        further = [*behind(known, routed(known, one), services)]
        item = lowered(known, one, leads_on=bool(further))
        if item is not None:
            yield one, item, further


def destinations(manifests: Sequence[Manifest]) -> set[str]:
    """The names of Services to which routes lead."""
    return {
        dst.text_at("destination", "host").partition(".")[0]
        for one in objects(manifests).of("VirtualService")
        for route in one.listed("http")
        for dst in _listed(route, "route")
    }


def _listed(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return found.items() if found is not None else []


def _told(found: Gateway, files: list[str]) -> Gateway:
    # Facts would speak of Envoy's own words.
    return replace(found, advice=ADVICE, facts=(), files=tuple(dict.fromkeys((found.root, *files))))
