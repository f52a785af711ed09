"""From objects to the gateways that are made of them."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.model.gateway import Gateway
from authlint.readers.envoy.read import gateway
from authlint.readers.istio.advice import ADVICE
from authlint.readers.istio.lowering import lowered
from authlint.readers.istio.objects import Objects, objects
from authlint.readers.istio.workloads import Workload, workloads
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.trouble import Trouble
from authlint.record import replace


def gateways(manifests: Sequence[Manifest], troubles: list[Trouble]) -> list[Gateway]:
    """The gateways that the objects describe; none where they say too little about one."""
    known = objects(manifests)
    if known.hidden:
        return []
    made = (_gateway(known, one, troubles) for one in workloads(known))
    return [one for one in made if one is not None]


def _gateway(known: Objects, workload: Workload, troubles: list[Trouble]) -> Gateway | None:
    item = lowered(known, workload)
    found = gateway(item, lambda path: None, troubles) if item is not None else None
    if found is None:
        return None
    files = dict.fromkeys((found.root, *(one.manifest.path for one in known.found)))
    return replace(found, advice=ADVICE, facts=(), files=tuple(files))
