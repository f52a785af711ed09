"""What a VirtualService's HTTP route does with a request: where it leads, what it changes, who may read the answer.

Read in Istio's pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from authlint.expression import expression
from authlint.readers.istio.filters import typed
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

CORS = "envoy.filters.http.cors"
FAULT = "envoy.filters.http.fault"
POLICY = "envoy.extensions.filters.http.cors.v3.CorsPolicy"
HTTP_FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"
REDIRECTS = {
    "302": "FOUND",
    "303": "SEE_OTHER",
    "307": "TEMPORARY_REDIRECT",
    "308": "PERMANENT_REDIRECT",
}
AGE = expression(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)(?:\.\d+)?s)?")
Fields = Mapping[str, "Value | None"]


def action(one: Item, namespace: str, port: int, *, tls: bool) -> Fields:
    """The field of a route that says what it does."""
    redirect, direct = one.get("redirect"), one.get("directResponse")
    if redirect is not None:
        return {"redirect": written(redirect, _redirect(redirect, port, tls=tls))}
    if direct is not None:
        return {"direct_response": written(direct, {"status": direct.get("status")})}
    destinations = [dst for dst in _listed(one, "route") if dst.get("destination") is not None]
    if one.get("delegate") is not None or not destinations:
        return {"filter_action": {}}  # what another object says, or nothing that is valid
    return {"route": written(_place(one, destinations), _forward(one, destinations, namespace))}


def _place(one: Item, destinations: list[Item]) -> Item:
    return one.get("rewrite") or destinations[0]


def _listed(item: Item, *names: str) -> list[Item]:
    found = item.at(*names)
    return found.items() if found is not None else []


def _redirect(item: Item, port: int, *, tls: bool) -> dict[str, Value | None]:
    uri, scheme = item.get("uri"), item.get("scheme")
    target: str | Item | None = item.get("port")
    if target is None and item.text_at("derivePort") == "FROM_REQUEST_PORT":
        target = str(port)
    number = target.text if isinstance(target, Item) else target
    spoken = scheme.text if scheme is not None else ("https" if tls else "http")
    if (number, spoken) in (("80", "http"), ("443", "https")):
        target = None
    code = item.text_at("redirectCode")
    return {
        "path_redirect": uri if uri is not None and uri.text else None,
        "host_redirect": item.get("authority"),
        "scheme_redirect": scheme,
        "port_redirect": target,
        "response_code": REDIRECTS.get(code, "MOVED_PERMANENTLY"),
    }


def _forward(one: Item, destinations: list[Item], namespace: str) -> dict[str, Value | None]:
    value: dict[str, Value | None] = {}
    authority = one.at("headers", "request", "set", "host")
    rewrite = one.get("rewrite")
    if rewrite is not None:
        pattern = rewrite.get("uriRegexRewrite")
        uri = rewrite.get("uri")
        if pattern is not None:
            match = {"regex": pattern.get("match")}
            value["regex_rewrite"] = written(
                pattern, {"pattern": match, "substitution": pattern.get("rewrite")}
            )
        elif uri is not None and uri.text:
            value["prefix_rewrite"] = uri
        authority = rewrite.get("authority") or authority
    if len(destinations) == 1:
        value["cluster"] = written(destinations[0], address(destinations[0], namespace))
        authority = authority or destinations[0].at("headers", "request", "set", "host")
    else:
        weighed = [dst for dst in destinations if dst.text_at("weight") not in ("", "0")]
        value["weighted_clusters"] = {"clusters": [_weighed(dst, namespace) for dst in weighed]}
    value["host_rewrite_literal"] = authority
    return value


def _weighed(dst: Item, namespace: str) -> Item:
    name = address(dst, namespace)
    return written(dst, {"name": name, "weight": dst.get("weight"), **header_changes(dst.get("headers"))})


def address(dst: Item, namespace: str) -> str:
    """A name without dots is short for a Service of the object's own namespace. Its subsets are the same application:
    they are told apart by nothing that matters here."""
    host = dst.text_at("destination", "host")
    if "." not in host:
        host = f"{host}.{namespace}.svc.cluster.local"
    port = dst.text_at("destination", "port", "number")
    return f"{host}:{port if port.isdecimal() else 80}"


def changes(one: Item) -> Fields:
    """Header operations of a route, behind them those of its only destination."""
    destinations = _listed(one, "route")
    last = destinations[0].get("headers") if len(destinations) == 1 else None
    first, second = header_changes(one.get("headers")), header_changes(last)
    return {name: [*first.get(name, ()), *second.get(name, ())] for name in (*first, *second)}


def header_changes(item: Item | None) -> dict[str, list[Value]]:
    """What overwrites comes before what adds, each in the order of names; Host is not a header here."""
    found: dict[str, list[Value]] = {}
    for side in ("request", "response"):
        for verb, how in (("set", "OVERWRITE_IF_EXISTS_OR_ADD"), ("add", "APPEND_IF_EXISTS_OR_ADD")):
            said = item.at(side, verb) if item is not None else None
            entries = sorted(said.entries(), key=lambda one: one.name) if said is not None else []
            for one in entries:
                if one.name.lower() != "host" and not one.name.startswith(":"):
                    pair: Value = {"key": one.name, "value": one}
                    listed = found.setdefault(f"{side}_headers_to_add", [])
                    listed.append(written(one, {"header": pair, "append_action": how}))
        gone = item.at(side, "remove") if item is not None else None
        for one in gone.items() if gone is not None else ():
            if one.text.lower() != "host":
                found.setdefault(f"{side}_headers_to_remove", []).append(one)
    return found


def per_filter(one: Item) -> dict[str, Value] | None:
    found: dict[str, Value] = {}
    policy, fault = one.get("corsPolicy"), one.get("fault")
    if policy is not None:
        found[CORS] = written(policy, typed(POLICY, _cors(policy)))
    if fault is not None and fault.get("abort") is not None:
        found[FAULT] = written(fault, typed(HTTP_FAULT, {"abort": _abort(fault)}))
    return found or None


def _abort(fault: Item) -> Value:
    """Which share of the requests is answered does not matter: some are."""
    status = fault.at("abort", "httpStatus")
    whole: Value = {"numerator": 100, "denominator": "HUNDRED"}
    return {"http_status": status if status is not None else 503, "percentage": whole}


def _cors(policy: Item) -> dict[str, Value]:
    value: dict[str, Value] = {
        "forward_not_matching_preflights": policy.text_at("unmatchedPreflights") != "IGNORE",
    }
    origins = policy.get("allowOrigins")
    older = policy.get("allowOrigin")
    if origins is not None:
        value["allow_origin_string_match"] = [origin(one) for one in origins.items()]
    elif older is not None:
        value["allow_origin_string_match"] = [written(one, {"exact": one}) for one in older.items()]
    credentials = policy.get("allowCredentials")
    if credentials is not None:
        value["allow_credentials"] = credentials
    for name, own in (
        ("allow_methods", "allowMethods"),
        ("allow_headers", "allowHeaders"),
        ("expose_headers", "exposeHeaders"),
    ):
        said = policy.get(own)
        if said is not None:
            value[name] = written(said, ",".join(one.text for one in said.items()))
    age = seconds(policy.get("maxAge"))
    if age is not None:
        value["max_age"] = age
    return value


def origin(one: Item) -> Item:
    """A StringMatch of an origin, at its own place."""
    for own in ("exact", "prefix"):
        said = one.get(own)
        if said is not None:
            return written(one, {own: said})
    regex = one.get("regex")
    return written(one, {"safe_regex": {"regex": regex}} if regex is not None else {})


def seconds(item: Item | None) -> Item | None:
    """A duration ("24h", "1m30s") in whole seconds."""
    found = AGE.fullmatch(item.text) if item is not None else None
    if item is None or found is None or not item.text:
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return written(item, str(hours * 3600 + minutes * 60 + rest))
