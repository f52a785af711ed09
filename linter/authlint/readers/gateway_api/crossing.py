"""CORS, of a SecurityPolicy or of a route's filter, as a policy of Envoy's cors filter.

buildCORS in internal/gatewayapi/securitypolicy.go and patchRoute in internal/xds/translator/cors.go of Envoy Gateway:
a list becomes one text, an origin with a star a pattern that has to fit all of it, and the preflight of an origin that
does not fit is answered without a word about CORS.
"""

from __future__ import annotations

from authlint.expression import expression
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

CORS = "envoy.filters.http.cors"
POLICY = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy"
FILTER = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"
DURATION = expression(r"(\d+)(ms|s|m|h)")
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
SHORT = 5  # seconds that a route's filter lets a preflight's answer be kept, unless it says otherwise


def policy(item: Item, *, of_route: bool = False) -> Item | None:
    """None where nobody is let in by name: nobody has tried what becomes of a preflight then."""
    origins = item.get("allowOrigins")
    listed = origins.items() if origins is not None else []
    if not listed:
        return None
    fields: dict[str, Value | None] = {
        "@type": POLICY,
        "allow_origin_string_match": [_origin(one) for one in listed],
        "allow_methods": _joined(item, "allowMethods"),
        "allow_headers": _joined(item, "allowHeaders"),
        "expose_headers": _joined(item, "exposeHeaders"),
        "max_age": _age(item, of_route=of_route),
        "allow_credentials": item.get("allowCredentials"),
        "forward_not_matching_preflights": False,
    }
    return written(item, {name: one for name, one in fields.items() if one is not None})


def _origin(one: Item) -> Item:
    if "*" not in one.text:
        return written(one, {"exact": one})
    pattern = one.text.replace(".", r"\.").replace("*", ".*")
    return written(one, {"safe_regex": {"regex": pattern}})


def _joined(item: Item, name: str) -> Item | None:
    listed = item.get(name)
    return None if listed is None else written(listed, ", ".join(one.text for one in listed.items()))


def _age(item: Item, *, of_route: bool) -> Item | str | None:
    said = item.get("maxAge")
    if said is None:
        return str(SHORT) if of_route else None
    if of_route or said.text.isdigit():
        return written(said, said.text)
    parts = DURATION.findall(said.text)
    return (
        written(said, str(int(sum(int(number) * SECONDS[unit] for number, unit in parts)))) if parts else None
    )
