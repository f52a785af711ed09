"""Credentials are asked for over plain http.

What happens
    The name is served over TLS, and over plain http too, and there it asks for a password or a token instead of sending
    clients to https. Whoever types the name without https sends the credentials for everybody on the way to read.
    Where a filter asks before the router redirects, as in Envoy, no single edit is a fix.

Bad
    server {
        listen 80;
        listen 443 ssl;
        auth_basic "staff";
        auth_basic_user_file /etc/nginx/htpasswd;
    }

Good
    server {
        listen 80;
        return 301 https://$host$request_uri;
    }

When it stays quiet
    The listener is for the machine itself or for a private network; what stands in front speaks TLS and says so; the
    plain side redirects. Where nothing of the name is served over TLS, something in front may do it: --pedantic.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.credential import Jwt
from authlint.model.gateway import Listener, VirtualHost
from authlint.model.step import Basic
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.transport import redirect
from authlint_rules.questions.in_front import is_inside, tls_is_ended_before

ID = "credentials-over-plaintext"


def check(site: Site) -> Iterator[Finding]:
    served = {
        name
        for one in site.gateway.listeners
        if one.tls
        for name, host in one.exact.items()
        if host.certified
    }
    for listener in site.gateway.listeners:
        if listener.tls or is_inside(listener) or _comes_by_https(site, listener):
            continue
        for host in listener.hosts:
            names = {one.text for one in host.names if one.kind == "exact" and "." in one.text}
            if host.declared and names:
                yield from _host(site, listener, host, bool(names & served))


def _comes_by_https(site: Site, listener: Listener) -> bool:
    """Whether TLS is declared to end in front of this listener."""
    front = site.declared.assume.front
    return front is not None and front.brings_https(listener)


def _host(site: Site, listener: Listener, host: VirtualHost, proven: bool) -> Iterator[Finding]:
    asking = [one for one in site.siblings.get(id(host), ()) if _asks(one)]
    if not asking or tls_is_ended_before(host, asking):
        return
    refused: list[tuple[Endpoint, Outcome]] = []
    for route in {id(one.route): one for one in asking}.values():
        for endpoint in site.reached_over(listener, route):
            outcome = site.get(endpoint)
            if _asks(endpoint) and outcome.status == 401 and _is_asked(outcome):
                refused.append((endpoint, outcome))
        if refused and not proven:
            break  # one is enough to say what is assumed
    if not refused:
        return
    endpoint, outcome = refused[0]
    denial = outcome.denial
    span = endpoint.host.span if denial is None or denial.span is None else denial.span
    challenge = (outcome.value("www-authenticate") or "").partition(" ")[0]
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} asks for {challenge} credentials over plain http",
        primary=Label(span, "asks over plain http as well"),
        related=(Label(host.span, "this name is served without TLS too"),),
        routes=tuple(one.title for one, _ in refused),
        witness=(site.exchange(site.request(endpoint), outcome, "a redirect to https"),),
        cure=site.cure(ID, "let the plain side only redirect: return 301 https://$host$request_uri;"),
        assumes=() if proven else ("nothing in front of this listener speaks TLS",),
        pedantic=not proven,
        stated=outcome.assumed,
        mends=redirect(site, host, refused, span) if proven else (),
    )


def _asks(endpoint: Endpoint) -> bool:
    return any(isinstance(one, (Basic, Jwt)) for one in evidence.mechanisms(endpoint))


def _is_asked(outcome: Outcome) -> bool:
    denial = outcome.denial
    return denial is not None and denial.span is not None and isinstance(denial.subject, (Basic, Jwt))


RULE = Rule(
    id=ID,
    summary="Credentials are asked for over plain http",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc7617#section-4",
    manual=__doc__ or "",
    check=check,
)
