"""Credentials that a configuration speaks of: where its checks look, and what its conditions compare; no rule
itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.flow.samples import samples
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.credential import ApiKey, Jwt, OAuth, Place
from authlint.model.step import Basic, Branch, Check, Op
from authlint.model.value import Get, Pick, Text, Value, parts
from authlint.record import record
from authlint.site import BASIC, Endpoint, Site, ops_of, requires


@record
class Part:
    """One credential; `name` of a header is lower case."""

    kind: str  # header, cookie, parameter
    name: str
    text: str


def implied(site: Site, endpoint: Endpoint) -> frozenset[str]:
    """Parameters in which a token is looked for though nobody has said so: clients do not send it there."""
    providers = [
        one for check in _checks(site, endpoint) if isinstance(check, Jwt) for one in check.providers
    ]
    return frozenset(
        place.name
        for one in providers
        for place in one.places
        if place.kind == "parameter" and sum(place.span == other.span for other in one.places) > 1
    )


def _checks(site: Site, endpoint: Endpoint) -> list[Check]:
    routes = (endpoint.route, *site.behind(endpoint).routes)
    return [check for route in routes for require in requires(route) for check in require.checks]


def of_checks(site: Site, endpoint: Endpoint) -> Iterator[Part]:
    """What the checks of the route, and of those behind it, look for, where they look for it."""
    unsaid = implied(site, endpoint)
    for check in _checks(site, endpoint):
        match check:
            case Basic(header=header):
                yield Part("header", header, BASIC[1])
            case Jwt(providers=providers):
                places = [place for one in providers for place in one.places if place.name not in unsaid]
                yield from (_placed(place, "TOKEN") for place in places)
            case ApiKey(places=places, keys=keys):
                text = keys[0][1] if keys else "KEY"
                yield from (_placed(place, text) for place in places)
            case OAuth(cookies=cookies):
                yield from (Part("cookie", name, "SESSION") for name in cookies)


def _placed(place: Place, text: str) -> Part:
    return Part(place.kind, place.name, place.prefix + text)


def tested(site: Site, endpoint: Endpoint) -> Iterator[Part]:
    """What conditions of this virtual host, and of those behind it, compare with headers, cookies and parameters."""
    scripts = [endpoint.host.script, *(route.script for route in endpoint.host.table.routes())]
    behind = site.behind(endpoint)
    scripts += behind.scripts
    definitions = {**site.gateway.definitions, **behind.definitions}
    for op in (op for script in scripts for op in ops_of(script)):
        for value, how in _tests(op):
            for part in parts(value, definitions):
                if isinstance(part, Pick):
                    for case in part.cases:
                        yield from _meeting(part.source, case.test)
                else:
                    yield from _meeting(part, how)


def _tests(op: Op) -> Iterator[tuple[Value, Text]]:
    todo: list[Condition] = [op.when] if isinstance(op, Branch) else []
    while todo:
        match todo.pop():
            case Test(value, how):
                yield value, how
            case Not(inner):
                todo.append(inner)
            case All(several) | AnyOf(several):
                todo.extend(several)


def _meeting(value: Value, how: Text) -> Iterator[Part]:
    kinds = {"header": "header", "cookie": "cookie", "argument": "parameter"}
    if not isinstance(value, Get) or value.kind not in kinds:
        return
    texts = [how.arg + "x" if how.how == "prefix" else how.arg or "1"]
    for text in samples(how.arg, how.nocase)[:2] if how.how in ("search", "full") else texts:
        yield Part(kinds[value.kind], value.name, text)
