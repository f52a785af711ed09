"""Hosts that an application is told and that its clients do not know; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.request import split_authority
from authlint.intent import Mend, Remove, Send
from authlint.model.step import Forward, HeaderOp
from authlint.model.value import Get, literal
from authlint.model.words import LOGINS, STORES, words_in
from authlint.site import Endpoint, Site
from authlint.text import Span
from authlint_rules.questions.told import is_one_of, only, passed, words_of

HOST = "host"


def signed_host(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """Signed requests reach an object store under another Host than the one that was signed."""
    if not is_one_of(site, endpoint, STORES):
        return
    outcome, request, reached = passed(site, endpoint)
    if reached is None:
        return
    host = only(reached, HOST)
    if host is None or host.text == request.host or _is_meant(host.op) or "console" in words_of(reached):
        return
    # A port may be another one outside; a name is not.
    name_kept = split_authority(host.text)[0] == split_authority(request.host)[0]
    # The console of a store takes no signatures, and a part of the path is no bucket's.
    known = not name_kept and "s3" in words_in(endpoint.host.name) and endpoint.route.match.text == "/"
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
        mends=_mends(forward, host.op),
    )


def _mends(forward: Forward | None, op: HeaderOp | None) -> tuple[Mend, ...]:
    """The client's own Host, in place of the line that sends another one."""
    if forward is None:
        return ()
    peers = tuple(one.span for one in forward.headers if not one.implied)
    send = Send(forward.span, "application", "Host", Get("header", "host"), peers)
    gone = (Remove(op.span),) if op is not None and not op.implied else ()
    return (Mend("hand on the Host that the client sent", (*gone, send)),)


def own_name(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A login service is told a name that its clients do not know, and no other header says theirs."""
    if not is_one_of(site, endpoint, LOGINS):
        return
    outcome, request, reached = passed(site, endpoint)
    if reached is None:
        return
    host, outside = only(reached, HOST), split_authority(request.host)[0]
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


def _is_meant(op: HeaderOp | None) -> bool:
    """A fixed name, written on purpose: URLs may have been signed for that one."""
    return op is not None and not op.implied and literal(op.value) is not None


def _span(forward: Forward | None, endpoint: Endpoint) -> Span:
    return forward.span if forward is not None else endpoint.route.span
