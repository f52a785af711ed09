"""The tokens that clients send do not fit into the room for a request's headers.

What happens
    A token with some claims takes two to six kilobytes, a session cookie as much. The room for headers was made smaller
    than that, so that such requests are refused before anything looks at them: 400 or 431, for some users only, and
    with nothing about credentials in the log.

Bad
    large_client_header_buffers 4 2k;

Good
    large_client_header_buffers 4 16k;

When it stays quiet
    There is room for 8 kilobytes, as there is by default; nothing here asks for tokens, or hands them on.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.intent import Mend, Remove
from authlint.model.credential import Call, Jwt, OAuth
from authlint.model.step import Ask
from authlint.rule import Rule
from authlint.site import BEARER, Endpoint, Site
from authlint.text import Span

ID = "token-too-large"
ENOUGH = 8192
REFUSED = (400, 431)


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        room = _room(endpoint)
        if room is not None and room[0] < ENOUGH:
            label = _tokens(site, endpoint)
            if label is not None:
                yield from _judged(site, endpoint, *room, label)


def _room(endpoint: Endpoint) -> tuple[int, Span] | None:
    """How many bytes a header may have, and who said so."""
    buffers, intake = endpoint.host.buffers, endpoint.listener.intake
    if buffers is not None and buffers.span is not None:
        return buffers.size, buffers.span
    if intake.most is not None and intake.most_span is not None:
        return intake.most, intake.most_span
    return None


def _tokens(site: Site, endpoint: Endpoint) -> Label | None:
    """Where tokens or sessions are asked for, or handed on."""
    for check in evidence.mechanisms(endpoint):
        if isinstance(check, (Jwt, Ask, Call, OAuth)):
            return Label(check.span, "asks for tokens or sessions")
    return evidence.reads_authorization(site, endpoint)


def _judged(site: Site, endpoint: Endpoint, size: int, span: Span, label: Label) -> Iterator[Finding]:
    token = "TOKEN" * (size // len("TOKEN"))
    request = site.request(endpoint, (BEARER[0], f"Bearer {token}"))
    outcome, usual = site.ask(request), site.get(endpoint, BEARER)
    if outcome.status not in REFUSED or usual.status in REFUSED:
        return
    exchange = site.exchange(request, outcome, "as for any token")
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} answers {outcome.status} to tokens of {len(token)} bytes",
        primary=Label(span, f"room for {size} bytes"),
        related=(label,),
        routes=(endpoint.title,),
        witness=(exchange,),
        cure="leave room for 16 kilobytes, or as much as is there by default",
        stated=outcome.assumed,
        mends=(Mend("leave the size to the server's default", (Remove(span),)),),
    )


RULE = Rule(
    id=ID,
    summary="The tokens that clients send do not fit into the room for headers",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers",
    manual=__doc__ or "",
    check=check,
)
