"""A scheme that the proxy in front knows better; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.step import Branch, Forward, HeaderOp
from authlint.model.value import Cat, Get, Lit, Value, literal, reads
from authlint.model.words import SIGNING_IN, words_in
from authlint.site import Endpoint, Site, headers_of, ops_of
from authlint_rules.questions.told import only, words_of

PROTO = "x-forwarded-proto"
HTTPS = ("X-Forwarded-Proto", "https")


def wrong_scheme(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """TLS has ended before, X-Forwarded-Proto says https, and this configuration overwrites it with http."""
    if not _may_be_told_wrongly(site, endpoint):
        return
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, HTTPS, *headers_of(credential))
    outcome = site.ask(request)
    reached = outcome.upstream
    if reached is None or outcome.alternatives or outcome.opens:
        return
    told = only(reached, PROTO)
    if told is None or told.text != "http" or told.op is None or not _of_the_connection(told.op.value):
        return
    why = _declared(site, endpoint) or _tls_before(outcome, endpoint, told.op)
    if why is None:
        return
    login = not SIGNING_IN.isdisjoint((*words_of(reached), *words_in(endpoint.title)))
    yield Finding(
        rule=rule,
        level=Level.WARNING if login else Level.INFO,
        message=f"{endpoint.title}: the application is told http where clients use https",
        primary=Label(told.op.span, "this is the connection between the two proxies, which is plain"),
        related=(why,),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "X-Forwarded-Proto: https", shows=("X-Forwarded-Proto",)),),
        cure=site.cure(
            rule,
            "hand on what the first proxy says: proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;",
        ),
        assumes=() if login else ("the application builds URLs or cookies from it",),
        pedantic=not login,
        stated=outcome.assumed,
    )


def _may_be_told_wrongly(site: Site, endpoint: Endpoint) -> bool:
    """Whether this route, or a server of this configuration behind it, says what scheme its own connection has."""
    forward = endpoint.forward
    if forward is None:
        return False
    if any(op.name.lower() == PROTO and _of_the_connection(op.value) for op in forward.headers):
        return True
    target = literal(forward.target) or ""
    return len(site.gateway.listeners) > 1 and any(
        name in target for name in ("127.0.0.1", "localhost", "[::1]")
    )


def _of_the_connection(value: Value) -> bool:
    """$scheme, and nothing that the first proxy said."""
    inner = value.parts if isinstance(value, Cat) else (value,)
    return any(part == Get("scheme") for part in inner) or value == Lit("http")


def _tls_before(outcome: Outcome, endpoint: Endpoint, op: HeaderOp) -> Label | None:
    """What shows that clients come with TLS: another proxy of this configuration, or a test of the header."""
    for event in outcome.trace:
        if event.verb == "forwarded" and isinstance(event.subject, Forward) and not event.auth:
            for one in event.subject.headers:
                if one.name.lower() == PROTO and literal(one.value) == "https" and one != op:
                    return Label(one.span, "the proxy in front says https here")
    for test in (*ops_of(endpoint.host.script), *ops_of(endpoint.route.script)):
        if isinstance(test, Branch) and _tests_scheme(test.when):
            return Label(test.span, "TLS ends before this server: the header is tested here")
    return None


def _declared(site: Site, endpoint: Endpoint) -> Label | None:
    """What is in front is declared to end TLS, and to say so."""
    front = site.declared.assume.front
    says = front is not None and front.brings_https(endpoint.listener) and PROTO in (front.sets or ())
    return evidence.tls_before(site, endpoint) if says else None


def _tests_scheme(when: Condition) -> bool:
    match when:
        case Test(value):
            return reads(value, {}, "header", PROTO)
        case Not(inner):
            return _tests_scheme(inner)
        case All(several) | AnyOf(several):
            return any(_tests_scheme(one) for one in several)
        case _:
            return False
