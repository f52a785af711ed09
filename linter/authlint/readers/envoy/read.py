"""From an Envoy configuration, in YAML or JSON, to the model of a gateway.

https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/bootstrap
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from authlint.model.gateway import Gateway, Listener
from authlint.readers.envoy.advice import ADVICE
from authlint.readers.envoy.clusters import clusters
from authlint.readers.envoy.documents import documents
from authlint.readers.envoy.facts import facts
from authlint.readers.envoy.filters import Surroundings
from authlint.readers.envoy.listeners import listeners
from authlint.readers.envoy.older import outdated
from authlint.readers.envoy.parts import Other, parts
from authlint.readers.envoy.proto import text
from authlint.readers.envoy.upstreams import of_cluster
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item


def read(
    path: str, text: str, troubles: list[Trouble], other: Other = lambda path: None
) -> Iterator[Gateway]:
    """The gateways that a file describes; `other` gives the text of a file that it names."""
    for item in documents(path, text, troubles):
        found = gateway(item, other, troubles)
        if found is not None:
            yield found


def gateway(item: Item, other: Other, troubles: list[Trouble]) -> Gateway | None:
    """The model of one document; None where nothing in it serves a request."""
    held = parts(item, other, troubles)
    served = held.of("Listener")
    groups = clusters(held.of("Cluster"))
    secrets = {text(one, "name"): one for one in held.of("Secret")}
    own = {text(one, "name"): of_cluster(one) for one in held.of("Cluster")}
    around = Surroundings(groups, held.dynamic, secrets, held.routes, own)
    found: list[Listener] = [one for part in served for one in listeners(part, around)]
    if not found:
        return None
    said = [*outdated(served), *(fact for part in served for fact in facts(part, around))]
    return Gateway(
        root=item.path,
        listeners=tuple(found),
        upstreams=groups,
        definitions={},
        directory=os.path.dirname(item.path) or ".",
        files=(item.path, *held.files),
        advice=ADVICE,
        facts=tuple(dict.fromkeys(said)),
    )
