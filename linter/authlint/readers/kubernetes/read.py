"""From the manifests of a project to the gateway that ingress-nginx makes of them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from authlint.model.gateway import Gateway, Server
from authlint.readers.kubernetes.advice import ADVICE
from authlint.readers.kubernetes.classes import classes, foreign
from authlint.readers.kubernetes.concern import concerned
from authlint.readers.kubernetes.controller import Controller, controller
from authlint.readers.kubernetes.facts import facts
from authlint.readers.kubernetes.hosts import hosts
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.servers import servers
from authlint.readers.kubernetes.solvers import challenge
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import level_of
from authlint.readers.nginx.read import upstreams
from authlint.readers.nginx.servers import ServerReader
from authlint.readers.nginx.uses import variables_read
from authlint.readers.nginx.variables import collect
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.text import Span

# What the controller's last releases (1.12 and later) are built with.
SERVER = Server("nginx", (1, 27, 1), stated=True)
Skipped = tuple[str, Span, str]


def gateways(
    manifests: Sequence[Manifest], troubles: list[Trouble], every_host: bool = True
) -> tuple[list[Gateway], list[Skipped]]:
    """The gateway of every Ingress that is ingress-nginx's, and the others with their controllers' names.

    Hosts about which there is nothing to find are left out of it unless `every_host`.
    """
    known = classes(manifests)
    ours: list[Manifest] = []
    skipped: list[Skipped] = []
    for one in manifests:
        if one.kind != "Ingress" or one.group not in ("networking.k8s.io", "extensions"):
            continue
        other = foreign(one, known)
        if other:
            skipped.append((one.path, one.span, other))
        else:
            ours.append(one)
    if not ours:
        return [], skipped
    settings = controller(manifests)
    nodes = lowered(ours, settings, manifests, troubles, every_host)
    return [_gateway(ours, nodes, settings, manifests)], skipped


def lowered(
    ingresses: Sequence[Manifest],
    settings: Controller,
    manifests: Sequence[Manifest],
    troubles: list[Trouble],
    every_host: bool = True,
) -> tuple[Node, ...]:
    """The http block that the controller writes, of `every_host` or of those that concern authlint."""
    maps: dict[tuple[str, str], Item] = {}
    for one in manifests:
        data = one.item.get("data")
        if one.kind == "ConfigMap" and data is not None:
            maps.setdefault((one.namespace, one.name), data)
    found = hosts(ingresses)
    for host in found.values():
        solver = challenge(host, settings)
        if solver is not None:
            host.paths.append(solver)
    return servers(found if every_host else concerned(found, settings), settings, maps, troubles)


def _gateway(
    ingresses: Sequence[Manifest],
    nodes: tuple[Node, ...],
    settings: Controller,
    manifests: Sequence[Manifest],
) -> Gateway:
    names = collect(nodes, SERVER)
    http = level_of("http", None, nodes, None, names)
    files = dict.fromkeys(one.path for one in ingresses)
    if settings.config is not None:
        files[settings.config.path] = None
    first = ingresses[0].path
    return Gateway(
        root=first,
        listeners=ServerReader().listeners(http),
        upstreams=upstreams(http.own("upstream")),
        definitions=names.definitions,
        reads=variables_read(nodes),
        directory=os.path.dirname(first) or ".",
        files=tuple(files),
        advice=ADVICE,
        server=SERVER,
        facts=tuple(dict.fromkeys(facts(ingresses, settings, manifests))),
    )
