"""AuthorizationPolicy as filters of the kind rbac.

Read in Istio's pilot/pkg/security/authz: builder/builder.go (what denies comes first, then what allows; without rules
a policy fits nobody), model/model.go (a rule is any of `from` and any of `to`, and all of `when`) and
model/generator.go (each word's matcher).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from authlint.readers.istio.filters import filter_of
from authlint.readers.istio.matchers import (
    claim,
    destination_port,
    header,
    host,
    method,
    path,
    principal,
    request_principal,
    server_name,
    undecided,
)
from authlint.readers.istio.objects import Object
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

Maker = Callable[[Item], "Value | None"]
RBAC = "envoy.extensions.filters.http.rbac.v3.RBAC"
NAME = "envoy.filters.http.rbac"
ALLOW = "istio.authorization.allow"  # a name of its own, so that routes can speak of it
EVERYBODY: Value = {"any": True}
# What a rule says of an operation and of a source: the word, the word for its contrary, the matcher of one value.
OPERATION: tuple[tuple[str, str, Maker], ...] = (
    ("hosts", "notHosts", host),
    ("methods", "notMethods", method),
    ("paths", "notPaths", path),
    ("ports", "notPorts", destination_port),
)
SOURCE: tuple[tuple[str, str, Maker], ...] = (
    ("principals", "notPrincipals", principal),
    ("serviceAccounts", "notServiceAccounts", principal),
    ("requestPrincipals", "notRequestPrincipals", request_principal),
    ("namespaces", "notNamespaces", principal),
    ("remoteIpBlocks", "notRemoteIpBlocks", undecided),
    ("ipBlocks", "notIpBlocks", undecided),
)
ASKING = ("requestPrincipals", "notRequestPrincipals")
CLAIMS = "request.auth."


def action(policy: Object) -> str:
    said = policy.at("action")
    return said.text if said is not None else "ALLOW"


def is_dry(policy: Object) -> bool:
    """Whether it is only tried (https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/)."""
    note = policy.manifest.annotations().get("istio.io/dry-run")
    return note is not None and note.text.lower() in ("1", "t", "true")


def denying(several: Sequence[Object]) -> Iterator[Item]:
    """One filter for each policy that denies: any of them is enough, and each has its own place."""
    for one in several:
        yield _filter("DENY", [one], asking(one) or one.spec)


def allowing(several: Sequence[Object]) -> Iterator[Item]:
    """One filter for all policies that allow: any of them is enough."""
    if several:
        place = next((found for one in several if (found := asking(one)) is not None), None)
        yield _filter("ALLOW", several, place or several[0].spec)


def _filter(action: str, several: Sequence[Object], place: Item) -> Item:
    listed: dict[str, Value] = {}
    for one in several:
        listed.update(policies(one))
    return filter_of(
        ALLOW if action == "ALLOW" else NAME, RBAC, {"rules": {"action": action, "policies": listed}}, place
    )


def policies(policy: Object) -> Iterator[tuple[str, Value]]:
    """Its rules, as rbac has them, each with a name."""
    name = f"ns[{policy.namespace}]-policy[{policy.manifest.name}]-rule"
    rules = policy.listed("rules")
    for number, rule in enumerate(rules):
        made = _policy(rule)
        if made is not None:
            yield f"{name}[{number}]", written(_asking(rule) or rule, made)
    if not rules:
        never: Value = {"permissions": [{"not_rule": EVERYBODY}], "principals": [{"not_id": EVERYBODY}]}
        yield f"{name}[0]", written(policy.spec, never)


def _policy(rule: Item) -> Value | None:
    """One rule; None for one that is left out since it speaks of something that does not exist."""
    permitted, identified = _conditions(rule)
    if permitted is None or identified is None:
        return None
    operations = [one.get("operation") for one in _listed(rule, "to")] or [None]
    sources = [one.get("source") for one in _listed(rule, "from")] or [None]
    return {
        "permissions": [
            {"and_rules": {"rules": [*_parts(one, OPERATION, "rule"), *permitted] or [EVERYBODY]}}
            for one in operations
        ],
        "principals": [
            {"and_ids": {"ids": [*_parts(one, SOURCE, "id"), *identified] or [EVERYBODY]}} for one in sources
        ],
    }


def _parts(item: Item | None, words: Sequence[tuple[str, str, Maker]], kind: str) -> list[Value]:
    found: list[Value] = []
    for word, contrary, make in words:
        found += _either(_values(item, word), _values(item, contrary), make, kind)
    return found


def _either(values: Sequence[Item], others: Sequence[Item], make: Maker, kind: str) -> Iterator[Value]:
    """Any of the values, and none of the others."""
    for listed, negated in ((values, False), (others, True)):
        made = [one for one in map(make, listed) if one is not None]
        if made:
            any_of: Value = {f"or_{kind}s": {f"{kind}s": made}}
            yield {f"not_{kind}": any_of} if negated else any_of


def _conditions(rule: Item) -> tuple[list[Value] | None, list[Value]] | tuple[None, None]:
    """What `when` asks of the operation, and of who sends it."""
    permitted: list[Value] = []
    identified: list[Value] = []
    for one in _listed(rule, "when"):
        key = one.text_at("key")
        found = _condition(key)
        if found is None:
            return None, None
        make, kind = found
        said = _either(_values(one, "values"), _values(one, "notValues"), make, kind)
        (permitted if kind == "rule" else identified).extend(said)
    return permitted, identified


def _condition(key: str) -> tuple[Maker, str] | None:
    """https://istio.io/latest/docs/reference/config/security/conditions/"""
    name, _, rest = key.partition("[")
    if name == "request.headers" and rest:
        return (lambda value: header(rest.removesuffix("]"), value)), "id"
    if name == "request.auth.claims" and rest:
        return (lambda value: claim(rest.removesuffix("]").split("]["), value)), "id"
    if name.startswith("experimental.envoy.filters.") and rest:
        return undecided, "rule"
    return {
        "source.ip": (undecided, "id"),
        "remote.ip": (undecided, "id"),
        "source.namespace": (principal, "id"),
        "source.principal": (principal, "id"),
        "source.serviceAccount": (principal, "id"),
        "request.auth.principal": (request_principal, "id"),
        "request.auth.audiences": (lambda value: claim(["aud"], value), "id"),
        "request.auth.presenter": (lambda value: claim(["azp"], value), "id"),
        "destination.ip": (undecided, "rule"),
        "destination.port": (destination_port, "rule"),
        "connection.sni": (server_name, "rule"),
    }.get(key)


def asking(policy: Object) -> Item | None:
    """The first words of a policy that are about a token."""
    return next((place for _, place in asking_rules(policy)), None)


def asking_rules(policy: Object) -> Iterator[tuple[Item, Item]]:
    """The rules that are about tokens, each with the words that say so."""
    for rule in policy.listed("rules"):
        found = _asking(rule)
        if found is not None:
            yield rule, found


def _asking(rule: Item) -> Item | None:
    for one in _listed(rule, "from"):
        for word in ASKING:
            found = one.at("source", word)
            if found is not None:
                return found
    for one in _listed(rule, "when"):
        if one.text_at("key").startswith(CLAIMS):
            return one
    return None


def _listed(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return found.items() if found is not None else []


def _values(item: Item | None, name: str) -> list[Item]:
    found = item.get(name) if item is not None else None
    return found.items() if found is not None else []
