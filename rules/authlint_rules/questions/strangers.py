"""Tests on the Origin header, and origins of strangers that one lets in by mistake; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from authlint.expression import expression
from authlint.flow.patterns import Match, Pattern, compile_pattern
from authlint.model.step import Branch, Cors
from authlint.model.value import EMPTY, Case, Get, Pick, Text, Value, parts
from authlint.record import replace
from authlint.site import (
    Endpoint,
    Site,
    blocks_of,
    compared_with_origin,
    known_origins,
    ops_of,
    origins_in,
    steps_of,
)
from authlint.text import Span

ORIGIN = Get("header", "origin")
LOOSE = ("search", "full", "prefix", "suffix", "contains")
# Names under which anybody can have one of their own, with two labels: example.co.uk.
SECOND = frozenset(("co", "com", "org", "net", "gov", "ac", "edu", "or", "ne", "gob", "gouv"))
DOT = expression(r"(?<!\\)\.(?![*+?{])")  # any character, once
HOST = expression(r"[a-z0-9][a-z0-9.\-]*[a-z0-9]")


def tests(site: Site, endpoint: Endpoint) -> Iterator[tuple[Text, Span]]:
    """The tests on Origin that are not a comparison with a whole origin, and where each stands."""
    for test, span in _all(site, endpoint):
        if test.how in LOOSE:
            yield test, span


def _all(site: Site, endpoint: Endpoint) -> Iterator[tuple[Text, Span]]:
    for step in steps_of(endpoint.route):
        if isinstance(step, Cors):
            yield from zip(step.origins, step.places, strict=False)
    values: list[Value] = []
    for block in blocks_of(endpoint.route):
        values += [op.value for op in block.response if op.name.lower() == "access-control-allow-origin"]
    for op in (*ops_of(endpoint.route.script), *ops_of(endpoint.host.script)):
        if isinstance(op, Branch):
            values += compared_with_origin(op, site.gateway.definitions)
    for value in values:
        for part in parts(value, site.gateway.definitions):
            if isinstance(part, Pick) and ORIGIN in parts(part.source, site.gateway.definitions):
                yield from ((case.test, case.span) for case in part.cases)


def strangers(test: Text) -> Iterator[str]:
    """Origins that the test lets in, of sites that those whom it means do not own."""
    seen: set[str] = set()
    for good in _meant(test):
        for origin in _near(good):
            if origin not in seen and _takes(test, good) and _takes(test, origin):
                yield origin
            seen.add(origin)


def keeps_to_its_own(test: Text, others: Sequence[Text]) -> bool:
    """Whether these in its place take all that the test means, with names below and other ports, and no stranger."""
    found = False
    for good in _meant(test):
        parts_of = urlsplit(good)
        own = [good, f"{parts_of.scheme}://sub.{parts_of.netloc}"]
        own += [f"{good}:8443"] if parts_of.port is None else []
        if not all(_any(others, one) for one in own if _takes(test, one)):
            return False
        if any(_any(others, one) for one in _near(good)):
            return False
        found = found or _takes(test, good)
    return found


def _any(tests: Sequence[Text], text: str) -> bool:
    return any(_takes(one, text) for one in tests)


def _meant(test: Text) -> Iterator[str]:
    """Origins as its author means them: a dot in the pattern is one in the name."""
    meant = replace(test, arg=DOT.sub(r"\\.", test.arg)) if test.how in ("search", "full") else test
    if test.how == "search":
        case = Case(meant, EMPTY, Span("", 0, 1))
        yield from origins_in(Pick(ORIGIN, (case,), EMPTY, case.span), {})
    else:
        yield from known_origins(Cors((meant,), (), (), None, Span("", 0, 1)))


def _near(good: str) -> Iterator[str]:
    """Origins that look like this one and belong to somebody else."""
    parts_of = urlsplit(good)
    host, scheme = parts_of.hostname or "", parts_of.scheme
    if not HOST.fullmatch(host) or host.replace(".", "").isdigit():
        return
    base = registrable(host)
    if "." in base:
        yield f"{scheme}://stranger{base}"
        yield f"{scheme}://stranger-{base}"
    yield f"{scheme}://{host}.stranger.invalid"
    if base != host:
        # A dot that stands for any character: another name is registered in its place.
        yield f"{scheme}://{host[: -len(base) - 1]}x{base}"


def registrable(host: str) -> str:
    """The part of a name that somebody registers."""
    labels = host.split(".")
    short = len(labels) > 2 and labels[-2] in SECOND and len(labels[-1]) == 2
    return ".".join(labels[-3:] if short else labels[-2:])


def _takes(test: Text, text: str) -> bool:
    arg = test.arg
    if test.how in ("search", "full"):
        pattern = compile_pattern(arg, test.nocase, test.re2)
        if not isinstance(pattern, Pattern):
            return False
        return isinstance(pattern.search(text) if test.how == "search" else pattern.full(text), Match)
    if test.nocase:
        arg = arg.lower()
    fits = {"prefix": text.startswith(arg), "suffix": text.endswith(arg), "contains": arg in text}
    return fits.get(test.how, text == arg)
