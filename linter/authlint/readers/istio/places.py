"""Where a policy that allows is to be changed for a route: of several rules the one that is about its requests.

The filter is the same for all routes; what differs is only the place of the words that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from authlint.readers.istio.authorization import ALLOW, asking_rules
from authlint.readers.istio.filters import typed
from authlint.readers.istio.objects import Object, texts
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

PER_ROUTE = "envoy.extensions.filters.http.rbac.v3.RBACPerRoute"
CONFIGS = "typed_per_filter_config"


def with_places(hosts: Sequence[Item], filters: Sequence[Item], allowed: Sequence[Object]) -> list[Item]:
    """The virtual hosts, where the rules of more than one place allow."""
    chosen = [one for policy in allowed for one in asking_rules(policy)]
    found = next((one for one in filters if one.text_at("name") == ALLOW), None)
    rules = found.at("typed_config", "rules") if found is not None else None
    if len(chosen) < 2 or rules is None:
        return list(hosts)
    return [_host(host, chosen, rules) for host in hosts]


def _host(host: Item, chosen: Sequence[tuple[Item, Item]], rules: Item) -> Item:
    name = next((one.text for one in texts(host, "domains")), "")
    listed = host.get("routes")
    routes: list[Value] = [
        _route(one, name, chosen, rules) for one in (listed.items() if listed is not None else ())
    ]
    return written(host, {**_entries(host), "routes": routes})


def _entries(item: Item | None) -> Mapping[str, Value]:
    return {one.name: one for one in item.entries()} if item is not None else {}


def _route(route: Item, host: str, chosen: Sequence[tuple[Item, Item]], rules: Item) -> Item:
    place = next((place for rule, place in chosen if _is_about(rule, host, route)), None)
    if place is None or place.span == chosen[0][1].span:
        return route
    own = written(place, typed(PER_ROUTE, {"rbac": {"rules": rules}}))
    configs: dict[str, Value] = {**_entries(route.get(CONFIGS)), ALLOW: own}
    return written(route, {**_entries(route), CONFIGS: configs})


def _is_about(rule: Item, host: str, route: Item) -> bool:
    operations = [one.get("operation") for one in _listed(rule, "to")]
    return not operations or any(_fits(one, host, route) for one in operations)


def _listed(item: Item, name: str) -> Iterator[Item]:
    found = item.get(name)
    yield from found.items() if found is not None else ()


def _fits(operation: Item | None, host: str, route: Item) -> bool:
    hosts = [one.text.lower().partition(":")[0] for one in texts(operation, "hosts")]
    paths = [one.text for one in texts(operation, "paths")]
    match = route.get("match")
    path = "" if match is None else match.text_at("path") or match.text_at("prefix")
    return (not hosts or any(_meet(one, host) for one in hosts)) and (
        not paths or not path or any(_begins(one, path) for one in paths)
    )


def _meet(pattern: str, host: str) -> bool:
    if pattern == host or "*" in (pattern, host):
        return True
    if pattern.startswith("*"):
        return host.endswith(pattern[1:])
    return pattern.endswith("*") and host.startswith(pattern[:-1])


def _begins(pattern: str, path: str) -> bool:
    """Whether a path may be both."""
    if pattern.startswith("*") or "{" in pattern:
        return True
    start = pattern.removesuffix("*")
    return start.startswith(path) or path.startswith(start)
