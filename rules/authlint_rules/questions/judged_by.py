"""Which credential an auth service judges by, and what in the configuration says so; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.expression import expression
from authlint.finding import Label
from authlint.flow.outcome import REDIRECTS, Outcome, Reached
from authlint.model.credential import Call
from authlint.model.step import Ask, Recover
from authlint.model.value import Get, Opaque, Value, literal, parts
from authlint.site import BEARER, COOKIE, CREDENTIALS, Endpoint, Site
from authlint.text import Span
from authlint_rules.questions.wanted import Want as Want
from authlint_rules.questions.wanted import declared_wants

# Services that are known by their name, and keep a session in a cookie unless they are told otherwise.
SESSIONS = expression(r"oauth2[-_]proxy|/oauth2/auth$|authelia|vouch|authentik")
VALUES = {"authorization": BEARER[1], "cookie": COOKIE[1]}
# What a service is told of the gateway and not of the client.
GATEWAYS = (
    "upstream-host",
    "upstream-port",
    "host",
    "authority",
    "server-name",
    "scheme",
    "method",
    "own-method",
)
KEY_WORDS = expression("authorization|key|token")


def wants(site: Site, endpoint: Endpoint, service: Ask | Call) -> Iterator[Want]:
    """The surest first; those at the end rest on an assumption."""
    anonymous = site.get(endpoint)
    asked = next((one for world in anonymous.worlds for one in world.auth_requests), None)
    if asked is None:
        return
    declared = site.service(asked)
    if declared is not None and declared.accepts:
        yield from declared_wants(site, endpoint, asked, declared.accepts)
        return
    for name in asked.called:
        if name in site.expects:
            header = site.expects[name].header
            label = Label(asked.span, f"this service is declared to expect {header.title()}")
            yield Want((header.title(), VALUES.get(header, "KEY")), (label,))
    sent = anonymous.in_every_world(_sent_to_sign_in)
    if sent is not None:
        yield Want(COOKIE, (Label(sent, "clients sign in there, and come back with a cookie"),))
    if SESSIONS.search(f"{asked.name} {asked.path}"):
        yield Want(COOKIE, (Label(asked.span, "by its name this service keeps sessions in a cookie"),))
    if _hands_on_cookies(service):
        yield Want(COOKIE, (Label(service.span, "what it answers sets a cookie: it keeps sessions there"),))
    yield from _of_pages(site, endpoint)
    if _sees_nothing(site, endpoint, service, asked):
        yield Want(BEARER)
    yield Want(BEARER, (), ("clients are known by Authorization",))
    yield Want(COOKIE, (), ("clients are known by a cookie",))


def asked_in_vain(world: Outcome, service: Ask | Call, header: tuple[str, str]) -> Reached | None:
    """What the service got, if it refused the request and saw nothing of the credential."""
    denial = world.denial
    if denial is None or denial.subject != service or not world.auth_requests or world.admitted:
        return None
    reached = world.auth_requests[-1]
    secret = header[1].split(" ")[-1].removeprefix("session=")
    texts = [reached.path or "", *(one.text for one in reached.headers)]
    return None if any(secret in text for text in texts) else reached


def _of_pages(site: Site, endpoint: Endpoint) -> Iterator[Want]:
    """What pages on other origins are told to send, where nobody else is there to read it."""
    told = evidence.allows_authorization(endpoint)
    reached = site.get(endpoint, BEARER, COOKIE).upstream
    if told is not None and (reached is None or not any("TOKEN" in one.text for one in reached.headers)):
        yield Want(BEARER, (told,))
    ops = [(op.name.lower(), op) for op in evidence.response_ops(endpoint)]
    named = [literal(op.value) or "token" for name, op in ops if name == "access-control-allow-headers"]
    for name, op in ops if not any(KEY_WORDS.search(text.lower()) for text in named) else ():
        if name == "access-control-allow-credentials" and literal(op.value) == "true":
            yield Want(COOKIE, (Label(op.span, "pages on other origins send their cookies"),))


def _hands_on_cookies(service: Ask | Call) -> bool:
    """Whether the gateway is told to pass the service's own cookies to the client."""
    if isinstance(service, Ask):
        return any(one.value == Get("upstream-header", "set-cookie") for one in service.sets)
    told = (*(service.denial_headers or ()), *service.success_headers)
    return any(one.how == "is" and one.arg.lower() == "set-cookie" for one in told)


def _sent_to_sign_in(world: Outcome) -> Span | None:
    moved = [event.span for event in world.trace if isinstance(event.subject, Recover)]
    return moved[0] if moved and world.denial is not None and world.status in REDIRECTS else None


def _sees_nothing(site: Site, endpoint: Endpoint, service: Ask | Call, asked: Reached) -> bool:
    """Whether none of the usual credentials arrives, nor anything else of the client: an address, a URL."""
    for header in CREDENTIALS.values():
        if any(asked_in_vain(one, service, header) is None for one in site.get(endpoint, header).worlds):
            return False
    given: list[Value] = [one.op.value for one in asked.headers if one.op is not None and not one.op.implied]
    if isinstance(service, Ask):
        given.append(service.path)
    inner = [part for value in given for part in parts(value, site.gateway.definitions)]
    return not any(
        isinstance(part, Opaque) or (isinstance(part, Get) and part.kind not in GATEWAYS) for part in inner
    )
