"""What a chart is told: in a file of values, in a release of Flux, in an application of Argo CD.

https://fluxcd.io/flux/components/helm/helmreleases/ (spec.values), and
https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ (helm.values, a text, and helm.valuesObject before it).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.embedded.blocks import written
from authlint.readers.kubernetes.chart_values import ingresses
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.compose import Broken, Piece, document
from authlint.readers.yaml.tree import Item

CONTROLLER = "ingress-nginx"  # the chart's name, under which another chart holds its values


def held(item: Item, text: str) -> Iterator[Manifest]:
    """The controller's settings, and the Ingress objects that charts make."""
    for values, namespace in _values(item, text):
        for whole in (values, values.get(CONTROLLER)):
            found = whole.get("controller") if whole is not None else None
            if found is not None and (found.get("config") or found.get("allowSnippetAnnotations")):
                yield Manifest("Values", "", "", "", found, text)
        yield from ingresses(values, text, namespace)


def _values(item: Item, text: str) -> Iterator[tuple[Item, str]]:
    """Every set of values of a document, with the namespace that it is for (empty: nobody says)."""
    if not item.text_at("kind"):
        yield item, ""
        return
    given = item.at("spec", "values")
    if given is not None:
        yield given, item.text_at("spec", "targetNamespace") or item.text_at("metadata", "namespace")
    for spec in (item.get("spec"), item.at("spec", "template", "spec")):
        namespace = spec.text_at("destination", "namespace") if spec is not None else ""
        for source in _sources(spec) if spec is not None else ():
            found = source.at("helm", "valuesObject") or _parsed(source.at("helm", "values"), text)
            if found is not None:
                yield found, namespace


def _sources(spec: Item) -> Iterator[Item]:
    one, several = spec.get("source"), spec.get("sources")
    if one is not None:
        yield one
    yield from several.items() if several is not None else ()


def _parsed(item: Item | None, text: str) -> Item | None:
    """Values that are written as a text, at their places in the file."""
    inner = written(item, text) if item is not None else None
    if item is None or inner is None:
        return None
    begin = len(inner) - len(inner.lstrip(" "))
    # The first line keeps its indentation: it is the document's.
    begin = inner.rfind("\n", 0, begin) + 1 if "\n" in inner[:begin] else _line_start(text, begin)
    found = document(item.path, Piece(inner[begin:], begin))
    return None if found is None or isinstance(found, Broken) else found


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1
