"""Who may pass, by address, header or claim, as the rbac filter has it.

https://gateway.envoyproxy.io/docs/api/extension_types/#authorization ; Envoy Gateway has the rules tried in order, and
the first that fits decides (internal/xds/translator/authorization.go). Where all of them say the same, and the
default the contrary, their order does not matter; other lists are not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

TYPE = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"
PER_ROUTE = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute"
JWT = "envoy.filters.http.jwt_authn"
PRINCIPALS = ("clientCIDRs", "jwt", "headers")


def permissions(item: Item) -> Item | None:
    """None where the order of the rules decides, or one of them asks for something that is not understood."""
    listed = item.get("rules")
    several = listed.items() if listed is not None else []
    default = item.text_at("defaultAction") or "Deny"
    said = {one.text_at("action") for one in several}
    if default in said or len(said) > 1 or not all(map(_is_read, several)):
        return None
    policies: dict[str, Value | None] = {
        one.text_at("name") or f"rule {number}": _policy(one) for number, one in enumerate(several)
    }
    action = "ALLOW" if default == "Deny" else "DENY"
    if not policies and action == "DENY":
        return written(item, {"@type": PER_ROUTE, "rbac": {}})
    rules: Value = {"action": action, "policies": policies}
    return written(item, {"@type": PER_ROUTE, "rbac": {"rules": rules}})


def _is_read(rule: Item) -> bool:
    principal, operation = rule.get("principal"), rule.get("operation")
    known = all(one.name in ("name", "action", "operation", "principal") for one in rule.entries())
    people = principal is None or all(one.name in PRINCIPALS for one in principal.entries())
    doing = operation is None or all(one.name == "methods" for one in operation.entries())
    claims = rule.at("principal", "jwt", "claims")
    texts = all(one.text_at("valueType") in ("", "String") for one in (claims.items() if claims else ()))
    return known and people and doing and texts and rule.at("principal", "jwt", "scopes") is None


def _policy(rule: Item) -> Item:
    methods = rule.at("operation", "methods")
    allowed: list[Value] = [
        written(one, {"header": {"name": ":method", "string_match": {"exact": one}}})
        for one in (methods.items() if methods is not None else ())
    ]
    people = list(_principals(rule))
    return written(
        rule,
        {
            "permissions": allowed or [{"any": True}],
            "principals": [{"and_ids": {"ids": people}}] if people else [{"any": True}],
        },
    )


def _principals(rule: Item) -> Iterator[Value]:
    """What a client has to be: all of it."""
    addresses = rule.at("principal", "clientCIDRs")
    if addresses is not None:
        yield {"or_ids": {"ids": [_address(one) for one in addresses.items()]}}
    headers = rule.at("principal", "headers")
    for one in headers.items() if headers is not None else ():
        values = one.get("values")
        tests: list[Value] = [
            {"header": {"name": one.get("name"), "string_match": {"exact": value}}}
            for value in (values.items() if values is not None else ())
        ]
        yield {"or_ids": {"ids": tests}}
    claims = rule.at("principal", "jwt", "claims")
    for one in claims.items() if claims is not None else ():
        values = one.get("values")
        path: list[Value] = [{"key": rule.at("principal", "jwt", "provider") or ""}]
        path += [{"key": part} for part in one.text_at("name").split(".")]
        found: list[Value] = [
            {"metadata": {"filter": JWT, "path": path, "value": {"string_match": {"exact": value}}}}
            for value in (values.items() if values is not None else ())
        ]
        yield {"or_ids": {"ids": found}}


def _address(one: Item) -> Value:
    address, _, length = one.text.partition("/")
    return written(one, {"remote_ip": {"address_prefix": address, "prefix_len": length or "32"}})
