"""What pages on other origins send to a route and announce first, and who answers; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import ALWAYS_SAFE, SAFE_METHODS, words
from authlint.expression import expression
from authlint.finding import Label
from authlint.flow.outcome import Outcome
from authlint.model.condition import All, AnyOf, Condition, Not, Test, looked_at
from authlint.model.credential import Allow, Jwt
from authlint.model.step import Branch, HeaderOp
from authlint.model.value import Get, Text, literal
from authlint.site import Endpoint, Site, headers_of, ops_of, requires
from authlint.text import Span

# A form could send these too, with some values: naming them alone announces nothing.
PLAIN = ALWAYS_SAFE | {"content-type", "range", "origin", "user-agent"}
METHODS = (Get("method"), Get("own-method"))
ANNOUNCED = (
    "PUT",
    "PATCH",
    "DELETE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
)
WORD = expression("[A-Z]+")
PLACES = frozenset(("path", "authority"))  # kinds of values by which a route is told


def announced(site: Site, endpoint: Endpoint) -> Label | None:
    """What says that pages send more than a form could: then the browser asks first."""
    for op in evidence.response_ops(endpoint):
        if _names_more(op):
            return Label(op.span, "pages are told that they may send this, and browsers then ask first")
    return evidence.reads_authorization(site, endpoint)


def _names_more(op: HeaderOp) -> bool:
    name, text = op.name.lower(), literal(op.value)
    members = words(text) or []
    if name == "access-control-allow-headers":
        return any(word.lower() not in PLAIN for word in members)
    if name == "access-control-allow-methods":
        return any(word not in SAFE_METHODS | {"OPTIONS"} for word in members)
    return False


def answered_here(outcome: Outcome) -> bool:
    """Whether the gateway answers by itself in every world, and nothing of it that was not read could change that."""
    worlds = outcome.worlds
    return not outcome.opens and all(one.answered_by == "gateway" and one.upstream is None for one in worlds)


def wanted_origins(site: Site, endpoint: Endpoint) -> Iterator[str]:
    """Origins from which the route is meant to be called, at most four."""
    yield from site.origins(endpoint)[:4]


def never_true(endpoint: Endpoint) -> Iterator[tuple[Span, str]]:
    """Tests of the method that speak of OPTIONS and that no request meets, with what they compare it with."""
    for op in (*ops_of(endpoint.route.script), *ops_of(endpoint.host.script)):
        when = op.when if isinstance(op, Branch) else None
        if isinstance(when, Test) and when.arg is None and when.value in METHODS and _misses(when.how):
            yield op.span, when.how.arg


def _misses(how: Text) -> bool:
    """Whether a test speaks of OPTIONS and does not fit it."""
    if how.how == "is":
        return how.arg != "OPTIONS" and "OPTIONS" in how.arg.upper()
    return (
        how.how == "search" and not how.nocase and "OPTIONS" not in how.arg and "options" in how.arg.lower()
    )


def methods_named(endpoint: Endpoint) -> list[str]:
    """Methods other than a form's that a condition of the route speaks of."""
    return [method for method in methods_taken(endpoint) if method in ANNOUNCED]


def methods_taken(endpoint: Endpoint) -> list[str]:
    """The route's method, and those that its conditions speak of."""
    found = {endpoint.method: None}
    for test in _tests(endpoint):
        if test.arg is None and test.value in METHODS:
            found.update(dict.fromkeys(WORD.findall(test.how.arg)))
    return list(found)


def _tests(endpoint: Endpoint) -> Iterator[Test]:
    route = endpoint.route
    scripts = (*ops_of(route.script), *ops_of(endpoint.host.script))
    todo: list[Condition] = [op.when for op in scripts if isinstance(op, Branch)]
    todo += [when for when, _ in route.variants] + ([route.when] if route.when is not None else [])
    for check in (one for require in requires(route) for one in require.checks):
        if isinstance(check, Jwt):
            todo += [rule.when for rule in check.rules]
        elif isinstance(check, Allow):
            # One that names no place is for all that the gateway serves: what this route takes it does not say.
            named = [(one.when, {part.kind for part in looked_at(one.when)}) for one in check.policies]
            todo += [when for when, kinds in named if kinds & PLACES]
    while todo:
        match todo.pop():
            case Test() as test:
                yield test
            case Not(inner):
                todo.append(inner)
            case All(several) | AnyOf(several):
                todo.extend(several)


def passes(site: Site, endpoint: Endpoint, method: str) -> bool:
    """Whether a request with this method reaches the application, with any credential."""
    for name in ("none", *site.credentials(endpoint)):
        outcome = site.ask(site.request(endpoint, *headers_of(name), method=method))
        if outcome.admitted and outcome.upstream is not None:
            return True
    return False
