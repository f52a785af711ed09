"""The words that many rules need, defined once: what shows that a route is used cross-origin, is an API, or that
something behind it needs a credential. The answer is a place in the configuration, or None. A comment is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias, TypeGuard

from authlint.expression import expression
from authlint.finding import Label
from authlint.flow.outcome import Outcome
from authlint.model.condition import Condition, looked_at
from authlint.model.credential import Allow, ApiKey, Call, Jwt, OAuth, Place
from authlint.model.fact import Ignored
from authlint.model.step import Amend, Ask, Basic, Branch, Check, Cors, Files, Forward, HeaderOp, Require
from authlint.model.value import Get, Value, literal, reads
from authlint.model.words import TOKENS
from authlint.site import BASIC, BEARER, Endpoint, Site, blocks_of, ops_of, requires
from authlint.text import Span

ASSET = expression(
    r"\\?\.\(?.*\b(woff2?|ttf|eot|otf|svgz?|css|js|png|jpe?g|gif|ico|webp|mp4|map)\b", re.IGNORECASE
)
API_WORDS = frozenset(
    ("api", "apis", "graphql", "rest", "rpc", "ws", "v1", "v2", "v3", "v4", "jsonrpc", "odata")
)
KEY_HEADERS = frozenset(
    ("authorization", "x-api-key", "api-key", "apikey", "x-auth-token", "x-token", "x-csrf-token", "token")
)
CORS = "access-control-allow-"
TLS_BEFORE = (("x-forwarded-proto", "https"), ("x-forwarded-scheme", "https"), ("https", "on"))
Mechanism: TypeAlias = Basic | Ask | Jwt | ApiKey | Call | OAuth | Allow
MECHANISMS = (Basic, Ask, Jwt, ApiKey, Call, OAuth)


def cross_origin(site: Site, endpoint: Endpoint) -> Label | None:
    """Cross-origin use is meant: a CORS header on the route, or on one of the same host, upstream and auth."""
    own = _cors_label(endpoint)
    upstream = site.upstream(endpoint) if own is None else None
    if own is not None or upstream is None:
        return own
    host = id(endpoint.host)
    if host not in site.cross_origin:
        # Once for each virtual host: asking every route about every other takes the square of their number.
        found = site.cross_origin[host] = {}
        for other in site.siblings[host]:
            label = _cors_label(other)
            if label is not None:
                found.setdefault((site.upstream(other), auth_of(other)), label)
    return site.cross_origin[host].get((upstream, auth_of(endpoint)))


def _cors_label(endpoint: Endpoint) -> Label | None:
    if is_asset(endpoint):
        return None
    for op in response_ops(endpoint):
        if op.name.lower().startswith(CORS) and literal(op.value) != "" and op.verb != "remove":
            return Label(op.span, "cross-origin use is meant: CORS is set up here")
    return None


def response_ops(endpoint: Endpoint) -> Iterator[HeaderOp]:
    for block in blocks_of(endpoint.route):
        yield from block.response
        for step in block.steps:
            if isinstance(step, Cors):
                yield from dict.fromkeys((*step.preflight, *step.actual))


def is_asset(endpoint: Endpoint) -> bool:
    """Static files of a page: fonts, images, scripts."""
    match = endpoint.route.match
    return match.kind == "pattern" and ASSET.search(match.text) is not None


def auth_of(endpoint: Endpoint) -> frozenset[object]:
    """What a route asks for, so that two routes can be compared."""
    found: set[object] = set()
    for require in requires(endpoint.route):
        for check in require.checks:
            if id(check) not in endpoint.idle:
                found.add(check.span if isinstance(check, MECHANISMS) else type(check).__name__)
    return frozenset(found)


def mechanisms(endpoint: Endpoint) -> Iterator[Mechanism]:
    """The ways of authentication that the gateway itself asks for on this route."""
    for require in requires(endpoint.route):
        for check in require.checks:
            if is_mechanism(check) and id(check) not in endpoint.idle:
                yield check


def is_mechanism(check: Check) -> TypeGuard[Mechanism]:
    """Whether a check judges by a credential, and not by addresses or by what is public."""
    if isinstance(check, Allow):
        return check.reads_credential
    if isinstance(check, Jwt) and not check.rules:
        return False  # switched off here
    return isinstance(check, MECHANISMS)


def is_api(site: Site, endpoint: Endpoint) -> Label | None:
    """Programs call this route, and not only people: what says so."""
    forward = endpoint.forward
    if forward is not None and forward.encoding == "grpc":
        return Label(forward.span, "gRPC: programs call this")
    checks = list(mechanisms(endpoint))
    for check in checks if not any(isinstance(one, OAuth) for one in checks) else ():
        if isinstance(check, (Jwt, ApiKey)):  # behind a login the token is the session's
            return Label(check.span, "asks for tokens or keys: programs call this")
    segments = re.split(r"[^A-Za-z0-9]+", f"{endpoint.focus} {endpoint.route.match.text}".lower())
    if not API_WORDS.isdisjoint(segments):
        return Label(endpoint.route.span, "by its path this is an API")
    return cross_origin(site, endpoint)


def reads_authorization(site: Site, endpoint: Endpoint) -> Label | None:
    """The route is known to read Authorization: its auth does, it takes care to send it, or it tests for it."""
    definitions = site.gateway.definitions
    for check in mechanisms(endpoint):
        if _judges_authorization(check):
            return Label(check.span, "this route reads Authorization")
        if isinstance(check, (Ask, Call)) and _asks_about_tokens(site, endpoint):
            return Label(check.span, "the service that is asked here judges tokens, as its name says")
    for step in endpoint.route.block.steps:
        if isinstance(step, Forward):
            for op in step.headers:
                if _sends(op, definitions):
                    return Label(op.span, "Authorization is handed on to the application here")
            if _declared(site, endpoint) == "authorization":
                return Label(step.span, "this upstream is declared to expect Authorization")
    for one in ops_of(endpoint.route.script):
        if isinstance(one, Branch) and _tests_authorization(one.when, definitions):
            return Label(one.span, "Authorization is tested here")
    return allows_authorization(endpoint)


def _judges_authorization(check: Mechanism) -> bool:
    match check:
        case Basic():
            return check.header == "authorization"
        case Jwt():
            return any(_is_authorization(place) for one in check.providers for place in one.places)
        case ApiKey():
            return any(_is_authorization(place) for place in check.places)
        case _:
            return False


def _asks_about_tokens(site: Site, endpoint: Endpoint) -> bool:
    """Whether the service's own name or path says that it judges tokens that clients send."""
    for asked in site.get(endpoint, BEARER).auth_requests:
        words = re.split(r"[^a-z0-9]+", f"{asked.name} {asked.path}".lower())
        if not TOKENS.isdisjoint(words):
            return True
    return False


def _is_authorization(place: Place) -> bool:
    return place.kind == "header" and place.name == "authorization"


def allows_authorization(endpoint: Endpoint) -> Label | None:
    """A CORS header of the route names Authorization among those that a page may send."""
    for op in response_ops(endpoint):
        if op.name.lower() == "access-control-allow-headers":
            named = {word.strip() for word in (literal(op.value) or "").lower().split(",")}
            if "authorization" in named:
                return Label(op.span, "pages on other origins are told that they may send Authorization")
    return None


def _sends(op: HeaderOp, definitions: dict[str, Value]) -> bool:
    name = op.name.lower().replace("_", "-").removeprefix("http-")
    return name == "authorization" and reads(op.value, definitions, "header", "authorization")


def _tests_authorization(condition: Condition, definitions: dict[str, Value]) -> bool:
    return Get("header", "authorization") in looked_at(condition, definitions)


def _declared(site: Site, endpoint: Endpoint) -> str | None:
    if not site.expects:
        return None
    # Where the upstream misses what it expects nobody is let in, and yet it is reached.
    tried = (site.let_in(endpoint), site.get(endpoint, BEARER), site.get(endpoint, BASIC))
    for outcome in tried:
        reached = outcome.upstream if outcome is not None else None
        for key in reached.called if reached is not None else ():
            if key in site.expects:
                return site.expects[key].header
    return None


def may_refuse(site: Site, endpoint: Endpoint) -> bool:
    """Whether the application is one that answers 401: the route speaks of credentials."""
    if reads_authorization(site, endpoint) is not None:
        return True
    for op in response_ops(endpoint):
        name = op.name.lower()
        if name == "access-control-allow-credentials":
            return True
        if name == "access-control-allow-headers":
            text = str(getattr(op.value, "text", "")).lower()
            if any(word.strip() in KEY_HEADERS for word in text.split(",")):
                return True
    return False


def unheard(site: Site, outcome: Outcome, header: str) -> bool:
    """Whether a setting that nobody hears was to give the answer this header: that is the cause, then."""
    spans = {fact.span for fact in site.gateway.facts if isinstance(fact, Ignored) and fact.lacking == header}
    return bool(spans) and any(event.span in spans for world in outcome.worlds for event in world.trace)


def declared_need(site: Site, endpoint: Endpoint, header: str) -> Label | None:
    """The upstream is declared to expect this header."""
    forward = endpoint.forward
    if forward is None or _declared(site, endpoint) != header:
        return None
    return Label(forward.span, f"this upstream is declared to expect {header.title()}")


def need(site: Site, endpoint: Endpoint, header: str) -> Label | None:
    """Something behind the gateway reads this header: it is declared to, or a sibling takes care to send it."""
    forward = endpoint.forward
    if forward is None:
        return None
    declared = declared_need(site, endpoint, header)
    if declared is not None:
        return declared
    if header == "authorization":
        told = allows_authorization(endpoint)
        if told is not None:
            return told
    host = id(endpoint.host)
    # Once for each virtual host: asking every route about every other takes the square of their number.
    senders = site.once(("senders", host, header), lambda: _senders(site, host, header))
    for other, span in senders.get(site.upstream(endpoint) or "", ()):
        if other is not endpoint:
            return Label(span, "another route takes care to send it to the same upstream")
    return None


def _senders(site: Site, host: int, header: str) -> dict[str, list[tuple[Endpoint, Span]]]:
    """The routes of a host that send a header on in so many words, by their upstream; two of each are enough."""
    found: dict[str, list[tuple[Endpoint, Span]]] = {}
    for one in site.siblings[host]:
        op = next((op for op in _sent(one) if op.name.lower() == header and _is_sent(op)), None)
        upstream = site.upstream(one) if op is not None else None
        if op is not None and upstream is not None and len(found.get(upstream, ())) < 2:
            found.setdefault(upstream, []).append((one, op.span))
    return found


def _sent(endpoint: Endpoint) -> Iterator[HeaderOp]:
    if endpoint.forward is not None:
        yield from endpoint.forward.headers
        yield from _amended(endpoint)


def _is_sent(op: HeaderOp) -> bool:
    return not op.implied and op.verb != "remove" and literal(op.value) != ""


def _amended(endpoint: Endpoint) -> Iterator[HeaderOp]:
    """What a route does to the client's headers before they go on."""
    for step in endpoint.route.block.steps:
        if isinstance(step, Amend):
            yield from step.ops


def tls_before(site: Site, endpoint: Endpoint) -> Label | None:
    """TLS ends in front of this listener: that is declared, or the application is told https by a server that speaks
    plain http."""
    forward, front = endpoint.forward, site.declared.assume.front
    if front is not None and front.brings_https(endpoint.listener):
        return Label(endpoint.listener.span, front.said)
    for op in forward.headers if forward is not None and not endpoint.listener.tls else ():
        name, said = op.name.lower(), literal(op.value)
        if (name, said) in TLS_BEFORE:
            return Label(op.span, "TLS ends in front of this server: the application is told https")
    return None


def serves_files(endpoint: Endpoint) -> bool:
    return any(isinstance(step, Files) for step in endpoint.route.block.steps)


def asks_for(require: Require) -> bool:
    """Whether a group has a way of authentication among its checks, and not only addresses."""
    return any(is_mechanism(check) for check in require.checks)


def is_default(op: HeaderOp) -> bool:
    """Whether a request header is set to what the server sends anyway: the client's own."""
    return op.value == Get("header", op.name.lower()) or (
        op.name.lower() == "host" and op.value == Get("upstream-host")
    )
