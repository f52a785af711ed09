"""Paths of a sign-in that the configuration itself names, and what refuses them; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.redirects import follow
from authlint.expression import expression
from authlint.finding import Label
from authlint.flow.outcome import REDIRECTS, Event, Header, Outcome
from authlint.flow.request import Request, split_authority
from authlint.model.credential import OAuth
from authlint.model.step import Respond, ToClient
from authlint.model.value import Cat, Get, Value, literal
from authlint.record import record, replace
from authlint.site import Endpoint, Site
from authlint_rules.questions.asked import paths_in, request_for, token_rules

SIGN_IN = expression(r"log-?in|sign[-_]?in|(^|[^a-z])(oauth2?|oidc|sso|callback|authelia|vouch)([^a-z]|$)")


@record
class Blocked:
    """A request of the sign-in, the check that refuses it, and what was meant to let it in."""

    request: Request
    outcome: Outcome
    denial: Event
    label: Label


def exempted(site: Site, endpoint: Endpoint) -> Iterator[Blocked]:
    """Where a rule about tokens would let the sign-in pass, and comes too late."""
    for jwt, rule, path in token_rules(endpoint):
        label = Label(rule.span, "lets everybody pass, and comes too late")
        if rule.demand.kind in ("nothing", "missing", "failed", "read") and SIGN_IN.search(path.lower()):
            yield from (one for one in _blocked(site, endpoint, path, label) if one.denial.subject == jwt)


def callbacks(site: Site, endpoint: Endpoint) -> Iterator[Blocked]:
    """The way back from a login, where another check takes it for a request without credentials."""
    for login in (one for one in evidence.mechanisms(endpoint) if isinstance(one, OAuth)):
        label = Label(login.span, "the login stands behind that check")
        for path in paths_in(login.callback):
            found = _blocked(site, endpoint, f"{path}?code=CODE&state=STATE", label)
            yield from (one for one in found if one.denial.subject != login)


def _blocked(site: Site, endpoint: Endpoint, path: str, label: Label) -> Iterator[Blocked]:
    request = request_for(site, endpoint, path)
    outcome = site.ask(request)
    denial = outcome.in_every_world(lambda world: world.denial)
    if denial is not None and outcome.route is endpoint.route and not outcome.opens:
        yield Blocked(request, outcome, denial, label)


def redirected(request: Request, outcome: Outcome) -> Request | None:
    """The request that a browser sends next. Of a Location that is not known to its end the path will do."""
    location = outcome.value("location")
    if location is None and outcome.status in REDIRECTS:
        known = (_known_path(event, request) for event in outcome.worlds[0].trace[::-1])
        location = next((text for text in known if text), None)
        outcome = replace(outcome, headers=(Header("Location", location or ""),))
    if not (location or "").startswith(("/", "http")):
        return None
    return follow(request, outcome, "browser")


def _known_path(event: Event, request: Request) -> str:
    """What is known of a redirect's target before its query; nothing where the path itself is not known."""
    if not isinstance(event.subject, (ToClient, Respond)) or event.subject.location is None:
        return ""
    value, text = event.subject.location, ""
    for part in value.parts if isinstance(value, Cat) else (value,):
        known = _known(part, request)
        if known is None:
            break
        text += known
    path, mark, _ = text.partition("?")
    return path if mark else ""


def _known(part: Value, request: Request) -> str | None:
    """A fixed text, or what the client itself said of where it sends its request."""
    match part:
        case Get("scheme"):
            return request.scheme
        case Get("authority") | Get("header", "host"):
            return request.host
        case Get("host") | Get("authority-name"):
            return split_authority(request.host)[0].lower()
    return literal(part)
