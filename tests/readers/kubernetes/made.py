"""Ingress objects for tests, and what the controller makes of them, as lines of an nginx.conf."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.real.lowered import written

from authlint.model.gateway import Gateway
from authlint.readers.kubernetes.manifests import Manifest, objects
from authlint.readers.kubernetes.read import gateways, lowered
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble

PREFIX = "nginx.ingress.kubernetes.io/"
SNIPPETS = {"allow-snippet-annotations": "true", "annotations-risk-level": "Critical"}
Path = tuple[str, str]


def ingress(
    annotations: Mapping[str, str] | None = None,
    *paths: Path,
    host: str = "app.example.com",
    name: str = "app",
    namespace: str = "apps",
    tls: bool = False,
) -> str:
    """One Ingress as a YAML document; paths are pairs of path and pathType."""
    notes = "".join(f"    {PREFIX}{key}: {json.dumps(value)}\n" for key, value in (annotations or {}).items())
    head = f"metadata:\n  name: {name}\n  namespace: {namespace}\n" + (
        "  annotations:\n" + notes if notes else ""
    )
    rules = "".join(
        f"      - path: {path}\n        pathType: {kind}\n        backend:\n          service:\n"
        f"            name: {name}\n            port:\n              number: 80\n"
        for path, kind in paths or (("/", "Prefix"),)
    )
    secure = f"  tls:\n  - hosts: [{host}]\n" if tls else ""
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        f"{head}spec:\n  ingressClassName: nginx\n{secure}  rules:\n  - host: {host}\n    http:\n      paths:\n{rules}"
    )


def settings(**data: str) -> str:
    """The controller's ConfigMap; underscores in names stand for hyphens."""
    lines = "".join(f"  {key.replace('_', '-')}: {json.dumps(value)}\n" for key, value in data.items())
    return (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ingress-nginx-controller\n"
        f"  namespace: ingress-nginx\ndata:\n{lines}"
    )


def read(*documents: str) -> list[Manifest]:
    troubles: list[Trouble] = []
    found = objects("ingress.yaml", "---\n".join(documents), troubles)
    assert not troubles
    return found


def nodes(*documents: str) -> tuple[Node, ...]:
    return lowered(read(*documents), [])


def gateway(*documents: str) -> Gateway:
    found, _ = gateways(read(*documents), [])
    return found[0]


def lines(found: tuple[Node, ...] | list[Node]) -> list[str]:
    """Each directive in nginx's writing; what was not read is shown as its reason."""
    shown: list[str] = []
    for node in found:
        if node.gap is not None:
            shown.append(f"? {node.gap.reason}")
        else:
            shown.extend(line.strip() for line in written(node, 0))
    return shown


def server(*documents: str, name: str = "app.example.com") -> list[Node]:
    """What stands in the server of a name."""
    for one in nodes(*documents):
        if one.name == "server" and any(
            child.name == "server_name" and name in [word.text for word in child.args]
            for child in one.children or ()
        ):
            return list(one.children or ())
    raise AssertionError(f"no server {name}")


def locations(*documents: str, name: str = "app.example.com") -> dict[str, list[str]]:
    """The locations of a server in their order, each with its lines."""
    return {
        " ".join(word.text for word in one.args): lines(list(one.children or ()))
        for one in server(*documents, name=name)
        if one.name == "location"
    }


def location(*documents: str, path: str = "/") -> list[str]:
    return locations(*documents)[path]
