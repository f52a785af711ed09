"""From objects to the gateways that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.model.gateway import Gateway
from authlint.readers.envoy.read import gateway
from authlint.readers.istio.advice import ADVICE
from authlint.readers.istio.lowering import lowered
from authlint.readers.istio.objects import GROUPS, objects
from authlint.readers.istio.workloads import workloads
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import replace


def gateways(manifests: Sequence[Manifest], troubles: list[Trouble]) -> list[Gateway]:
    """The gateways that the objects describe; none where they say too little about one."""
    files = dict.fromkeys(one.path for one in manifests if one.kind in GROUPS)
    read = (gateway(item, lambda path: None, troubles) for item in written_for(manifests))
    return [_told(one, [*files]) for one in read if one is not None]


def written_for(manifests: Sequence[Manifest]) -> Iterator[Item]:
    """What the control plane gives the proxies, a bootstrap for each set of them."""
    known = objects(manifests)
    if not known.hidden:
        for one in workloads(known):
            found = lowered(known, one)
            if found is not None:
                yield found


def _told(found: Gateway, files: list[str]) -> Gateway:
    # Facts would speak of Envoy's own words.
    return replace(found, advice=ADVICE, facts=(), files=tuple(dict.fromkeys((found.root, *files))))
