"""Intents as edits of Istio's objects (https://istio.io/latest/docs/reference/config/)."""

from __future__ import annotations

from authlint.intent import (
    AllowCredentials,
    Answer,
    Edit,
    Include,
    Intent,
    LetIn,
    Remove,
    Reword,
    Send,
    TakeBehind,
    Turn,
)
from authlint.model.value import EMPTY, literal
from authlint.readers.methods import METHOD, one_more, put
from authlint.readers.yaml.edits import (
    Part,
    children,
    entered,
    listed,
    part_at,
    removed,
    reworded,
    reworded_below,
    said_beside,
)

GROUP = "istio.io/"
OPTIONS = "OPTIONS"
ROUTER = "envoy.filters.http.router"
LISTS = {
    "access-control-allow-headers": "allowHeaders",
    "access-control-allow-methods": "allowMethods",
    "access-control-expose-headers": "exposeHeaders",
}
HEADER = ("name", "prefix")
TOKEN = "forwardOriginalToken"
# Lists of the provider that a CUSTOM policy names.
PROVIDERS = (
    "includeRequestHeadersInCheck",
    "headersToUpstreamOnAllow",
    "headersToDownstreamOnAllow",
    "headersToDownstreamOnDeny",
)


def edits(intent: Intent, path: str, text: str) -> tuple[Edit, ...] | None:
    """What is to be written where; None where Istio has no such setting, or what stands there is another's."""
    part = part_at(path, text, intent.span)
    if part is None or part.parent is None or not _is_ours(part):
        return None
    match intent:
        case Answer(how="skip"):
            return _passed_on(part)
        case Answer(how="first"):
            return _put_behind(part)
        case Turn(what="forward-token"):
            return _forwarded(part)
        case Include(word=word) if part.item.name in (*LISTS.values(), *PROVIDERS, "audiences"):
            return _included(part, word)
        case Include(word=word) if (match := part.element("match")) is not None:
            return _taken(match, word)
        case TakeBehind(scheme=scheme) if part.within("fromHeaders") is not None and part.item.name in HEADER:
            return said_beside(part, "prefix", f"{scheme} ")
        case LetIn(origin=origin) if (let_in := part.element("allowOrigins")) is not None:
            return listed(let_in, {"exact": origin})
        case TakeBehind(scheme=scheme):
            return _behind(part, f"{scheme} ")
        case AllowCredentials(allowed=allowed):
            return _credentials(part, allowed=allowed)
        case Send(to="client", name=header, value=value):
            return _sent(part, header.lower(), literal(value))
        case Send(to="application", name=header, value=value) if value == EMPTY:
            return _cleared(part, header.lower())
        case Remove():
            return removed(part) if part.parent.item.name == "remove" else None
        case Reword(old=old, new=new):
            return reworded_below(part, old, new)
    return None


def _taken(match: Part, method: str) -> tuple[Edit, ...] | None:
    """https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest"""
    said = match.entry("method")
    pattern = said.entry("regex") if said is not None else None
    if said is None or pattern is not None:
        return one_more(pattern, method) if pattern is not None else None
    alone = said.item.text_at("exact")
    return put(said, {"regex": f"{alone}|{method}"}) if METHOD.fullmatch(alone) else None


def _is_ours(part: Part) -> bool:
    *_, document = part.upwards()
    objects = (document, *part.upwards())
    return any((said := one.entry("apiVersion")) is not None and GROUP in said.item.text for one in objects)


def _passed_on(part: Part) -> tuple[Edit, ...] | None:
    """A policy lets preflights go on to the corsPolicy."""
    spec = part.within("spec")
    rules = spec.entry("rules") if spec is not None else None
    if spec is None or rules is None:
        return None
    said = spec.entry("action")
    action = said.item.text if said is not None else "ALLOW"
    rule = part.element("rules")
    if action == "CUSTOM":
        several = [_spared(rules.inner(one)) for one in children(rules.item)]
        found = [edit for one in several for edit in one or ()]
        return tuple(found) if found and None not in several else None
    if rule is None:
        return None
    if action == "ALLOW":
        return listed(rule, {"to": [{"operation": {"methods": [OPTIONS]}}]})
    return _spared(rule) if action == "DENY" else None


def _put_behind(part: Part) -> tuple[Edit, ...] | None:
    """The filter that an EnvoyFilter puts first comes behind the corsPolicy
    (https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation)."""
    patch = part.element("configPatches")
    if patch is None or part.item.name != "operation":
        return None
    place: Part | None = patch
    for name in ("match", "listener", "filterChain", "filter"):
        place = place.entry(name) if place is not None else None
    last = children(place.item)[-1:] if place is not None else []
    first = reworded(part, "INSERT_FIRST", "INSERT_BEFORE") if part.item.text == "INSERT_FIRST" else None
    if place is None or not last or first is None:
        return None
    behind = entered(place.inner(last[0]), "subFilter", {"name": ROUTER})
    return None if behind is None else (*first, *behind)


def _spared(rule: Part) -> tuple[Edit, ...] | None:
    """What is denied is not OPTIONS."""
    to = rule.entry("to")
    if to is None:
        last = children(rule.item)[-1:]
        operation = {"operation": {"notMethods": [OPTIONS]}}
        return entered(rule.inner(last[0]), "to", [operation]) if last else None
    found: list[Edit] = []
    for item in children(to.item):
        operation_part = to.inner(item).entry("operation")
        some = _not_options(operation_part) if operation_part is not None else None
        if some is None:
            return None
        found += some
    return tuple(found) or None


def _not_options(operation: Part) -> tuple[Edit, ...] | None:
    said = operation.entry("notMethods")
    if said is not None:
        return _included(said, OPTIONS)
    first = children(operation.item)[:1]
    if not first or operation.entry("methods") is not None:
        return None
    return entered(operation.inner(first[0]), "notMethods", [OPTIONS])


def _included(part: Part, word: str) -> tuple[Edit, ...] | None:
    last = children(part.item)[-1:]
    return listed(part.inner(last[0]), word) if last else None


def _forwarded(part: Part) -> tuple[Edit, ...] | None:
    rule = part.element("jwtRules")
    if rule is None:
        return None
    said = rule.entry(TOKEN)
    if said is not None:
        return reworded(said, "false", "true")
    last = children(rule.item)[-1:]
    return entered(rule.inner(last[0]), TOKEN, True) if last else None


def _behind(part: Part, prefix: str) -> tuple[Edit, ...] | None:
    header = part.element("fromHeaders")
    if header is None:
        return None
    said, name = header.entry("prefix"), header.entry("name")
    if said is not None:
        return reworded(said, said.item.text, prefix) if said.item.text else None
    return entered(name, "prefix", prefix) if name is not None else None


def _policy(part: Part) -> Part | None:
    return part.within("corsPolicy")


def _credentials(part: Part, *, allowed: bool) -> tuple[Edit, ...] | None:
    policy = _policy(part)
    said = policy.entry("allowCredentials") if policy is not None else None
    if policy is None or (said is None and not allowed):
        return None
    if said is None:
        return _entered(policy, "allowCredentials", True)
    return reworded(said, "false", "true") if allowed else removed(said)


def _entered(policy: Part, name: str, value: bool | list[str]) -> tuple[Edit, ...] | None:
    last = children(policy.item)[-1:]
    return entered(policy.inner(last[0]), name, value) if last else None


def _sent(part: Part, header: str, text: str | None) -> tuple[Edit, ...] | None:
    policy, name = _policy(part), LISTS.get(header)
    if policy is None or name is None or not text or policy.entry(name) is not None:
        return None
    return _entered(policy, name, [one.strip() for one in text.split(",")])


def _cleared(part: Part, header: str) -> tuple[Edit, ...] | None:
    """On the route: what it removes is removed before the request goes on."""
    route = part.element("http")
    if route is None:
        return None
    said = route.entry("headers")
    request = said.entry("request") if said is not None else None
    gone = request.entry("remove") if request is not None else None
    if gone is not None:
        return _included(gone, header)
    if said is not None:
        return None
    last = children(route.item)[-1:]
    removal = {"request": {"remove": [header]}}
    return entered(route.inner(last[0]), "headers", removal) if last else None
