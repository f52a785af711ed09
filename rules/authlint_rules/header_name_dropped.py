"""A credential's header has a name that the server drops without a word.

What happens
    The application knows its clients by a header such as api_access_token. It works on the application's own port and
    is 401 through the gateway: nginx drops names with an underscore, or with a dot, unless it is told to keep them,
    and writes one line about it into its error log at level info. `proxy_set_header api_access_token
    $http_api_access_token` does not help: the variable is empty. Envoy drops or refuses such names where
    headers_with_underscores_action says so.

Bad
    location / {
        proxy_set_header api_access_token $http_api_access_token;
        proxy_pass http://chat:3000;
    }

Good
    underscores_in_headers on;
    location / {
        proxy_set_header api_access_token $http_api_access_token;
        proxy_pass http://chat:3000;
    }

When it stays quiet
    underscores_in_headers is on or ignore_invalid_headers off; the name on the client's side has dashes
    ($http_x_api_key reads X-Api-Key); the gateway itself gives the header its value; the name is none of a
    credential. Where nobody passes because of it, auth-unsatisfiable says so. That clients write X_Api_Key, and not
    X-Api-Key, because it is handed on under that name is a guess: it is made with --pedantic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint import evidence
from authlint.expression import expression
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.credential import Call
from authlint.model.step import Amend, Forward
from authlint.model.value import Get, literal
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of, headers_of
from authlint.text import Span
from authlint_rules.mends.renaming import take_underscores

ID = "header-name-dropped"
CREDENTIAL = expression(r"auth|token|key|secret|session|jwt|credential|passw|signature", re.IGNORECASE)
HANDED_ON = "handed on under the name that clients send, and that name is dropped"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if endpoint.forward is None:
            continue
        for name, span, why in dict.fromkeys(_named(endpoint)):
            if CREDENTIAL.search(name) and _drops(endpoint, name):
                yield from _judged(
                    site, endpoint, name, Label(span, why), why == HANDED_ON and _is_usual(name)
                )


def _drops(endpoint: Endpoint, name: str) -> bool:
    intake, names = endpoint.listener.intake, endpoint.host.header_names
    if intake.paths == "as-sent":
        return "_" in name and intake.underscores != "keep"
    return not names.odd and ("." in name or ("_" in name and not names.underscores))


def _named(endpoint: Endpoint) -> Iterator[tuple[str, Span, str]]:
    """Headers that clients are expected to send under just this name."""
    for block in blocks_of(endpoint.route):
        for step in block.steps:
            forwards = isinstance(step, Forward) and step.encoding != "params"
            ops = step.headers if isinstance(step, Forward) and forwards else ()
            for op in step.ops if isinstance(step, Amend) else ops:
                if op.value == Get("header", op.name.lower().replace("_", "-")) or op.value == _of_client(
                    op.name
                ):
                    yield op.name, op.span, HANDED_ON
    for op in evidence.response_ops(endpoint):
        if op.name.lower() == "access-control-allow-headers":
            for name in (literal(op.value) or "").split(","):
                yield (
                    name.strip(),
                    op.span,
                    "pages are told that they may send this header, and it is dropped",
                )
    for check in evidence.mechanisms(endpoint):
        for test in (check.sends or ()) if isinstance(check, Call) else ():
            if test.how == "is":
                yield (
                    test.arg,
                    check.span,
                    "the service that is asked is to get this header, and it is dropped",
                )


def _is_usual(name: str) -> bool:
    """Whether the name with dashes is one that clients send: X-Api-Key, Authorization."""
    return name.lower().startswith("x_") or name.lower().replace("_", "-") in evidence.KEY_HEADERS


def _of_client(name: str) -> Get:
    return Get("header", name.lower())


def _judged(site: Site, endpoint: Endpoint, name: str, primary: Label, renamed: bool) -> Iterator[Finding]:
    """`renamed`: clients may send it with dashes, and this is only its name behind the gateway."""
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, (name, "KEY"), *headers_of(credential))
    outcome = site.ask(request)
    if outcome.opens or not all(_lost(world, name) for world in outcome.worlds):
        return
    kind = "an underscore" if "_" in name else "a dot"
    refused = outcome.status == 400
    what = "is refused with 400" if refused else "never arrives"
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: {name} {what}: the server does not take names with {kind}",
        primary=primary,
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, f"{name} reaches the application", shows=(name,)),),
        cure=site.cure(
            ID,
            "underscores_in_headers on; in this server and in the default server of its port, or a name with dashes"
            if kind == "an underscore"
            else "ignore_invalid_headers off; in this server, or a name with dashes",
        ),
        assumes=(f"clients send it as {name}",) if renamed else (),
        pedantic=renamed,
        stated=outcome.assumed,
        mends=take_underscores(endpoint) if "_" in name else (),
    )


def _lost(world: Outcome, name: str) -> bool:
    if world.upstream is None:
        return world.status == 400
    return not any(header.name.lower() == name.lower() and header.text for header in world.upstream.headers)


RULE = Rule(
    id=ID,
    summary="A credential's header has a name that the server drops",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#underscores_in_headers",
    manual=__doc__ or "",
    check=check,
)
