"""A cookie that browsers do not keep, or do not send back.

What happens
    The answer sets a cookie, and the next request comes without it: SameSite=None without Secure is refused, Strict or
    Lax is left away where a page of another site asks, and a path or domain that does not fit is never sent. To the
    application every request is the first one: 401, or the sign-in again.

Bad
    add_header Set-Cookie "session=$id; Path=/; SameSite=None";

    location /shop/ {
        proxy_pass http://shop/;
        proxy_cookie_path / /store/;
    }

Good
    add_header Set-Cookie "session=$id; Path=/; SameSite=None; Secure";

    location /shop/ {
        proxy_pass http://shop/;
        proxy_cookie_path / /shop/;
    }

When it stays quiet
    Nothing here says that pages of other sites use the route; the application's own attributes are not known (that it
    sets no Secure itself is assumed with --pedantic); the path fits another route to the same application.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import Reply
from authlint.model.credential import OAuth
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.asked import paths_in, request_for
from authlint_rules.questions.own_cookies import answers, tampered
from authlint_rules.questions.set_cookies import Fault, cookie_comes_back, faults
from authlint_rules.questions.sites import site_of

ID = "cookie-unsendable"
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for login in evidence.mechanisms(endpoint):
            if isinstance(login, OAuth):
                yield from _login(site, endpoint, login)
        if tampered(endpoint):
            yield from _set(site, endpoint)


def _set(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """Cookies that the gateway sets, or changes on their way."""
    for request, own in answers(site, endpoint):
        assume = replace(site.supposing({}), default=Reply(200, own))
        outcome = site.ask(request, assume)
        if outcome.alternatives or not outcome.admitted:
            continue
        for fault in faults(site, endpoint, outcome, own):
            exchange = site.exchange(request, outcome, "a cookie that comes back")
            yield _finding(endpoint, fault, replace(exchange, answer=f"Set-Cookie: {fault.shown}"))


def _finding(endpoint: Endpoint, fault: Fault, exchange: object) -> Finding:
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} sets a cookie that {fault.what}",
        primary=Label(fault.span, fault.why),
        related=() if fault.because is None else (fault.because,),
        routes=(endpoint.title,),
        witness=(exchange,),  # type: ignore[arg-type]
        cure=fault.cure,
        assumes=fault.assumes,
        pedantic=bool(fault.assumes),
        mends=fault.mends,
    )


def _login(site: Site, endpoint: Endpoint, login: OAuth) -> Iterator[Finding]:
    """The cookies by which the end of a login is known for that of one that was begun here."""
    path = next(paths_in(login.callback), "")
    if not path:
        return
    request = request_for(site, endpoint, f"{path}?code=CODE&state=STATE")
    for label, attributes, url, cure in _kept_away(endpoint, login, request.url):
        outcome = site.ask(request)
        if outcome.status != 401 or cookie_comes_back(url, attributes, from_elsewhere=True):
            continue
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.title}: no login is ever completed, for the browser comes back without its cookie",
            primary=label,
            related=(Label(login.span, "the login"),),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "the login is completed"),),
            cure=cure,
            stated=outcome.assumed,
        )


def _kept_away(endpoint: Endpoint, login: OAuth, url: str) -> Iterator[tuple[Label, str, str, str]]:
    for one in login.bound:
        if one.returning and site_of(login.sign_in) != site_of(endpoint.url):
            why = f"SameSite={one.value.title()}, and the way back comes from {site_of(login.sign_in)}"
            secure = url.replace("http://", "https://", 1)
            yield (
                Label(one.span, why),
                f"Secure; SameSite={one.value}",
                secure,
                "LAX is what this cookie needs",
            )
    host = login.returns_to.removeprefix("http://").partition("/")[0]
    if (
        login.returns_to.startswith("http://")
        and host.partition(":")[0] not in (*LOCAL, "")
        and "%" not in host
    ):
        why = "the cookies of a login are Secure: over http browsers keep none of them"
        cure = "let the issuer send the browser back to https"
        label = Label(login.returns_span or login.span, why)
        yield label, "Secure; SameSite=Lax", login.returns_to, cure


RULE = Rule(
    id=ID,
    summary="A cookie that browsers do not keep, or do not send back",
    level=Level.WARNING,
    reference="https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis",
    manual=__doc__ or "",
    check=check,
)
