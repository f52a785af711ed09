"""What the auth service answers is fetched, and gets no further.

What happens
    The service lets a request pass and says who the user is, hands out a token, or renews the session cookie. The
    gateway takes that from the answer and then loses it: nothing sends the variable on, a line of the same route
    removes the header again, an add_header of an inner block switches the outer one off. The application sees a
    stranger; the browser keeps the old cookie, and the session ends although it is in use.

Bad
    auth_request /oauth2/auth;
    auth_request_set $renewed $upstream_http_set_cookie;
    proxy_pass http://app:8080;

Good
    auth_request /oauth2/auth;
    auth_request_set $renewed $upstream_http_set_cookie;
    add_header Set-Cookie $renewed;
    proxy_pass http://app:8080;

When it stays quiet
    The value arrives at the application or at the client, under any name, or goes into a log, a map or a key; part of
    the configuration was not read. That the service renews its cookie where nobody fetches one, or that the
    application wants a name that it never gets, is a guess: --pedantic makes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Given, Label, Level
from authlint.intent import HandOn, Mend
from authlint.model.credential import Call
from authlint.model.step import Ask
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.renewals import never_fetched
from authlint_rules.questions.service_answers import Lost, asked_for, lost_on_the_way

ID = "auth-response-header-dropped"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        asked = (one for one in evidence.mechanisms(endpoint) if isinstance(one, (Ask, Call)))
        services = list({one.span: one for one in asked}.values())
        if endpoint.forward is None or len(services) != 1:
            continue
        found = list(lost_on_the_way(site, endpoint, services[0]))
        for lost in found or list(never_fetched(site, endpoint, services[0])):
            yield _finding(site, endpoint, lost)


def _finding(site: Site, endpoint: Endpoint, lost: Lost) -> Finding:
    client = lost.header.lower() == "set-cookie"
    whom = "the client" if client else "the application"
    what = "the cookie that the auth service renews" if client else f"{lost.header} of the auth service"
    request, outcome = asked_for(site, endpoint, lost.answer)
    exchange = site.exchange(
        request,
        outcome,
        f"{lost.header} arrives at {whom}",
        shows=() if client else (lost.header,),
        given=Given(answers=lost.answer),
    )
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: {what} never gets to {whom}",
        primary=Label(lost.span, lost.why),
        related=lost.related,
        routes=(endpoint.title,),
        witness=(exchange,),
        cure=site.cure(
            f"{ID}:{'cookie' if client else 'header'}",
            "hand it on: auth_request_set $renewed $upstream_http_set_cookie; add_header Set-Cookie $renewed;"
            if client
            else f"hand it on: proxy_set_header {lost.header} with the variable that holds it",
        ),
        assumes=lost.assumes,
        pedantic=bool(lost.assumes),
        stated=outcome.assumed,
        mends=_mends(endpoint, lost) if client else (),
    )


def _mends(endpoint: Endpoint, lost: Lost) -> tuple[Mend, ...]:
    peers = tuple(op.span for op in endpoint.route.block.response)
    return (Mend("hand the cookie on to the client", (HandOn(lost.span, lost.header, peers),)),)


RULE = Rule(
    id=ID,
    summary="What the auth service answers is fetched and not passed on",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_request_module.html#auth_request_set",
    manual=__doc__ or "",
    check=check,
)
