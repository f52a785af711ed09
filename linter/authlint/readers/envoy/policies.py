"""The rbac filter (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter).

No rules let everybody pass; an ALLOW without policies nobody (measured on 1.40).
"""

from __future__ import annotations

from typing import Literal

from authlint.model.condition import All, AnyOf, Condition, Not, Test, Unclear
from authlint.model.credential import Allow, Policy
from authlint.model.step import Check, Unsure
from authlint.model.value import Get, Text
from authlint.readers.envoy.filters import Filter, Spot, asked_at, configured
from authlint.readers.envoy.formatting import JWT
from authlint.readers.envoy.matching import ALWAYS, address, header_matcher, string, url_path
from authlint.readers.envoy.proto import entries, field, fields, flag, is_set, number, text
from authlint.readers.envoy.templates import pattern, template
from authlint.readers.yaml.tree import Item

WHY = "whom a policy covers"
ACTIONS = {"": "ALLOW", "0": "ALLOW", "1": "DENY", "2": "LOG"}
DENIED = 403
ADDRESSES = ("direct_remote_ip", "remote_ip", "source_ip")


def check(one: Filter, spot: Spot) -> Check | None:
    own = next(configured(spot.own(one.name), "RBACPerRoute"), None)
    config = one.config if own is None else field(own.config, "rbac")
    if field(config, "matcher") is not None:
        return Unsure("what the rbac matcher decides", one.span)
    rules = field(config, "rules")
    if rules is None:
        return None
    action = ACTIONS.get(text(rules, "action"), text(rules, "action"))
    if action == "LOG":
        return None
    policies = tuple(Policy(item.name, _policy(item), item.words) for item in entries(rules, "policies"))
    kind: Literal["allow", "deny"] = "deny" if action == "DENY" else "allow"
    return Allow(kind, policies, DENIED, asked_at(one, own))


def _policy(item: Item) -> Condition:
    if field(item, "condition") is not None or field(item, "checked_condition") is not None:
        return Unclear(WHY)
    permissions = AnyOf(tuple(map(_rule, fields(item, "permissions"))))
    principals = AnyOf(tuple(map(_rule, fields(item, "principals"))))
    return All((permissions, principals))


def _rule(item: Item) -> Condition:
    """A Permission or a Principal: what both can say is said in the same words."""
    for name, inner in (("and_rules", "rules"), ("and_ids", "ids")):
        found = field(item, name)
        if found is not None:
            return All(tuple(map(_rule, fields(found, inner))))
    for name, inner in (("or_rules", "rules"), ("or_ids", "ids")):
        found = field(item, name)
        if found is not None:
            return AnyOf(tuple(map(_rule, fields(found, inner))))
    negated = field(item, "not_rule") or field(item, "not_id")
    if negated is not None:
        return Not(_rule(negated))
    return _plain(item)


def _plain(item: Item) -> Condition:
    if is_set(item, "any"):
        return ALWAYS
    header = field(item, "header")
    if header is not None:
        return header_matcher(header)
    path = field(item, "url_path")
    if path is not None:
        return url_path(path)
    templated = pattern(template(field(item, "uri_template")))
    if templated:
        return Test(Get("path"), Text("full", templated, re2=True))
    for name in ADDRESSES:
        found = field(item, name)
        if found is not None:
            return address(found)
    port = number(item, "destination_port")
    if port is not None:
        return Test(Get("server-port"), Text("is", str(port)))
    metadata = field(item, "metadata")
    return Unclear(WHY) if metadata is None else _metadata(metadata)


def _metadata(item: Item) -> Condition:
    """What another filter found out; of jwt_authn the claims."""
    if text(item, "filter") != JWT:
        return Unclear(WHY)
    names = [text(part, "key") for part in fields(item, "path")]
    claim = Get("claim", "/".join(names))
    matcher = string(field(item, "value", "string_match"))
    present = flag(item, "value", "present_match")
    if matcher is not None:
        found: Condition = All((Test(claim, Text("present")), Test(claim, matcher)))
    elif present is not None:
        found = Test(claim, Text("present")) if present else Not(Test(claim, Text("present")))
    else:
        found = All((Test(claim, Text("present")), Unclear("what a claim holds")))
    return Not(found) if is_set(item, "invert") else found
