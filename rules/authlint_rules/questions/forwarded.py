"""What an application is told of the way its clients came, and what of it is wrong; no rule itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome, Reached
from authlint.flow.request import Request, split_authority
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.step import Address, Branch, Forward, HeaderOp, SetAddress
from authlint.model.value import Cat, Get, Lit, Value, literal, reads
from authlint.site import Endpoint, Site, headers_of, ops_of, requires, steps_of
from authlint.text import Span

WORDS = re.compile(r"[^a-z0-9]+")
STORES = frozenset(("minio", "s3", "ceph", "radosgw", "garage", "seaweedfs"))
# They answer with URLs of their own: issuers, realms, redirects.
LOGINS = frozenset(
    ("keycloak", "authelia", "authentik", "dex", "hydra", "zitadel", "vouch", "casdoor", "oauth2")
)
SIGNING_IN = LOGINS | {"login", "signin", "oauth", "oidc", "saml", "sso", "auth", "realms", "accounts", "idp"}
PROTO, HOST = "x-forwarded-proto", "host"
HTTPS = ("X-Forwarded-Proto", "https")


def signed_host(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """Signed requests reach an object store under another Host than the one that was signed."""
    outcome, request, reached = _passed(site, endpoint)
    if reached is None or STORES.isdisjoint(_words(reached)):
        return
    host = _one(reached, HOST)
    if host is None or host.text == request.host or _is_meant(host.op):
        return
    # A port may be another one outside; a name is not.
    name_kept = split_authority(host.text)[0] == split_authority(request.host)[0]
    known = not name_kept and not STORES.isdisjoint(WORDS.split(endpoint.host.name))
    forward = endpoint.forward
    span = host.op.span if host.op is not None and not host.op.implied else _span(forward, endpoint)
    yield Finding(
        rule=rule,
        level=Level.WARNING,
        message=f"{endpoint.title}: signed requests fail, the store gets Host: {host.text} in place of {request.host}",
        primary=Label(span, f"sends Host: {host.text}, and clients have signed {request.host}"),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, f"Host: {request.host}", shows=("Host",)),),
        cure="hand on what the client sent, port and all: proxy_set_header Host $http_host;",
        assumes=() if known else ("the upstream verifies signatures over Host, as its name says",),
        pedantic=not known,
        stated=outcome.assumed,
    )


def own_name(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A login service is told a name that its clients do not know, and no other header says theirs."""
    outcome, request, reached = _passed(site, endpoint)
    if reached is None or LOGINS.isdisjoint(_words(reached)):
        return
    host, outside = _one(reached, HOST), split_authority(request.host)[0]
    told = [
        header.text
        for header in reached.headers
        if "host" in header.name.lower() or "url" in header.name.lower()
    ]
    if host is None or any(outside in text for text in told) or "." not in outside:
        return
    op = host.op
    yield Finding(
        rule=rule,
        level=Level.WARNING,
        message=f"{endpoint.title}: the login service is told its name is {host.text}",
        primary=Label(
            op.span if op is not None and not op.implied else _span(endpoint.forward, endpoint),
            f"sends Host: {host.text}, and nothing says {outside}",
        ),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, f"Host or X-Forwarded-Host: {outside}", shows=("Host",)),),
        cure=f"send the name that clients use in Host or X-Forwarded-Host, or tell the service that it is {outside}",
        assumes=("the service builds its URLs from the Host that it gets",),
        pedantic=True,
        stated=outcome.assumed,
    )


def wrong_scheme(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """TLS has ended before, X-Forwarded-Proto says https, and this configuration overwrites it with http."""
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, HTTPS, *headers_of(credential))
    outcome = site.ask(request)
    reached = outcome.upstream
    if reached is None or outcome.alternatives or outcome.opens:
        return
    told = _one(reached, PROTO)
    if told is None or told.text != "http" or told.op is None or not _of_the_connection(told.op.value):
        return
    why = _tls_before(outcome, endpoint, told.op)
    if why is None:
        return
    login = not SIGNING_IN.isdisjoint((*_words(reached), *WORDS.split(endpoint.title.lower())))
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


def _passed(site: Site, endpoint: Endpoint) -> tuple[Outcome, Request, Reached | None]:
    """A request that reaches the application for sure."""
    request = site.request(endpoint, *headers_of(next(site.passing(endpoint), "none")))
    outcome = site.ask(request)
    sure = not outcome.alternatives and not outcome.opens
    return outcome, request, outcome.upstream if sure else None


def _words(reached: Reached) -> list[str]:
    return WORDS.split(f"{reached.name} {reached.address}".lower())


def _one(reached: Reached, name: str) -> Header | None:
    """A header that comes once, with a value that is known."""
    listed = reached.get(name)
    return listed[0] if len(listed) == 1 and isinstance(listed[0].value, str) else None


def _is_meant(op: HeaderOp | None) -> bool:
    """A fixed name, written on purpose: URLs may have been signed for that one."""
    return op is not None and not op.implied and literal(op.value) is not None


def _span(forward: Forward | None, endpoint: Endpoint) -> Span:
    return forward.span if forward is not None else endpoint.route.span


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
