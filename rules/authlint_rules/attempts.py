"""Requests with everything that could let them pass: the usual credentials, those that the configuration itself
speaks of, and several at once; no rule itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.flow.samples import samples
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.credential import ApiKey, Jwt, OAuth, Place
from authlint.model.step import Basic, Branch, Op, Respond
from authlint.model.value import Get, Pick, Text, Value, parts
from authlint.site import BASIC, CREDENTIALS, VOUCHED, Endpoint, Site, ops_of, requires

MOST = 24  # credentials that are combined; with more of them nothing is said
WORDS = frozenset(("KEY", "TOKEN", "SESSION"))


@dataclass(frozen=True, slots=True)
class Part:
    """One credential; `name` of a header is lower case."""

    kind: str  # header, cookie, parameter
    name: str
    text: str


def refused_throughout(site: Site, endpoint: Endpoint) -> list[tuple[Request, Outcome]] | None:
    """Every attempt with its outcome, the one without credentials first; None as soon as one may pass."""
    tried: list[tuple[Request, Outcome]] = []
    if not any(requires(endpoint.route)) or any(site.passing(endpoint)):
        return None
    for request in attempts(site, endpoint):
        outcome = site.ask(request)
        if outcome.opens or not all(_is_refused(world) for world in outcome.worlds):
            return None
        tried.append((request, outcome))
    return tried or None


def _is_refused(world: Outcome) -> bool:
    """By a check, or by an answer that a script gives."""
    answers = [one.subject for one in world.trace if isinstance(one.subject, Respond) and not one.auth]
    said = any(isinstance(answer, Respond) and answer.status >= 400 for answer in answers)
    return world.status is not None and world.status >= 300 and (said or world.denial is not None)


def attempts(site: Site, endpoint: Endpoint) -> Iterator[Request]:
    """The one without credentials first, then the plain ones."""
    usual = [Part("header", name.lower(), text) for name, text in CREDENTIALS.values()]
    found = list(dict.fromkeys((*_of_checks(endpoint), *usual, *_tested(site, endpoint))))
    if len(found) > MOST:
        return
    vouched = VOUCHED | WORDS | {part.text for part in found}
    chosen: list[tuple[Part, ...]] = [(), *((part,) for part in found)]
    chosen += [pair for pair in combinations(found, 2) if pair[0].name != pair[1].name]
    first = {(part.kind, part.name): part for part in reversed(found)}
    chosen.append(tuple(first.values()))
    for several in chosen:
        yield _request(endpoint.url, several, vouched)


def _request(url: str, several: Iterable[Part], vouched: frozenset[str]) -> Request:
    headers = {part.name.title(): part.text for part in several if part.kind == "header"}
    cookies = [f"{part.name}={part.text}" for part in several if part.kind == "cookie"]
    if cookies:
        headers["Cookie"] = "; ".join((*([headers["Cookie"]] if "Cookie" in headers else []), *cookies))
    query = "&".join(f"{part.name}={part.text}" for part in several if part.kind == "parameter")
    sign = "&" if "?" in url else "?"
    target = f"{url}{sign}{query}" if query else url
    return Request("GET", target, tuple(headers.items()), vouched=vouched)


def _of_checks(endpoint: Endpoint) -> Iterator[Part]:
    """What the checks of the route look for, where they look for it."""
    for check in (check for require in requires(endpoint.route) for check in require.checks):
        match check:
            case Basic(header=header):
                yield Part("header", header, BASIC[1])
            case Jwt(providers=providers):
                yield from (_placed(place, "TOKEN") for one in providers for place in one.places)
            case ApiKey(places=places, keys=keys):
                text = keys[0][1] if keys else "KEY"
                yield from (_placed(place, text) for place in places)
            case OAuth(cookies=cookies):
                yield from (Part("cookie", name, "SESSION") for name in cookies)


def _placed(place: Place, text: str) -> Part:
    return Part(place.kind, place.name, place.prefix + text)


def _tested(site: Site, endpoint: Endpoint) -> Iterator[Part]:
    """What conditions of this virtual host compare with headers, cookies and parameters."""
    scripts = [endpoint.host.script, *(route.script for route in endpoint.host.table.routes())]
    for op in (op for script in scripts for op in ops_of(script)):
        for value, how in _tests(op):
            for part in parts(value, site.gateway.definitions):
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
