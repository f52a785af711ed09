"""Mistakes that are planted into an Ingress: annotations of its own, and objects beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml
from tests.mutants.envoy.planting import get, words
from tests.mutants.mutant import File, Mutant, Try, Unfit, edited, indented, made, sides

PREFIX = "nginx.ingress.kubernetes.io/"
# What an Ingress says of its own that may decide about the same things.
OWN = re.compile(
    r"auth-.*|.*cors.*|.*snippet|satisfy|.*-source-range|.*rewrite.*|.*redirect.*|limit-.*|custom-http-errors|"
    r"ssl-passthrough|backend-protocol|use-regex|enable-global-auth|canary.*|default-backend|service-upstream"
)


@dataclass(frozen=True, slots=True)
class Planting:
    """One mistake, as a diff of annotations ("@/" is their prefix) and one of whole objects.

    In both `@host@`, `@path@` and `@service@` are those of the Ingress. `below`:
    the path must not be "/".
    """

    rule: str
    name: str
    annotations: str = ""
    objects: str = ""
    also: tuple[str, ...] = ()
    pedantic: bool = False
    refused: bool = False
    below: bool = False
    root: bool = False  # the path must be "/"
    tls: bool = False  # TLS must end here
    path: str = ""  # what the path must have in it
    single: bool = False  # the Ingress must have no other path

    @property
    def operator(self) -> str:
        return f"{self.rule}/{self.name}"


@dataclass(frozen=True, slots=True)
class Spot:
    metadata: yaml.MappingNode
    annotations: yaml.MappingNode | None
    host: str
    path: str
    service: str
    tls: bool
    alone: bool  # the only path of the only host


def plant(planting: Planting, file: File) -> Iterator[Try]:
    found = False
    listed = spots(file.text)
    for spot in listed:
        found = True
        why = unfit(planting, spot, listed, file.text)
        if why:
            yield Unfit(planting.operator, file.path, why)
        else:
            yield planted(planting, spot, file)
    if not found:
        yield Unfit(planting.operator, file.path, "no Ingress with a path in this file")


@lru_cache(maxsize=512)
def spots(text: str) -> tuple[Spot, ...]:
    return tuple(_spots(text))


def _spots(text: str) -> Iterator[Spot]:
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return
    for document in documents:
        if words(get(document, "kind")) != "Ingress" or document.start_mark.column != 0:
            continue
        metadata, rules = get(document, "metadata"), get(get(document, "spec"), "rules")
        rule = rules.value[0] if isinstance(rules, yaml.SequenceNode) and rules.value else None
        paths = get(get(rule, "http"), "paths")
        first = paths.value[0] if isinstance(paths, yaml.SequenceNode) and paths.value else None
        if not isinstance(metadata, yaml.MappingNode) or first is None:
            continue
        annotations = get(metadata, "annotations")
        service = get(get(first, "backend"), "service")
        yield Spot(
            metadata,
            annotations if isinstance(annotations, yaml.MappingNode) and annotations.value else None,
            words(get(rule, "host")),
            words(get(first, "path")),
            words(get(service, "name")),
            get(get(document, "spec"), "tls") is not None,
            all(isinstance(one, yaml.SequenceNode) and len(one.value) == 1 for one in (rules, paths)),
        )


def unfit(planting: Planting, spot: Spot, listed: tuple[Spot, ...], text: str) -> str:
    if spot.metadata.flow_style or (spot.annotations is not None and spot.annotations.flow_style):
        return "written in one line"
    for key, _ in spot.annotations.value if spot.annotations is not None else ():
        if OWN.fullmatch(key.value.removeprefix(PREFIX)):
            return f"{key.value.removeprefix(PREFIX)} already decides here"
    if not spot.host or not spot.path or not spot.service:
        return "no host, path or service of its own"
    if not re.fullmatch(r"[a-z0-9.*-]+", spot.host):
        return "the host is a placeholder"
    if sum(one.host == spot.host for one in listed) > 1:
        return "another Ingress of the same host decides with it"
    if "kind: ConfigMap" in planting.objects and "kind: ConfigMap" in text:
        return "the controller's settings may be here already"
    if not re.search(planting.path, spot.path):
        return f"the path says nothing of {planting.path}"
    if "global-auth-url" in text:
        return "a check of the whole controller decides with it"
    if planting.single and not spot.alone:
        return "what is said of this path is not right for the others"
    if planting.root and spot.path != "/":
        return "it must be all of the site, and this is a part of it"
    if planting.tls and not spot.tls:
        return "nothing says that TLS ends here"
    if planting.below and spot.path == "/":
        return "it must be a part of the site, and this is all of it"
    return ""


def planted(planting: Planting, spot: Spot, file: File) -> Mutant:
    right, wrong = (_side(planting, spot, file.text, wrong=wrong) for wrong in (False, True))
    return made(planting, file, right, wrong)


def _side(planting: Planting, spot: Spot, text: str, *, wrong: bool) -> str:
    side = 1 if wrong else 0

    def filled(diff: str) -> str:
        new = re.sub("^@/", PREFIX, sides(diff, columns=True)[side], flags=re.MULTILINE)
        return (
            new.replace("@host@", spot.host)
            .replace("@path@", spot.path.rstrip("/"))
            .replace("@service@", spot.service)
        )

    new = filled(planting.annotations)
    edits: list[tuple[int, str]] = []
    if new and spot.annotations is not None:
        edits.append(_before(text, new, spot.annotations.value[0][0]))
    elif new:
        edits.append(_before(text, "annotations:\n" + indented(new, "  "), spot.metadata.value[0][0]))
    objects = filled(planting.objects)
    if objects:
        edits.append((len(text), ("" if text.endswith("\n") else "\n") + "---\n" + objects + "\n"))
    return edited(text, edits)


def _before(text: str, new: str, node: yaml.Node) -> tuple[int, str]:
    at = node.start_mark.index
    column = at - (text.rfind("\n", 0, at) + 1)
    return at, indented(new, " " * column).lstrip(" ") + "\n" + " " * column
