"""The HTTP routes of a VirtualService as those of Envoy, in their order.

Read in Istio's pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.istio.actions import action, changes, per_filter
from authlint.readers.istio.objects import Object
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import record

UNDECIDED: Value = {"undecided": {}}  # a word that Envoy's matchers do not have: nobody knows whether it fits
CLAIMS = "@request.auth.claims"


@record
class Port:
    """The server of a Gateway for which routes are made. `names` are what routes may call the Gateway."""

    number: int
    tls: bool
    names: frozenset[str]


def routes(service: Object, port: Port) -> list[Item]:
    """Up to the first that takes every request: those behind it are left out."""
    found: list[Item] = []
    for one in service.listed("http"):
        matches = one.get("match")
        for match in matches.items() if matches is not None and matches.items() else [None]:
            made = _route(service, one, match, port)
            if made is not None:
                found.append(made)
                if takes_all(made):
                    return found
    return found


def takes_all(route: Item) -> bool:
    """A catch-all route: nothing is asked but the path "/" as a prefix, or ".*" as a pattern."""
    match = route.get("match")
    said = {one.name for one in match.entries()} if match is not None else set()
    if match is None or said - {"prefix", "safe_regex", "case_sensitive"}:
        return False
    return match.text_at("prefix") == "/" or match.text_at("safe_regex", "regex") == ".*"


def _route(service: Object, one: Item, match: Item | None, port: Port) -> Item | None:
    if match is not None and not _is_for(match, service, port):
        return None
    value: dict[str, Value | None] = {
        "match": _match(match, one),
        **changes(one),
        **action(one, service.namespace, port.number, tls=port.tls),
    }
    value["typed_per_filter_config"] = per_filter(one)
    return written(one, value)


def _is_for(match: Item, service: Object, port: Port) -> bool:
    wanted = match.text_at("port")
    if wanted.isdigit() and int(wanted) not in (0, port.number):
        return False
    gateways = match.get("gateways")
    named = [one.text for one in gateways.items()] if gateways is not None else []
    known = {one if "/" in one else f"{service.namespace}/{one}" for one in named}
    return not named or not port.names.isdisjoint(known)


def _match(match: Item | None, place: Item) -> Item:
    if match is None:
        return written(place, {"prefix": "/"})
    value: dict[str, Value | None] = dict(_path(match))
    headers = [*_headers(match), *_pseudo(match)]
    value["headers"] = headers or None
    parameters = [_text(one, query=True) for one in _entries(match, "queryParams")]
    value["query_parameters"] = parameters or None
    if any(one.name.startswith(CLAIMS) for one in _entries(match, "headers", "withoutHeaders")):
        value["dynamic_metadata"] = UNDECIDED
    if match.get("gateways") is None and (match.get("sourceLabels") or match.get("sourceNamespace")):
        value["filter_state"] = UNDECIDED  # which labels the proxy has
    return written(match.get("uri") or match, value)


def _path(match: Item) -> Iterator[tuple[str, Value]]:
    uri = match.get("uri")
    nocase = match.text_at("ignoreUriCase") == "true"
    for name, own in (("path", "exact"), ("prefix", "prefix")):
        said = uri.get(own) if uri is not None else None
        if said is not None:
            yield name, said
            break
    else:
        regex = uri.get("regex") if uri is not None else None
        if regex is None:
            yield "prefix", "/"
        else:
            yield "safe_regex", written(regex, {"regex": regex})
    if nocase:
        yield "case_sensitive", False


def _entries(match: Item, *names: str) -> list[Item]:
    return [one for name in names if (found := match.get(name)) is not None for one in found.entries()]


def _headers(match: Item) -> Iterator[Value]:
    for one in _entries(match, "headers"):
        if not one.name.startswith(CLAIMS):
            yield _text(one)
    for one in _entries(match, "withoutHeaders"):
        if not one.name.startswith(CLAIMS):
            yield _text(one, without=True)


def _pseudo(match: Item) -> Iterator[Value]:
    for name, own in ((":method", "method"), (":authority", "authority"), (":scheme", "scheme")):
        said = match.get(own)
        if said is not None:
            yield _text(said, name)


def _text(one: Item, name: str = "", *, without: bool = False, query: bool = False) -> Value:
    """What is asked of a header or a parameter; of one with an empty text that it is there."""
    value: dict[str, Value | None] = {"name": name or one.name}
    matcher = string_match(one)
    if matcher is None:
        value["present_match"] = True
    else:
        value["string_match"] = matcher
        if without and not query:
            value["treat_missing_header_as_empty"] = True
    if without:
        value["invert_match"] = True
    return written(one, value)


def string_match(one: Item) -> Item | None:
    """A StringMatch; None for an empty one, and for the pattern "*" that fits everything."""
    for own in ("exact", "prefix"):
        said = one.get(own)
        if said is not None:
            return written(one, {own: said})
    regex = one.get("regex")
    if regex is None or regex.text == "*":
        return None
    return written(one, {"safe_regex": written(regex, {"regex": regex})})
