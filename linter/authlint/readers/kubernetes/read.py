"""From the manifests of a project to the gateway that ingress-nginx makes of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

from authlint.model.fact import Log
from authlint.model.gateway import Gateway, Server
from authlint.readers.kubernetes.advice import ADVICE
from authlint.readers.kubernetes.annotations import PREFIX, SNIPPETS, of
from authlint.readers.kubernetes.classes import classes, foreign
from authlint.readers.kubernetes.concern import concerned
from authlint.readers.kubernetes.controller import controller
from authlint.readers.kubernetes.exempting import exempted
from authlint.readers.kubernetes.facts import facts
from authlint.readers.kubernetes.hosts import hosts
from authlint.readers.kubernetes.locations import World
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.overriding import overridden
from authlint.readers.kubernetes.patches import NONE, Overlays, applied
from authlint.readers.kubernetes.proxies import proxies
from authlint.readers.kubernetes.servers import servers
from authlint.readers.kubernetes.solvers import challenge
from authlint.readers.kubernetes.validation import refused
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import level_of
from authlint.readers.nginx.read import upstreams
from authlint.readers.nginx.servers import ServerReader
from authlint.readers.nginx.uses import variables_read
from authlint.readers.nginx.variables import collect
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import replace
from authlint.text import Span

# What the controller's last releases (1.12 and later) are built with.
NO_SNIPPETS = "the controller leaves snippets out, as it does by default since 1.9"
SERVER = Server("nginx", (1, 27, 1), stated=True)
Skipped = tuple[str, Span, str]


def gateways(
    manifests: Sequence[Manifest],
    troubles: list[Trouble],
    every_host: bool = True,
    overlays: Overlays = NONE,
) -> tuple[list[Gateway], list[Skipped]]:
    """The gateway of every Ingress that is ingress-nginx's, and the others with their controllers' names: one for each
    overlay that changes any.

    Hosts about which there is nothing to find are left out of it unless `every_host`. Then there may be another one,
    without the snippets about which nobody says whether they are allowed.
    """
    found: list[Gateway] = []
    skipped: dict[Skipped, None] = {}
    world = world_of(manifests, troubles)
    written = [one for one in manifests if _is_ingress(one) and not one.from_values]
    for several in (*applied(written, overlays), *_of_values(manifests)):
        ours, others = _sorted(several, manifests)
        skipped.update(dict.fromkeys(others))
        if not ours:
            continue
        found.append(_gateway(ours, _nodes(ours, world, every_host), world))
        if not every_host and world.controller.snippets is None and any(map(_has_snippet, ours)):
            found.append(_without_snippets(ours, world))
    return found, list(skipped)


def _of_values(manifests: Sequence[Manifest]) -> list[list[Manifest]]:
    """The Ingress objects that charts make, by the file of values."""
    found: dict[str, list[Manifest]] = {}
    for one in manifests:
        if one.from_values:
            found.setdefault(one.path, []).append(one)
    return list(found.values())


def _is_ingress(one: Manifest) -> bool:
    return one.kind == "Ingress" and one.group in ("networking.k8s.io", "extensions")


def _without_snippets(ingresses: Sequence[Manifest], world: World) -> Gateway:
    bare = replace(world, controller=replace(world.controller, by_default=True), troubles=[])
    affected = {
        name: host for name, host in hosts(ingresses).items() if any(map(_has_snippet, host.ingresses))
    }
    nodes = servers(affected, bare, ingresses[0].span)
    return replace(_gateway(ingresses, nodes, bare), facts=(), supposing=NO_SNIPPETS)


def _has_snippet(ingress: Manifest) -> bool:
    return any(PREFIX + name in ingress.annotations() for name in SNIPPETS[:3])


def lowered(manifests: Sequence[Manifest], troubles: list[Trouble]) -> tuple[Node, ...]:
    """The http block that the controller writes."""
    written = [one for one in manifests if _is_ingress(one) and not one.from_values]
    several = (*applied(written, NONE), *_of_values(manifests))[0]
    return _nodes(_sorted(several, manifests)[0], world_of(manifests, troubles), True)


def _sorted(
    ingresses: Sequence[Manifest], manifests: Sequence[Manifest]
) -> tuple[list[Manifest], list[Skipped]]:
    """Those that are ingress-nginx's, and those of others."""
    known = classes(manifests)
    ours: list[Manifest] = []
    skipped: list[Skipped] = []
    for one in ingresses:
        other = foreign(one, known)
        if other:
            skipped.append((one.path, one.span, other))
        else:
            ours.append(one)
    return ours, skipped


def world_of(manifests: Sequence[Manifest], troubles: list[Trouble]) -> World:
    maps: dict[tuple[str, str], Item] = {}
    for one in manifests:
        data = one.item.get("data")
        if one.kind == "ConfigMap" and data is not None:
            maps.setdefault((one.namespace, one.name), data)
    secrets = {(one.namespace, one.name): one for one in manifests if one.kind == "Secret"}
    return World(controller(manifests), maps, secrets, proxies(manifests), troubles)


def _nodes(ingresses: Sequence[Manifest], world: World, every_host: bool) -> tuple[Node, ...]:
    """The http block that the controller writes, of `every_host` or of those that concern authlint."""
    taken = [one for one in ingresses if not any(refused(of(one), world.controller))]
    found = hosts(taken)
    for host in found.values():
        solver = challenge(host, world.controller)
        if solver is not None:
            host.paths.append(solver)
    chosen = found if every_host else concerned(found, world.controller)
    return servers(chosen, world, ingresses[0].span)


def _gateway(ingresses: Sequence[Manifest], nodes: tuple[Node, ...], world: World) -> Gateway:
    names = collect(nodes, SERVER)
    http = level_of("http", None, nodes, None, names)
    files = dict.fromkeys(item.path for one in ingresses for item in (one.item, *one.patches))
    settings = world.controller
    if settings.config is not None:
        files[settings.config.path] = None
    log = settings.item("log-format-upstream")
    logs = (Log((names.value(log.text),), log.span, log.span),) if log is not None else ()
    first = ingresses[0].path
    return Gateway(
        root=first,
        listeners=ServerReader().listeners(http),
        upstreams=upstreams(http.own("upstream")),
        definitions=names.definitions,
        reads=cache(lambda: variables_read(nodes)),
        directory=os.path.dirname(first) or ".",
        files=tuple(files),
        advice=ADVICE,
        server=SERVER,
        facts=(
            *dict.fromkeys(
                (*facts(ingresses, world), *exempted(ingresses, settings), *overridden(ingresses))
            ),
            *logs,
        ),
    )
