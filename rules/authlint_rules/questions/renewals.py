"""Auth services that renew their session cookie, and gateways that never ask for it; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.expression import expression
from authlint.flow.outcome import Reached
from authlint.model.credential import Call
from authlint.model.step import Ask
from authlint.model.value import Get, Text
from authlint.site import COOKIE, Endpoint, Site
from authlint_rules.questions.judged_by import wants
from authlint_rules.questions.service_answers import COOKIES, RENEWED, Lost, asked_for

# Known by their names or paths, and by their manuals to renew the session's cookie in their answers.
RENEWING = expression(r"oauth2[-_]proxy|/oauth2/auth\b|authentik|/outpost\.goauthentik\.io/")

RENEWS = "the service renews its cookie when it lets a request pass"


def never_fetched(site: Site, endpoint: Endpoint, service: Ask | Call) -> Iterator[Lost]:
    """A service that keeps sessions in a cookie, and nobody asks whether it has renewed it."""
    if isinstance(service, Ask):
        sure = next(wants(site, endpoint, service), None)
        if sure is None or sure.assumes or sure.header != COOKIE or _is_fetched(service):
            return
        known = any(RENEWING.search(f"{one.name} {one.path}") for one in _asked(site, endpoint))
        if not known and not _is_declared(site, endpoint):
            return
        span, why = service.span, "no auth_request_set takes Set-Cookie from the answer"
    else:
        if not _takes(service.denial_headers or ()) or _takes(service.success_headers):
            return
        span = service.denial_span or service.span
        why = "cookies go on to the client with a refusal only"
    answer = (("Set-Cookie", RENEWED),)
    _, outcome = asked_for(site, endpoint, answer)
    if outcome.opens or any(not world.admitted or world.get(COOKIES) for world in outcome.worlds):
        return
    assumes = () if _is_declared(site, endpoint) else (RENEWS,)
    yield Lost("Set-Cookie", answer, span, why, (), assumes)


def _is_declared(site: Site, endpoint: Endpoint) -> bool:
    """Whether the service is declared to send cookies with its consent."""
    declared = [site.service(one) for one in _asked(site, endpoint)]
    return any(COOKIES in map(str.lower, one.sends or ()) for one in declared if one is not None)


def _asked(site: Site, endpoint: Endpoint) -> tuple[Reached, ...]:
    return site.get(endpoint, COOKIE).worlds[0].auth_requests


def _is_fetched(service: Ask) -> bool:
    return any(one.value == Get("upstream-header", COOKIES) for one in service.sets)


def _takes(tests: tuple[Text, ...]) -> bool:
    return any(test.how == "is" and test.arg.lower() == COOKIES for test in tests)
