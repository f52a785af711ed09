"""What oauth2-proxy is told: by its arguments, else by its environment, else by a file, each of which counts before the
next (https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview); or by a file of the newer form, which lists
the headers that it sends (.../configuration/alpha-config).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.links.mounts import Mounted, mounted
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.compose import Broken, Piece, document
from authlint.readers.yaml.tree import Item
from authlint.record import record

ENVIRONMENT = "OAUTH2_PROXY_"
TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")
# Flags whose value is a file.
FILES = ("config", "alpha-config")


@record
class Told:
    """The flags that are on; `listed` are the headers that a file lists as those that are sent, lower case (None: no
    such file). `where` is the place to change."""

    flags: frozenset[str]
    listed: frozenset[str] | None
    where: str


def told(
    workload: Manifest, container: Item, maps: Sequence[Manifest], deciding: frozenset[str]
) -> Told | None:
    """None where something that decides is not known: `deciding` are the flags that matter."""
    if container.get("envFrom") is not None:
        return None
    given: dict[str, str | None] = {}
    for name, value in (*_environment(container), *_arguments(container)):
        given[name] = value
    if None in (given.get(one, "") for one in (*FILES, *deciding)):
        return None
    where = f"the arguments of the {workload.kind} {workload.name} ({workload.path})"
    if given.get("alpha-config"):
        return _listed(workload, container, maps, given["alpha-config"] or "")
    flags: dict[str, object] = {}
    if given.get("config"):
        found = _file(workload, container, maps, given["config"] or "")
        settings = _toml(found[1]) if found is not None else None
        if found is None or settings is None:
            return None
        flags = {name.replace("_", "-"): value for name, value in settings.items()}
        where = f"{found[0].key} in the ConfigMap {found[0].config_map} ({found[1].path})"
    flags.update({name: value in TRUE for name, value in given.items() if value in (*TRUE, *FALSE)})
    return Told(frozenset(name for name, on in flags.items() if on is True), None, where)


def _arguments(container: Item) -> Iterator[tuple[str, str | None]]:
    """A flag that stands alone is on; of these only those that name a file take the next word."""
    words = [
        one
        for name in ("command", "args")
        for listed in [container.get(name)]
        if listed is not None
        for one in listed.items()
    ]
    for number, word in enumerate(words):
        flag, equals, value = word.text.lstrip("-").partition("=")
        if HOLE in flag or " -" in flag:  # a template or a shell may say anything
            yield from ((name, None) for name in FILES)
        elif word.text.startswith("-"):
            after = words[number + 1] if flag in FILES and number + 1 < len(words) else None
            text = value if equals else after.text if after is not None else "true"
            yield flag, None if word.masked or (after is not None and after.masked) else text


def _environment(container: Item) -> Iterator[tuple[str, str | None]]:
    listed = container.get("env")
    for one in listed.items() if listed is not None else ():
        variable, given = one.text_at("name"), one.get("value")
        if variable.startswith(ENVIRONMENT):
            flag = variable.removeprefix(ENVIRONMENT).lower().replace("_", "-")
            yield flag, None if given is None or given.masked else given.text


def _file(
    workload: Manifest, container: Item, maps: Sequence[Manifest], path: str
) -> tuple[Mounted, Item] | None:
    """A file that a ConfigMap of the workload's namespace brings into the container."""
    pod = workload.item.at("spec", "template", "spec")
    named: dict[str, Manifest] = {}
    for one in maps:
        if one.namespace == workload.namespace:
            if one.name in named:
                return None
            named[one.name] = one
    keys = {name: tuple(sorted(one.keys())) for name, one in named.items()}
    for file in mounted(pod, container, keys) if pod is not None else ():
        if file.path == path:
            found = named[file.config_map].item.at("data", file.key)
            return None if found is None or found.masked else (file, found)
    return None


def _toml(item: Item) -> Mapping[str, object] | None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(item.text)
    except tomllib.TOMLDecodeError:
        return None


def _listed(workload: Manifest, container: Item, maps: Sequence[Manifest], path: str) -> Told | None:
    found = _file(workload, container, maps, path)
    tree = document(found[1].path, Piece(found[1].text, 0)) if found is not None else None
    if found is None or tree is None or isinstance(tree, Broken):
        return None
    headers = tree.get("injectResponseHeaders")
    names = {one.text_at("name").lower() for one in headers.items()} if headers is not None else set()
    if any(
        one.masked for header in (headers.items() if headers is not None else ()) for one in header.entries()
    ):
        return None
    where = f"{found[0].key} in the ConfigMap {found[0].config_map} ({found[1].path})"
    return Told(frozenset(), frozenset(names), where)
