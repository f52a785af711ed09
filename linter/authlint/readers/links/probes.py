"""Probes of a workload's containers, which the node's kubelet sends to the pod
(https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#http-probes:
any code of 200 or more and below 400 is a success)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.beyond import Probed
from authlint.readers.links.things import Thing
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.tree import Item

PROBES = {
    "readinessProbe": ("readiness", "the pod never becomes ready, and gets no requests"),
    "livenessProbe": ("liveness", "the container is started again and again"),
    "startupProbe": ("startup", "the container is started again and again"),
}


def probes(workload: Thing) -> Iterator[Probed]:
    listed = workload.pod.get("containers") if workload.pod is not None else None
    for container in listed.items() if listed is not None else ():
        for name, (kind, effect) in PROBES.items():
            asked = container.at(name, "httpGet")
            port = number_of(container, asked.text_at("port")) if asked is not None else None
            path = asked.text_at("path") or "/" if asked is not None else ""
            if asked is None or port is None or HOLE in path:
                continue
            who = f"the {kind} probe of {workload.kind} {workload.name}"
            place = asked.get("path") or asked
            tls = asked.text_at("scheme").upper() == "HTTPS"
            yield Probed(port, path, tuple(_headers(asked)), tls, who, effect, place.span)


def _headers(asked: Item) -> Iterator[tuple[str, str]]:
    listed = asked.get("httpHeaders")
    for one in listed.items() if listed is not None else ():
        yield one.text_at("name"), one.text_at("value")


def number_of(container: Item, target: str) -> int | None:
    """The port of a container that is meant by a number or a name."""
    if target.isdigit():
        return int(target)
    listed = container.get("ports")
    for one in listed.items() if listed is not None else ():
        if one.text_at("name") == target and one.text_at("containerPort").isdigit():
            return int(one.text_at("containerPort"))
    return None
