"""Envoy's matchers as conditions and route matches.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto (RouteMatch, HeaderMatcher)
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.condition import All, AnyOf, Condition, Not, Test, Unclear
from authlint.model.gateway import Match
from authlint.model.value import Get, Text, Value
from authlint.readers.envoy.proto import field, fields, flag, is_set, number, share, text
from authlint.readers.envoy.templates import pattern, template
from authlint.readers.yaml.tree import Item

ALWAYS = All(())
NEVER = AnyOf(())
PRESENT = Text("there")
CONNECTING = Test(Get("own-method"), Text("is", "CONNECT"))
PSEUDO: dict[str, Value] = {
    ":method": Get("own-method"),
    ":path": Get("routed-target"),
    ":authority": Get("authority"),
    "host": Get("authority"),
    ":scheme": Get("scheme"),
    "x-envoy-original-path": Get("unwritten-target"),
}
TEXTS = {"exact": "is", "prefix": "prefix", "suffix": "suffix", "contains": "contains"}
# The forms of header matchers before string_match.
OLD = {"exact_match": "is", "prefix_match": "prefix", "suffix_match": "suffix", "contains_match": "contains"}
PATHS = {"prefix": "prefix", "path": "exact", "path_separated_prefix": "segments"}
# What a route match may hold besides the path; anything else is not understood.
UNDERSTOOD = frozenset(
    (
        *(
            "prefix",
            "path",
            "safe_regex",
            "regex",
            "path_separated_prefix",
            "connect_matcher",
            "case_sensitive",
            "path_match_policy",
            "pathMatchPolicy",
        ),
        *(
            "headers",
            "query_parameters",
            "cookies",
            "runtime_fraction",
            "grpc",
            "safeRegex",
            "pathSeparatedPrefix",
        ),
        *("connectMatcher", "caseSensitive", "queryParameters", "runtimeFraction"),
    )
)


def header(name: str) -> Value:
    """The value that Envoy has under a header's name, pseudo headers included."""
    lower = name.lower()
    return PSEUDO.get(lower, Get("header", lower))


def string(item: Item | None) -> Text | None:
    """A StringMatcher; None where it is one that cannot be understood."""
    if item is None:
        return None
    nocase = is_set(item, "ignore_case")
    for name, how in TEXTS.items():
        found = field(item, name)
        if found is not None:
            return None if found.masked else Text(how, found.text, nocase)  # type: ignore[arg-type]
    regex = field(item, "safe_regex", "regex") or field(item, "regex")
    if regex is not None and not regex.masked:
        return Text("full", regex.text, False, True)
    return None


def strings(item: Item | None) -> tuple[Text, ...]:
    """A ListStringMatcher; patterns that are not understood are left out."""
    found = (string(one) for one in fields(item, "patterns"))
    return tuple(one for one in found if one is not None)


def tested(value: Value, item: Item | None, why: str) -> Condition:
    matcher = string(item)
    return Unclear(why) if matcher is None else Test(value, matcher)


def header_matcher(item: Item) -> Condition:
    """One HeaderMatcher. One on a header that is absent does not fit, inverted or not (measured)."""
    name = text(item, "name")
    value = header(name)
    present = Test(value, PRESENT)
    inverted = is_set(item, "invert_match")
    wanted = flag(item, "present_match")
    if wanted is not None:
        return present if wanted != inverted else Not(present)
    test = _header_test(item, value, name)
    if test is None:
        return Not(present) if inverted else present
    if is_set(item, "treat_missing_header_as_empty"):
        return Not(test) if inverted else test
    return All((present, Not(test) if inverted else test))


def _header_test(item: Item, value: Value, name: str) -> Condition | None:
    why = f"what is asked of the header {name}"
    matcher = field(item, "string_match")
    if matcher is not None:
        return tested(value, matcher, why)
    for old, how in OLD.items():
        found = field(item, old)
        if found is not None:
            return Unclear(why) if found.masked else Test(value, Text(how, found.text))  # type: ignore[arg-type]
    regex = field(item, "safe_regex_match", "regex") or field(item, "regex_match")
    if regex is not None:
        return Unclear(why) if regex.masked else Test(value, Text("full", regex.text, False, True))
    bounds = field(item, "range_match")
    if bounds is None:
        return None
    low, high = number(bounds, "start") or 0, number(bounds, "end") or 0
    return Test(value, Text("range", f"{low},{high}"))


def query_matcher(item: Item) -> Condition:
    value = Get("argument", text(item, "name"))
    matcher = field(item, "string_match")
    if matcher is not None:
        return All((Test(value, PRESENT), tested(value, matcher, "what is asked of a query parameter")))
    return Test(value, PRESENT)


def _cookie_matcher(item: Item) -> Condition:
    value = Get("cookie", text(item, "name"))
    test = tested(value, field(item, "string_match"), "what is asked of a cookie")
    both = All((Test(value, PRESENT), test))
    return Not(both) if is_set(item, "invert_match") else both


def path(item: Item | None) -> Match | None:
    """The path that a RouteMatch takes; None where it cannot be told."""
    nocase = flag(item, "case_sensitive") is False
    for name, kind in PATHS.items():
        found = field(item, name)
        if found is not None:
            return None if found.masked else Match(kind, found.text, nocase)  # type: ignore[arg-type]
    regex = field(item, "safe_regex", "regex") or field(item, "regex")
    if regex is not None:
        return None if regex.masked else Match("full", regex.text)
    templated = pattern(template(field(item, "path_match_policy")))
    return Match("full", templated) if templated else None


def besides(item: Item | None) -> Condition | None:
    """What a RouteMatch asks for besides the path; None: nothing."""
    found = list(_besides(item)) if item is not None else []
    return All(tuple(found)) if found else None


def _besides(item: Item) -> Iterator[Condition]:
    yield from (header_matcher(one) for one in fields(item, "headers"))
    yield from (query_matcher(one) for one in fields(item, "query_parameters"))
    yield from (_cookie_matcher(one) for one in fields(item, "cookies"))
    if field(item, "connect_matcher") is not None:
        yield CONNECTING
    if field(item, "grpc") is not None:
        kind = Get("header", "content-type")
        yield AnyOf(
            (Test(kind, Text("is", "application/grpc")), Test(kind, Text("prefix", "application/grpc+")))
        )
    part = share(field(item, "runtime_fraction"))
    if part == 0:
        yield NEVER
    elif part < 1:
        yield Unclear("which share of the requests a route takes")
    for one in item.entries():
        if one.name not in UNDERSTOOD:
            yield Unclear(f"whether {one.name} fits")


def route_match(item: Item | None) -> Condition:
    """A RouteMatch as a condition, as jwt_authn's rules have it: besides the path they look at headers and parameters
    only (measured)."""
    found = path(item)
    if found is not None:
        first = path_test(found)
    elif field(item, "connect_matcher") is not None:
        first = CONNECTING
    else:
        first = Unclear("which paths a rule is for")
    headers = (header_matcher(one) for one in fields(item, "headers"))
    return All((first, *headers, *(query_matcher(one) for one in fields(item, "query_parameters"))))


def path_test(match: Match) -> Condition:
    how = {"prefix": "prefix", "exact": "is", "segments": "segments", "full": "full"}[match.kind]
    return Test(Get("path"), Text(how, match.text, match.nocase, match.kind == "full"))  # type: ignore[arg-type]


def url_path(item: Item | None) -> Condition:
    """A PathMatcher."""
    return tested(Get("path"), field(item, "path"), "which path a rule is for")


def address(item: Item | None) -> Condition:
    """A CidrRange, tested against the peer."""
    prefix = text(item, "address_prefix")
    length = number(item, "prefix_len")
    if not prefix:
        return Unclear("which addresses a rule is for")
    return Test(Get("peer"), Text("network", f"{prefix}/{length if length is not None else 0}"))
