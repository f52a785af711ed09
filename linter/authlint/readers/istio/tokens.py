"""RequestAuthentication as the filter jwt_authn.

Read in Istio's pilot/pkg/security/authn/policy_applier.go: the rules of all objects in the order of their issuers; a
token that is there must be good, one that is missing is let through; preflights are never asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from authlint.readers.istio.filters import filter_of
from authlint.readers.istio.objects import Object
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

PAYLOAD = "payload"  # the name under which the claims are kept for the filters behind
# The control plane fetches the keys and hands them over: where from is its own business.
KEYS: Value = {"filename": "/etc/istio/keys.json"}


def jwt_authn(objects: Sequence[Object]) -> Item | None:
    """The filter, None where no rule is for the workload."""
    rules = [rule for one in objects for rule in one.listed("jwtRules")]
    rules.sort(key=lambda rule: rule.text_at("issuer"))
    if not rules:
        return None
    names = _names(rules)
    config: dict[str, Value] = {
        "bypass_cors_preflight": True,
        "providers": {name: _provider(rule) for name, rule in zip(names, rules, strict=True)},
        "rules": [written(rules[0], {"match": {"prefix": "/"}, "requires": _requires(names, rules)})],
    }
    kind = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
    return filter_of("envoy.filters.http.jwt_authn", kind, config, rules[0])


def _names(rules: Sequence[Item]) -> list[str]:
    """A provider is called by its issuer: that is what a person knows it by."""
    issuers = [rule.text_at("issuer") for rule in rules]
    return [
        issuer if issuers.index(issuer) == number else f"{issuer} ({number})"
        for number, issuer in enumerate(issuers)
    ]


def _provider(rule: Item) -> Item:
    headers = rule.get("fromHeaders")
    claims = rule.get("outputClaimToHeaders")
    jwks = rule.get("jwks")
    return written(
        rule,
        {
            "issuer": rule.get("issuer"),
            "audiences": rule.get("audiences"),
            "forward": rule.get("forwardOriginalToken"),
            "forward_payload_header": rule.get("outputPayloadToHeader"),
            "payload_in_metadata": PAYLOAD,
            "clear_route_cache": True,
            "from_headers": _each(headers, name="name", value_prefix="prefix"),
            "from_params": rule.get("fromParams"),
            "from_cookies": rule.get("fromCookies"),
            "claim_to_headers": _each(claims, header_name="header", claim_name="claim"),
            "local_jwks": {"inline_string": jwks} if jwks is not None else KEYS,
        },
    )


def _each(listed: Item | None, **names: str) -> list[Value] | None:
    """The values of a list under the names that Envoy has for them."""
    if listed is None:
        return None
    return [
        written(one, {name: one.get(own) for name, own in names.items() if one.get(own) is not None})
        for one in listed.items()
    ]


def _requires(names: Sequence[str], rules: Sequence[Item]) -> Item:
    """A token of any issuer; or none, as far as each is concerned."""
    each = [
        written(
            rule,
            {"requires_any": {"requirements": [{"provider_name": name}, {"allow_missing": {}}]}},
        )
        for name, rule in zip(names, rules, strict=True)
    ]
    if len(each) == 1:
        return each[0]
    alone: list[Value] = [
        written(rule, {"provider_name": name}) for name, rule in zip(names, rules, strict=True)
    ]
    both: list[Value] = [*alone, {"requires_all": {"requirements": each}}]
    return written(rules[0], {"requires_any": {"requirements": both}})
