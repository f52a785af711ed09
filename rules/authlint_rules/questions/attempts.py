"""Requests with everything that could let them pass: the usual credentials, those that the configuration itself
speaks of, and several at once; no rule itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.step import Respond
from authlint.site import CREDENTIALS, VOUCHED, Endpoint, Site, requires
from authlint_rules.questions.candidates import Part, implied, of_checks, tested

MOST = 24  # credentials that are combined; with more of them nothing is said
WORDS = frozenset(("KEY", "TOKEN", "SESSION"))


def refused_throughout(site: Site, endpoint: Endpoint) -> list[tuple[Request, Outcome]] | None:
    """Every attempt with its outcome, the one without credentials first; None as soon as one may pass."""
    tried: list[tuple[Request, Outcome]] = []
    unsaid = [f"?{name}: " for name in implied(site, endpoint)]
    passing = (name for name in site.passing(endpoint) if not any(one in name for one in unsaid))
    asked = any(any(requires(route)) for route in (endpoint.route, *site.behind(endpoint).routes))
    if not asked or any(passing):
        return None
    for request in attempts(site, endpoint):
        outcome = site.ask(request)
        if outcome.opens or not all(_is_refused(world) for world in outcome.worlds):
            return None
        tried.append((request, outcome))
    return tried or None


def stated(site: Site, endpoint: Endpoint) -> tuple[str, ...]:
    return tuple(
        f"nobody sends a token as ?{name}=, which nobody has asked for" for name in implied(site, endpoint)
    )


def _is_refused(world: Outcome) -> bool:
    """By a check, or by an answer that a script gives."""
    answers = [one.subject for one in world.trace if isinstance(one.subject, Respond) and not one.auth]
    said = any(isinstance(answer, Respond) and answer.status >= 400 for answer in answers)
    return world.status is not None and world.status >= 300 and (said or world.denial is not None)


def attempts(site: Site, endpoint: Endpoint) -> Iterator[Request]:
    """The one without credentials first, then the plain ones."""
    usual = [Part("header", name.lower(), text) for name, text in CREDENTIALS.values()]
    found = list(dict.fromkeys((*of_checks(site, endpoint), *usual, *tested(site, endpoint))))
    if len(found) > MOST:
        return
    vouched = VOUCHED | WORDS | {part.text for part in found}
    chosen: list[tuple[Part, ...]] = [(), *((part,) for part in found)]
    chosen += [pair for pair in combinations(found, 2) if pair[0].name != pair[1].name]
    first = {(part.kind, part.name): part for part in reversed(found)}
    chosen.append(tuple(first.values()))
    for several in chosen:
        yield _request(endpoint, several, vouched)


def _request(endpoint: Endpoint, several: Iterable[Part], vouched: frozenset[str]) -> Request:
    headers = dict(endpoint.headers)
    headers.update({part.name.title(): part.text for part in several if part.kind == "header"})
    cookies = [f"{part.name}={part.text}" for part in several if part.kind == "cookie"]
    if cookies:
        headers["Cookie"] = "; ".join((*([headers["Cookie"]] if "Cookie" in headers else []), *cookies))
    query = "&".join(f"{part.name}={part.text}" for part in several if part.kind == "parameter")
    sign = "&" if "?" in endpoint.url else "?"
    url = f"{endpoint.url}{sign}{query}" if query else endpoint.url
    return Request(endpoint.method, url, tuple(headers.items()), vouched=vouched)
