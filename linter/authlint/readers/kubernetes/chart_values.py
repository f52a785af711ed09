"""The Ingress that a chart makes of its values, as `helm create` writes charts and most are written: under `ingress`
the annotations, the class and the hosts with their paths (https://helm.sh/docs/topics/charts/#values-files).

What a template may add is not known: the objects that are made here say what the values say, at the values' places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from authlint.readers.kubernetes.annotations import PREFIX
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item

DEEPEST = 3  # values of a chart inside those of another one
OFF = ("false", "False", "no", "off")
GROUP = "networking.k8s.io"


def ingresses(values: Item, text: str, namespace: str) -> Iterator[Manifest]:
    """One for each `ingress` that has annotations of ingress-nginx and is not switched off."""
    for name, item in _sections(values, "", 0):
        annotations = item.get("annotations")
        listed = annotations.entries() if annotations is not None else ()
        enabled = item.get("enabled")
        if any(one.name.startswith(PREFIX) for one in listed) and not (
            enabled is not None and enabled.text in OFF
        ):
            names = (namespace or "default", name or "ingress")
            # What the template adds is not read: what is absent here proves nothing.
            yield Manifest(
                "Ingress", GROUP, *names, _object(item), text, uncertain=item.span, from_values=True
            )


def _sections(item: Item, name: str, depth: int) -> Iterator[tuple[str, Item]]:
    """Every `ingress` with the name of the values around it."""
    for one in item.entries() if depth < DEEPEST else ():
        if one.name == "ingress":
            yield name, one
        elif one.kind == "map":
            yield from _sections(one, one.name, depth + 1)


def _object(section: Item) -> Item:
    """The parts of an Ingress, each the node of the value that it comes from."""
    made = _Made(section)
    rules = made.listed([made.mapped(host) for host in _hosts(made, section)])
    spec: dict[str, Any] = {"rules": rules}
    for name in ("className", "ingressClassName"):
        given = section.get(name)
        if given is not None:
            spec["ingressClassName"] = given.node
    tls = section.get("tls")
    if tls is not None and tls.kind == "list":
        spec["tls"] = tls.node
    annotations = section.get("annotations")
    assert annotations is not None
    whole = {"metadata": made.mapped({"annotations": annotations.node}), "spec": made.mapped(spec)}
    return Item(made.mapped(whole), section.path, section.start, section.key)


def _hosts(made: _Made, section: Item) -> Iterator[dict[str, Any]]:
    hosts = section.get("hosts")
    alone = section.get("hostname") or section.get("host")
    listed = hosts.items() if hosts is not None else [alone] if alone is not None else []
    for one in listed:
        name = one if one.kind == "text" else one.get("host") or one.get("name")
        paths = one.get("paths") or section.get("path")
        rule: dict[str, Any] = {"http": made.mapped({"paths": made.paths(paths)})}
        if name is not None and name.text and not name.masked:
            rule["host"] = name.node
        yield rule
    if not listed:
        yield {"http": made.mapped({"paths": made.paths(None)})}


class _Made:
    """Nodes that nobody wrote, where the section stands."""

    def __init__(self, section: Item) -> None:
        from yaml import nodes

        self.nodes: Any = nodes
        self.at = section.key if section.key is not None else section.node

    def text(self, text: str) -> Any:
        return self.nodes.ScalarNode("", text, self.at.start_mark, self.at.end_mark, style='"')

    def mapped(self, values: dict[str, Any]) -> Any:
        pairs = [(self.text(name), value) for name, value in values.items()]
        return self.nodes.MappingNode("", pairs, self.at.start_mark, self.at.end_mark)

    def listed(self, values: list[Any]) -> Any:
        return self.nodes.SequenceNode("", values, self.at.start_mark, self.at.end_mark)

    def paths(self, given: Item | None) -> Any:
        """The paths, each with a Service of which only the release knows the name."""
        backend = self.mapped(
            {
                "service": self.mapped(
                    {"name": self.text("release"), "port": self.mapped({"number": self.text("80")})}
                )
            }
        )
        found: list[Any] = []
        for one in given.items() if given is not None and given.kind == "list" else [given]:
            path = one if one is None or one.kind == "text" else one.get("path")
            values: dict[str, Any] = {"backend": backend}
            if path is not None and not path.masked:
                values["path"] = path.node
            kind = one.get("pathType") if one is not None and one.kind == "map" else None
            values["pathType"] = kind.node if kind is not None else self.text("Prefix")
            found.append(self.mapped(values))
        return self.listed(found)
