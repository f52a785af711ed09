"""Which credentials a log would give away, and in which parameters of the query tokens come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint import evidence
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.credential import ApiKey, Jwt
from authlint.model.step import Amend, Ask, Branch, Check, Forward
from authlint.model.value import Cat, Get, Pick, Value, Variable, literal, parts
from authlint.site import Endpoint, Site, blocks_of, ops_of, requires

SECRET = frozenset(
    ("authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "x-access-token")
)
SESSION = ("session", "sess", "sid", "token", "jwt", "auth")
TOKENS = frozenset(("token", "access_token", "auth_token", "jwt", "id_token", "api_key", "apikey", "key"))
QUERY = frozenset(("query", "target", "routed-target", "request-line", "url"))
DEEPEST = 20


def secrets(site: Site, endpoint: Endpoint, value: Value) -> Iterator[Get]:
    """What of a value gives away credentials that this route's clients send."""
    names = set(parameters(site, endpoint))
    asked = any(evidence.mechanisms(endpoint))
    for word in leaves(value, site.gateway.definitions):
        if word.kind == "argument" or word.kind in QUERY:
            if (word.name in names) if word.kind == "argument" else bool(names):
                yield word
        elif is_secret(word):
            handed = word.name == "authorization" and evidence.reads_authorization(site, endpoint) is not None
            if (
                asked
                or handed
                or (endpoint.forward is not None and evidence.is_api(site, endpoint) is not None)
            ):
                yield word


def is_secret(word: Get) -> bool:
    """Whether it may hold a credential wherever it stands."""
    if word.kind == "header":
        return word.name in SECRET
    if word.kind == "cookie":
        return any(part in word.name.lower() for part in SESSION)
    return word.kind == "argument" or word.kind in QUERY


def leaves(value: Value, definitions: Mapping[str, Value], depth: int = 0) -> Iterator[Get]:
    """What a value writes whole; what it only looks at to choose another text does not count."""
    if depth > DEEPEST:
        return
    match value:
        case Get():
            yield value
        case Cat(inner):
            for one in inner:
                yield from leaves(one, definitions, depth + 1)
        case Variable(name) if name in definitions:
            yield from leaves(definitions[name], definitions, depth + 1)
        case Pick():
            for one in (value.default, *(case.value for case in value.cases)):
                yield from leaves(one, definitions, depth + 1)


def parameters(site: Site, endpoint: Endpoint) -> Iterator[str]:
    """Query parameters in which tokens are looked for because somebody said so."""
    definitions = site.gateway.definitions
    for require in requires(endpoint.route):
        for one in require.checks:
            yield from _checked(endpoint, one, definitions)
    for block in blocks_of(endpoint.route):
        for step in block.steps:
            yield from _sent(step, definitions)
    for op in (*ops_of(endpoint.route.script), *ops_of(endpoint.host.script)):
        if isinstance(op, Branch):
            yield from (name for name in _tested(op.when, definitions) if name.lower() in TOKENS)


def _checked(endpoint: Endpoint, check: Check, definitions: Mapping[str, Value]) -> Iterator[str]:
    match check:
        case ApiKey():
            yield from (place.name for place in check.places if place.kind == "parameter")
        case Jwt():
            for provider in check.providers:
                for place in provider.places:
                    if place.kind == "parameter" and place.span != provider.span:
                        yield place.name
        case Ask():
            path, table = literal(check.path) or "", endpoint.host.table
            asked = table.exact.get(path) or table.by_prefix.get(path)
            for step in asked.block.steps if asked is not None else ():
                yield from _sent(step, definitions)


def _sent(step: object, definitions: Mapping[str, Value]) -> Iterator[str]:
    """Parameters that go on as a credential."""
    if isinstance(step, (Forward, Amend)):
        for op in step.headers if isinstance(step, Forward) else step.ops:
            if op.name.lower().replace("_", "-").removeprefix("http-") in SECRET:
                yield from _arguments(op.value, definitions)


def _arguments(value: Value, definitions: Mapping[str, Value]) -> Iterator[str]:
    for part in parts(value, definitions):
        if isinstance(part, Get) and part.kind == "argument":
            yield part.name


def _tested(condition: Condition, definitions: Mapping[str, Value]) -> Iterator[str]:
    match condition:
        case Test(value):
            yield from _arguments(value, definitions)
        case Not(inner):
            yield from _tested(inner, definitions)
        case All(several) | AnyOf(several):
            for one in several:
                yield from _tested(one, definitions)
