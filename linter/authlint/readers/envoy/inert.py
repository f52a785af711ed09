"""What was meant to protect, or to let other origins in, and does nothing where it stands (measured on 1.40).

Envoy accepts all of these without a word: `--mode validate` says OK.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.expression import expression
from authlint.model.gateway import Inert
from authlint.model.slip import Misspelt, Slip
from authlint.readers.envoy.cors import policies
from authlint.readers.envoy.filters import Filter, Own, Spot, configured, disabled, unwrapped
from authlint.readers.envoy.proto import entries, field, fields, is_set, place, text
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

# Per-route messages that switch a check on or change it, with the field that does.
GUARDS = {
    "PerRouteConfig": ("jwt_authn", "requirement_name"),
    "BasicAuthPerRoute": ("basic_auth", "users"),
    "ApiKeyAuthPerRoute": ("api_key_auth", ""),
    "RBACPerRoute": ("rbac", "rbac"),
}
CHECKS = frozenset(("jwt_authn", "ext_authz", "basic_auth", "api_key_auth", "rbac", "oauth2"))
MISSING_PASS = "a request without a token passes: only one with a bad token is refused"
MISSING_CURE = "leave allow_missing out, where a token is wanted"
NOBODY_BEHIND = "nothing behind the gateway asks for the token"
KEY_CURE = "use the name of the entry in http_filters as the key"
LEVEL = "typed_per_filter_config"
SCHEMES = "http"
ORIGIN = expression(r"https?://[a-z0-9.-]+(?::\d+)?")
LEAD = expression(r"\^?([A-Za-z0-9]+)(?![*?{])")


@record
class Uses:
    """What the routes of one connection manager configure: the names of filters they speak of, and whether any of
    them has a CORS policy."""

    names: frozenset[str]
    messages: frozenset[str]
    policies: bool


def uses(table: Item) -> Uses:
    names: set[str] = set()
    messages: set[str] = set()
    policed = False
    for level in levels(table):
        for entry in entries(level, LEVEL):
            names.add(entry.name)
            messages.add(unwrapped(entry).message)
        policed = policed or field(level, "cors") is not None or field(level, "route", "cors") is not None
    policed = policed or not messages.isdisjoint(("CorsPolicy", "Cors"))
    return Uses(frozenset(names), frozenset(messages), policed)


def levels(table: Item) -> Iterator[Item]:
    """Everything in a route configuration that may speak of filters, the outermost first."""
    yield table
    for host in fields(table, "virtual_hosts"):
        yield host
        for route in fields(host, "routes"):
            yield route
            yield from fields(route, "route", "weighted_clusters", "clusters")


def inert(chain: tuple[Filter, ...], spot: Spot, used: Uses) -> Iterator[Inert]:
    """What is without effect for a route."""
    if spot.action != "forward":
        return
    yield from _cors(chain, spot, used)
    known = {one.name for one in chain}
    for level in spot.levels:
        for entry in entries(level, LEVEL):
            if entry.name not in known:
                yield from _unknown(chain, unwrapped(entry))
    for one in chain:
        if not disabled(one, spot.own(one.name)):
            yield from _idle(one, spot, used)


def _cors(chain: tuple[Filter, ...], spot: Spot, used: Uses) -> Iterator[Inert]:
    present = [one for one in chain if one.kind == "cors"]
    for one in present[:1]:
        found = policies(one, spot)
        asked = any(other.kind in CHECKS and not disabled(other, spot.own(other.name)) for other in chain)
        if not found and not used.policies and asked:
            why = "this filter has no policy to go by: no virtual host and no route has one"
            yield _crossing(why, "give the virtual host a CorsPolicy under this filter's name", one.span)
        for own in spot.own(one.name):
            if own.message == "Cors":
                why = "this is the filter's message, which says nothing: a policy is a CorsPolicy"
                yield _crossing(
                    why,
                    "write envoy.extensions.filters.http.cors.v3.CorsPolicy",
                    place(field(own.item, "@type"), own.item.span),
                )
        if found and not disabled(one, spot.own(one.name)):
            yield from _hopeless(found)
    if not present:
        for policy in _policies(spot):
            why = "this policy has nobody to apply it: there is no cors filter in http_filters"
            yield _crossing(
                why, "put envoy.filters.http.cors in front of the checks in http_filters", policy.span
            )


def _policies(spot: Spot) -> Iterator[Item]:
    for level in spot.levels:
        for entry in entries(level, LEVEL):
            if unwrapped(entry).message == "CorsPolicy":
                yield entry
        old = field(level, "cors") or field(level, "route", "cors")
        if old is not None:
            yield old


def _hopeless(found: list[Item]) -> Iterator[Inert]:
    """A policy that knows no origin, or only such as no browser sends."""
    listed = next((many for one in found if (many := fields(one, "allow_origin_string_match"))), [])
    old = any(fields(one, "allow_origin") or fields(one, "allow_origin_regex") for one in found)
    off = any(field(one, "filter_enabled", "default_value", "numerator") is not None for one in found)
    if not listed and not old and not off:
        cure = "name the origins that may call"
        yield _crossing("this policy names no origin: it knows nobody", cure, found[0].span)
        return
    reasons = list(map(_impossible, listed))
    if listed and all(reasons):
        cure = (
            "write scheme, host and port as browsers send them, in lower case and without a slash at the end"
        )
        yield _crossing(f"no origin fits: {reasons[0]}", cure, listed[0].words, _as_sent(listed))


def _as_sent(listed: list[Item]) -> tuple[Slip, ...]:
    """Origins as browsers send them, if that is all that was wrong with each."""
    slips: list[Slip] = []
    for item in listed:
        exact = field(item, "exact")
        meant = exact.text.rstrip("/").lower() if exact is not None else ""
        if exact is None or not ORIGIN.fullmatch(meant) or meant == exact.text:
            return ()
        slips.append(Misspelt(exact.span, exact.text, meant, decides=True))
    return tuple(slips)


def _impossible(item: Item) -> str:
    """Why no browser's origin can fit; empty where one may."""
    exact = field(item, "exact")
    regex = text(item, "safe_regex", "regex")
    lead = LEAD.match(regex)
    if lead is not None and "|" not in regex and not SCHEMES.startswith(lead[1][:4]) and lead[1][:1] != "n":
        return "an origin begins with its scheme, and the pattern has to fit all of it"
    if exact is None or exact.masked:
        return ""
    origin = exact.text
    if origin in ("*", "null"):
        return ""
    if origin == "":
        return "the text is empty"
    if origin.endswith("/"):
        return "an origin does not end with a slash"
    if "*" in origin:
        return "an exact text has no wildcard"
    if "://" not in origin:
        return "an origin begins with its scheme"
    if origin != origin.lower() and not is_set(item, "ignore_case"):
        return "browsers send origins in lower case"
    scheme, _, rest = origin.partition("://")
    if (scheme, rest.rpartition(":")[2]) in (("https", "443"), ("http", "80")):
        return "browsers leave the scheme's own port out"
    return ""


def _unknown(chain: tuple[Filter, ...], own: Own) -> Iterator[Inert]:
    """A key that is no filter's name: whatever it says is not heard."""
    name = own.item.name
    if own.message == "CorsPolicy":
        if any(one.kind == "cors" for one in chain):
            yield _crossing(f"no filter is called {name}: nobody reads this policy", KEY_CURE, own.item.span)
        return
    guard = GUARDS.get(own.message)
    if guard is None or own.config is None or own.disabled:
        return
    kind, needed = guard
    there = any(one.kind == kind for one in chain)
    if there and (not needed or field(own.config, needed) is not None):
        why = f"no filter is called {name}: nobody reads this"
        yield Inert(why, KEY_CURE, own.item.span, slips=_called(chain, kind, own))


def _called(chain: tuple[Filter, ...], kind: str, own: Own) -> tuple[Slip, ...]:
    """The name of the one filter that could be meant."""
    names = [one.name for one in chain if one.kind == kind]
    return (Misspelt(own.item.span, own.item.name, names[0], decides=True),) if len(names) == 1 else ()


def _idle(one: Filter, spot: Spot, used: Uses) -> Iterator[Inert]:
    """A check that no configuration puts to use."""
    if any(configured(spot.own(one.name))) or one.name in used.names:
        return
    if one.kind == "jwt_authn":
        rules = fields(one.config, "rules")
        asking = [rule for rule in rules if _asks(rule)]
        if not asking and any(entries(one.config, "providers")) and "PerRouteConfig" not in used.messages:
            why = "no rule asks for a token: every request passes"
            span = one.span if not rules else _requirement(rules[-1])
            yield Inert(why, "say what is asked for: requires: {provider_name: ...}", span)
        elif asking and all(map(_spares_the_missing, asking)):
            yield Inert(MISSING_PASS, MISSING_CURE, _requirement(asking[0]), assumes=NOBODY_BEHIND)
        for rule in rules:
            for name in ("prefix", "path"):
                path = field(rule, "match", name)
                if path is not None and _asks(rule) and path.text[:1] != "/" and not path.masked:
                    why = "no path fits: every path begins with a slash"
                    slip = Misspelt(path.span, path.text, f"/{path.text}", decides=True)
                    yield Inert(why, f"write /{path.text}", path.span, slips=(slip,))
    elif one.kind == "rbac":
        config = one.config
        names = ("rules", "shadow_rules", "matcher", "shadow_matcher")
        if config is not None and all(field(config, name) is None for name in names):
            yield Inert("there are no rules: everybody passes", "add rules", one.span)


def _spares_the_missing(rule: Item) -> bool:
    """Whether a rule lets pass who has no token."""
    parts = fields(rule, "requires", "requires_any", "requirements")
    requirements = [*parts, *(one for part in parts for one in fields(part, "requires_all", "requirements"))]
    inner = (one for part in requirements for one in fields(part, "requires_any", "requirements"))
    return any(field(one, "allow_missing") is not None for one in (*requirements, *inner))


def _asks(rule: Item) -> bool:
    requires = field(rule, "requires")
    return bool(text(rule, "requirement_name")) or (requires is not None and any(requires.entries()))


def _requirement(rule: Item) -> Span:
    """The words that should say what is asked for."""
    for name in ("requires", "match"):
        found = field(rule, name)
        if found is not None:
            return found.span
    return rule.words


def _crossing(why: str, cure: str, span: Span, slips: tuple[Slip, ...] = ()) -> Inert:
    return Inert(why, cure, span, "cross-origin", slips)
