"""Matches of an HTTPRoute as Envoy's, and which of them is tried first.

https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (precedence), with what Envoy Gateway makes of it:
buildXdsRouteMatch in internal/xds/translator/route.go and internal/gatewayapi/sort.go. A method counts as a header.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

RANKS = {"Exact": 2, "RegularExpression": 1, "PathPrefix": 0}
Precedence = tuple[int, int, int, int]


def match(item: Item | None, source: Item) -> Item:
    """A RouteMatch; without one every request fits."""
    if item is None:
        return written(source, {"prefix": "/"})
    fields: dict[str, Value | None] = dict([_path(item)])
    headers = list(_headers(item))
    queries: list[Value] = [_named(one) for one in _listed(item, "queryParams")]
    if headers:
        fields["headers"] = headers
    if queries:
        fields["query_parameters"] = queries
    for one in item.entries():
        if one.name not in ("path", "headers", "queryParams", "method"):
            fields[one.name] = one  # the reader of matches says that it does not know this
    return written(item, fields)


def preflight(item: Item) -> Item:
    """The match of the route that Envoy Gateway adds where a CORS filter stands beside a method (processHTTPRouteRule
    in internal/gatewayapi/route.go): preflights are taken then, whatever the method."""
    method = item.get("method") or item
    asked: list[Value] = [
        written(method, {"name": ":method", "string_match": {"exact": "OPTIONS"}}),
        written(method, {"name": "origin", "present_match": True}),
        written(method, {"name": "access-control-request-method", "present_match": True}),
    ]
    headers: list[Value] = [*(_named(one) for one in _listed(item, "headers")), *asked]
    return written(item, {**dict([_path(item)]), "headers": headers})


def path_of(item: Item | None) -> tuple[str, str]:
    """The type of the match and the path as it is written."""
    path = item.get("path") if item is not None else None
    if path is None:
        return "PathPrefix", "/"
    return path.text_at("type") or "PathPrefix", path.text_at("value") or "/"


def precedence(item: Item | None) -> Precedence:
    """The greater, the earlier it is tried."""
    kind, path = path_of(item)
    headers = len(_listed(item, "headers")) + (item is not None and item.get("method") is not None)
    return RANKS.get(kind, 0), len(path), headers, len(_listed(item, "queryParams"))


def _listed(item: Item | None, name: str) -> list[Item]:
    found = item.get(name) if item is not None else None
    return found.items() if found is not None else []


def _path(item: Item) -> tuple[str, Value]:
    kind, path = path_of(item)
    said = item.at("path", "value")
    said = said if said is not None and said.text else None
    source = said or item.get("path") or item
    if kind == "Exact":
        return "path", said or path
    if kind == "RegularExpression":
        return "safe_regex", written(source, {"regex": said or path})
    if path == "/":
        return "prefix", said or written(source, path)
    return "path_separated_prefix", said or path if not path.endswith("/") else written(source, path[:-1])


def _headers(item: Item) -> Iterator[Value]:
    yield from (_named(one) for one in _listed(item, "headers"))
    method = item.get("method")
    if method is not None:
        yield written(method, {"name": ":method", "string_match": {"exact": method}})


def _named(one: Item) -> Value:
    """A header or a parameter that has to be there."""
    value = one.get("value")
    kind = one.text_at("type") or "Exact"
    test: Value = {"safe_regex": {"regex": value}} if kind == "RegularExpression" else {"exact": value}
    return written(one, {"name": one.get("name"), "string_match": test})
