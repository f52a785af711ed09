"""A scheme that a proxy in front knows better, and addresses of nobody but that proxy; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.step import Address, Branch, Forward, HeaderOp, SetAddress
from authlint.model.value import Cat, Get, Lit, Value, literal, reads
from authlint.site import Endpoint, Site, headers_of, ops_of, requires, steps_of
from authlint.text import Span
from authlint_rules.questions.told import LOGINS, WORDS, only, words_of

SIGNING_IN = LOGINS | {"login", "signin", "oauth", "oidc", "saml", "sso", "auth", "realms", "accounts", "idp"}
PROTO = "x-forwarded-proto"
HTTPS = ("X-Forwarded-Proto", "https")


def wrong_scheme(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """TLS has ended before, X-Forwarded-Proto says https, and this configuration overwrites it with http."""
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, HTTPS, *headers_of(credential))
    outcome = site.ask(request)
    reached = outcome.upstream
    if reached is None or outcome.alternatives or outcome.opens:
        return
    told = only(reached, PROTO)
    if told is None or told.text != "http" or told.op is None or not _of_the_connection(told.op.value):
        return
    why = _tls_before(outcome, endpoint, told.op)
    if why is None:
        return
    login = not SIGNING_IN.isdisjoint((*words_of(reached), *WORDS.split(endpoint.title.lower())))
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


def own_address(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A list of addresses on a server that only this machine can reach: it sees no client's."""
    if not endpoint.listener.address.startswith(("127.", "::1")) or not _judges_by_address(endpoint):
        return
    outcome = site.get(endpoint)
    denied = outcome.in_every_world(_denial)
    if denied is None or outcome.status != 403 or outcome.opens:
        return
    yield Finding(
        rule=rule,
        level=Level.WARNING,
        message=f"{endpoint.title}: the list of addresses only ever sees this machine's own",
        primary=Label(denied, "refuses everybody: who comes here comes from the proxy in front"),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "the client's address is judged"),),
        cure="take the address from the proxy's header: set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; or "
        "let the proxy in front judge",
        stated=outcome.assumed,
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


def _judges_by_address(endpoint: Endpoint) -> bool:
    """Somebody else's address is let in, and no header is asked for it."""
    checks = [check for require in requires(endpoint.route) for check in require.checks]
    rules = [rule for check in checks if isinstance(check, Address) for rule in check.rules]
    named = [rule.network for rule in rules if rule.allow and rule.network not in ("all", "unix:")]
    taken = any(isinstance(one, SetAddress) for one in (*steps_of(endpoint.route), *endpoint.host.script))
    return bool(named) and not taken and not any(text.startswith(("127.", "::1")) for text in named)


def _denial(world: Outcome) -> Span | None:
    return next(
        (
            event.span
            for event in world.trace
            if event.verb == "denied" and isinstance(event.subject, Address)
        ),
        None,
    )
