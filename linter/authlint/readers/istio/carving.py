"""The parts of routes about which a CUSTOM policy asks its service.

A route of which only some requests are meant becomes several, each with the same action: those that are left alone
first, those that are meant, and the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from authlint.readers.istio.custom import NAME
from authlint.readers.istio.filters import typed
from authlint.readers.istio.hosts import within
from authlint.readers.istio.objects import Object, texts
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

Part: TypeAlias = "Item | Literal['nothing'] | None"  # None: it cannot be told
PER_ROUTE = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"
CONFIGS = "typed_per_filter_config"
PATHS = ("path", "prefix", "safe_regex", "case_sensitive")
UNREAD = ("ports", "notPorts", "notHosts")


def carved(hosts: Sequence[Item], policies: Sequence[Object]) -> list[Item] | None:
    """The virtual hosts with their routes in such parts; None where it cannot be told what is meant."""
    found: list[Item] = []
    for host in hosts:
        name = next((one.text for one in texts(host, "domains")), "")
        meant = _meant(policies, name)
        routes = list(_carved(_listed(host, "routes"), meant)) if meant else []
        if meant is None or None in routes:
            return None
        if not meant:
            routes = [_spared(one) for one in _listed(host, "routes")]
        found.append(written(host, {**_entries(host), "routes": [one for one in routes if one is not None]}))
    return found


def led_away(hosts: Sequence[Item], cluster: str) -> list[Item]:
    """Hosts of which nobody knows the routes: what is left alone may lead to somebody else."""
    found: list[Item] = []
    for host in hosts:
        routes: list[Value] = []
        for one in _listed(host, "routes"):
            alone = one.at(CONFIGS, NAME) is not None
            routes.append(written(one, {**_entries(one), "route": {"cluster": cluster}}) if alone else one)
        found.append(written(host, {**_entries(host), "routes": routes}))
    return found


def _meant(policies: Sequence[Object], name: str) -> list[Item | None] | None:
    """The operations that are about a host, None for one that is about everything there."""
    found: list[Item | None] = []
    for rule in (one for policy in policies for one in policy.listed("rules")):
        if rule.get("from") is not None or rule.get("when") is not None:
            return None
        operations = [one.get("operation") for one in _listed(rule, "to")] or [None]
        for one in operations:
            about = _is_about(one, name)
            if about is None:
                return None
            if about:
                found.append(one)
    return found


def _is_about(operation: Item | None, name: str) -> bool | None:
    """Whether an operation is about all of a host, or about nothing of it."""
    if operation is None:
        return True
    if any(operation.get(word) is not None for word in UNREAD):
        return None
    hosts = [one.text for one in texts(operation, "hosts")]
    plain = [one for one in hosts if not one.endswith(":*")]
    if not hosts or any(within(name, one) for one in plain):
        return True
    return None if any(within(one, name) or one.endswith("*") for one in plain) else False


def _carved(routes: Sequence[Item], meant: Sequence[Item | None]) -> Iterator[Item | None]:
    """Without parts that no request comes to: a route before takes them all."""
    before: list[Item] = []
    for route in routes:
        for part in _parts(route, meant):
            if part is None or part is route or not any(_covers(one, part) for one in before):
                yield part
        before.append(route)


def _covers(route: Item, part: Item) -> bool:
    match, other = route.get("match"), part.get("match")
    if match is None or other is None or {one.name for one in match.entries()} != {"prefix"}:
        return False
    return (other.text_at("path") or other.text_at("prefix")).startswith(match.text_at("prefix"))


def _parts(route: Item, meant: Sequence[Item | None]) -> Iterator[Item | None]:
    if any(one is None or not _conditions(one) for one in meant):
        yield route
    elif len(meant) == 1 and meant[0] is not None:
        yield from _of_one(route, meant[0])
    else:
        yield None


def _conditions(operation: Item) -> bool:
    return any(one.name != "hosts" for one in operation.entries())


def _of_one(route: Item, operation: Item) -> Iterator[Item | None]:
    for one in texts(operation, "notPaths"):
        part = _on_path(route, one)
        if part is route:
            yield _spared(route)
            return
        if part != "nothing":
            yield _spared(part) if part is not None else None
    for one in texts(operation, "notMethods"):
        yield _spared(_with_method(route, one))
    yield from _asked(route, operation)


def _asked(route: Item, operation: Item) -> Iterator[Item | None]:
    """The parts that are meant, and the rest."""
    paths, methods = list(texts(operation, "paths")), list(texts(operation, "methods"))
    found: list[Part] = [_on_path(route, one) for one in paths] if paths else [route]
    whole = route in found
    for part in [route] if whole else found:
        if part is None:
            yield None
        elif part != "nothing":
            yield from [_with_method(part, one) for one in methods] if methods else [part]
    if methods or not whole:
        yield _spared(route)


def _on_path(route: Item, said: Item) -> Part:
    """The part of a route with such a path; all of it is the route itself."""
    match, pattern = route.get("match"), said.text
    if pattern == "*":
        return route
    if match is None or "{" in pattern or match.text_at("case_sensitive") == "false":
        return None
    exact, prefix = match.text_at("path"), match.text_at("prefix")
    if exact:
        return route if _fits(pattern, exact) else "nothing"
    if not prefix:
        return None
    if pattern.startswith("*"):
        regex = f"{re.escape(prefix)}.*{re.escape(pattern[1:])}"
        return _narrowed(route, prefix, {"safe_regex": {"regex": regex}})
    start = pattern.removesuffix("*")
    if pattern.endswith("*") and prefix.startswith(start):
        return route
    if not start.startswith(prefix):
        return "nothing"
    return _narrowed(route, prefix, {"prefix" if pattern.endswith("*") else "path": written(said, start)})


def _fits(pattern: str, path: str) -> bool:
    if pattern.startswith("*"):
        return path.endswith(pattern[1:])
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def _narrowed(route: Item, prefix: str, path: Mapping[str, Value]) -> Item:
    match, action = route.get("match"), route.get("route")
    rest = {name: one for name, one in _entries(match).items() if name not in PATHS}
    entries = {**_entries(route), "match": written(match or route, {**path, **rest})}
    uri = action.get("prefix_rewrite") if action is not None else None
    if action is not None and uri is not None:
        said = {name: one for name, one in _entries(action).items() if name != "prefix_rewrite"}
        rewrite: Value = {"pattern": {"regex": f"^{re.escape(prefix)}"}, "substitution": uri}
        entries["route"] = written(action, {**said, "regex_rewrite": written(uri, rewrite)})
    return written(route, entries)


def _with_method(route: Item, said: Item) -> Item:
    match = route.get("match")
    test = written(said, {"name": ":method", "string_match": {"exact": said.text}})
    headers: list[Value] = [*_listed(match, "headers"), test] if match is not None else [test]
    return written(
        route, {**_entries(route), "match": written(match or route, {**_entries(match), "headers": headers})}
    )


def _spared(route: Item) -> Item:
    configs: dict[str, Value] = {**_entries(route.get(CONFIGS)), NAME: typed(PER_ROUTE, {"disabled": True})}
    return written(route, {**_entries(route), CONFIGS: configs})


def _entries(item: Item | None) -> dict[str, Value]:
    return {one.name: one for one in item.entries()} if item is not None else {}


def _listed(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return found.items() if found is not None else []
