"""From an Envoy bootstrap, in YAML or JSON, to the model of a gateway.

https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/bootstrap
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from authlint.model.gateway import Gateway, Listener
from authlint.readers.envoy.advice import ADVICE
from authlint.readers.envoy.clusters import clusters
from authlint.readers.envoy.facts import facts
from authlint.readers.envoy.filters import Surroundings
from authlint.readers.envoy.listeners import listeners
from authlint.readers.envoy.proto import field, fields, message, text
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.compose import Broken, document, pieces
from authlint.readers.yaml.tree import Item


def read(path: str, text: str, troubles: list[Trouble]) -> Gateway | None:
    """The gateway that the first bootstrap in a file describes; None where there is none."""
    for piece in pieces(text):
        item = document(path, piece)
        if isinstance(item, Broken):
            kind = "template-skipped" if item.template else "syntax-error"
            troubles.append(Trouble(kind, item.message, item.span))
        elif item is not None:
            found = gateway(item)
            if found is not None:
                return found
    return None


def gateway(item: Item) -> Gateway | None:
    """The model of a bootstrap, or of a file of discovered resources; None for any other document."""
    served = list(_resources(item, "listeners", "Listener"))
    if not served:
        return None
    groups = clusters(list(_resources(item, "clusters", "Cluster")))
    secrets = {text(one, "name"): one for one in _resources(item, "secrets", "Secret")}
    around = Surroundings(groups, _is_dynamic(item), secrets)
    found: list[Listener] = [one for part in served for one in listeners(part, around)]
    if not found:
        return None
    return Gateway(
        root=item.path,
        listeners=tuple(found),
        upstreams=groups,
        definitions={},
        directory=os.path.dirname(item.path) or ".",
        files=(item.path,),
        advice=ADVICE,
        facts=tuple(dict.fromkeys(fact for part in served for fact in facts(part, around))),
    )


def _resources(item: Item, name: str, kind: str) -> Iterator[Item]:
    yield from fields(item, "static_resources", name)
    for one in fields(item, "resources"):
        if message(one)[1] == kind:
            yield one


def _is_dynamic(item: Item) -> bool:
    """Whether clusters may come from a control plane, or from another file."""
    if field(item, "resources") is not None:
        return True
    return any(field(item, "dynamic_resources", name) is not None for name in ("cds_config", "ads_config"))
