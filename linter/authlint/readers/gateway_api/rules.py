"""Rules of an HTTPRoute: what their filters do to a request, and where it goes.

internal/gatewayapi/filters.go and internal/xds/translator/route.go of Envoy Gateway.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.gateway_api.backends import Clusters
from authlint.readers.gateway_api.matches import path_of
from authlint.readers.gateway_api.objects import holes
from authlint.readers.gateway_api.services import refs
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import field, mutable

USUAL_PORTS = ("80", "443")
CODES = {"302": "FOUND", "303": "SEE_OTHER", "307": "TEMPORARY_REDIRECT", "308": "PERMANENT_REDIRECT"}
ACTIONS = {"add": "APPEND_IF_EXISTS_OR_ADD", "set": "OVERWRITE_IF_EXISTS_OR_ADD"}
SIDES = {"RequestHeaderModifier": "request", "ResponseHeaderModifier": "response"}
# A copy of the request goes elsewhere, which changes nothing about it.
QUIET = ("RequestMirror",)


@mutable
class Filters:
    """What the filters of a rule, or of one of its backends, say; `unread` is the first that is not understood."""

    headers: dict[str, list[Value]] = field(default_factory=dict)
    cors: Item | None = None
    redirect: Item | None = None
    rewrite: Item | None = None
    unread: Item | None = None


def filters(owner: Item) -> Filters:
    found = Filters()
    listed = owner.get("filters")
    for one in listed.items() if listed is not None else ():
        kind = one.text_at("type")
        if kind in SIDES:
            said = one.get(f"{kind[0].lower()}{kind[1:]}")
            if said is not None:
                _modify(said, SIDES[kind], found.headers)
        elif kind == "CORS":
            found.cors = one.get("cors")
        elif kind == "RequestRedirect":
            found.redirect = one.get("requestRedirect") or one
        elif kind == "URLRewrite":
            found.rewrite = one.get("urlRewrite")
        elif kind not in QUIET:
            found.unread = found.unread or one
        hole = next(holes(one), None)
        found.unread = found.unread or hole
    return found


def _modify(item: Item, side: str, found: dict[str, list[Value]]) -> None:
    for name, action in ACTIONS.items():
        listed = item.get(name)
        for one in listed.items() if listed is not None else ():
            header: Value = {"key": one.get("name"), "value": one.get("value")}
            option: Value = {"header": written(one, header), "append_action": action}
            found.setdefault(f"{side}_headers_to_add", []).append(written(one, option))
    gone = item.get("remove")
    found.setdefault(f"{side}_headers_to_remove", []).extend(gone.items() if gone is not None else ())


def action(
    rule: Item, said: Filters, matched: Item | None, namespace: str, clusters: Clusters
) -> dict[str, Value | None]:
    """What a route does: redirects, forwards, or answers 500 where nothing is behind it."""
    if said.redirect is not None:
        return {"redirect": _redirect(said.redirect, matched)}
    backends = [one for one in refs(rule) if one.text_at("weight") != "0"]
    if not backends:
        return {"direct_response": written(rule, {"status": 500})}
    to = list(_weighted(backends, namespace, clusters))
    target: dict[str, Value | None] = {"weighted_clusters": written(backends[0], {"clusters": to})}
    if len(to) == 1 and backends[0].get("filters") is None:
        target = {"cluster": written(backends[0].get("name") or backends[0], to[0].text_at("name"))}
    rewritten = _rewrite(said.rewrite, matched) if said.rewrite is not None else {}
    return {"route": written(backends[0], {**target, **rewritten})}


def _weighted(backends: list[Item], namespace: str, clusters: Clusters) -> Iterator[Item]:
    for one in backends:
        own = filters(one)
        weight = one.get("weight")
        entry: dict[str, Value | None] = {
            "name": clusters.service(one, namespace),
            "weight": weight if weight is not None else 1,
            **own.headers,
        }
        yield written(one, entry)


def unread_of(rule: Item, said: Filters) -> Item | None:
    """The first filter that is not understood, of the rule or of one of its backends."""
    inner = (filters(one) for one in refs(rule))
    return said.unread or next((one.unread for one in inner if one.unread is not None), None)


def _redirect(item: Item, matched: Item | None) -> Item:
    scheme, host, port = item.get("scheme"), item.get("hostname"), item.get("port")
    status = item.get("statusCode")
    code = CODES.get(status.text) if status is not None else "FOUND"
    found: dict[str, Value | None] = {
        "scheme_redirect": scheme,
        "host_redirect": host,
        "port_redirect": port if port is not None and port.text not in USUAL_PORTS else None,
        "response_code": written(status or item, code) if code else None,
        **_new_path(item.get("path"), matched, "path_redirect"),
    }
    return written(item, found)


def _rewrite(item: Item, matched: Item | None) -> dict[str, Value | None]:
    host = item.get("hostname")
    return {
        **_new_path(item.get("path"), matched, ""),
        "host_rewrite_literal": host,
        "append_x_forwarded_host": True if host is not None else None,
    }


def _new_path(item: Item | None, matched: Item | None, whole: str) -> dict[str, Value | None]:
    """Of a redirect (`whole` is the name of a whole path there) or of a rewrite. A prefix that becomes nothing is
    written as a pattern, so that no slash is there twice."""
    if item is None:
        return {}
    full, prefix = item.get("replaceFullPath"), item.get("replacePrefixMatch")
    if full is not None:
        if whole:
            return {whole: full}
        return {"regex_rewrite": written(full, {"pattern": {"regex": "^/.*$"}, "substitution": full})}
    kind, path = path_of(matched)
    to = item.text_at("replacePrefixMatch").rstrip("/")
    if kind != "PathPrefix":
        return {}
    source = prefix or item
    if not to:
        change: Value = {"pattern": {"regex": f"^{path.rstrip('/')}/*"}, "substitution": "/"}
        return {"regex_rewrite": written(source, change)}
    if path == "/":
        change = {"pattern": {"regex": "^/"}, "substitution": f"{to}/"}
        return {"regex_rewrite": written(source, change)}
    return {"prefix_rewrite": written(source, to)}
