"""From objects to the gateways that are made of them.

The objects are lowered to the configuration that Envoy Gateway (1.5 to 1.9, read in its sources) gives Envoy, with the
places of the objects; what that does Envoy's reader knows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from authlint.model.gateway import Gateway
from authlint.readers.envoy.read import gateway
from authlint.readers.gateway_api.advice import ADVICE
from authlint.readers.gateway_api.lowering import Made, lowered
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.trouble import Trouble
from authlint.record import replace


def gateways(manifests: Sequence[Manifest], troubles: list[Trouble]) -> list[Gateway]:
    """The gateways that the objects describe; none where they say too little about one."""
    return [found for made in lowered(manifests) for found in _read(made, troubles)]


def _read(made: Made, troubles: list[Trouble]) -> Iterator[Gateway]:
    found = gateway(made.item, lambda path: None, troubles)
    if found is not None:
        yield replace(
            found,
            root=made.files[0],
            files=made.files,
            directory=os.path.dirname(made.files[0]) or ".",
            advice=ADVICE,
            # Envoy's own speak of its words.
            facts=made.facts,
            taken=made.taken,
        )
