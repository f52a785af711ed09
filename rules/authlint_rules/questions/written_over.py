"""A header that holds something else than its reader looks for in it."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.intent import Mend, Remove
from authlint.model.credential import Jwt, Provider
from authlint.model.value import Get
from authlint.site import BASIC, Endpoint, Site, headers_of

PASSWORDS = ("php_auth_pw",)


def password_that_is_a_header(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A variable that stands for the password alone gets the whole header: no password ever fits."""
    forward = endpoint.forward
    for op in forward.headers if forward is not None else ():
        if op.name.lower() in PASSWORDS and op.value == Get("header", "authorization"):
            outcome = site.get(endpoint, BASIC)
            wanted = f"{op.name} is the password alone (or is left to the application to find)"
            yield Finding(
                rule=rule,
                level=Level.ERROR,
                message=f"{endpoint.title}: {op.name} holds the whole Authorization header, not the password",
                primary=Label(op.span, "the application compares this with a password: it never fits"),
                routes=(endpoint.title,),
                witness=(site.exchange(site.request(endpoint, BASIC), outcome, wanted, shows=(op.name,)),),
                cure="take this line away: the application decodes HTTP_AUTHORIZATION itself",
                stated=outcome.assumed,
                mends=(Mend(f"leave {op.name} to the application", (Remove(op.span),), safe=True),),
            )


def _kept(provider: Provider) -> tuple[Mend, ...]:
    """Without the payload: who reads it in that header reads no token there."""
    span = provider.payload_span
    return () if span is None else (Mend("leave Authorization to the token", (Remove(span),)),)


def payload_over_token(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """The header in which tokens come is also the one that the payload is written to."""
    for check in evidence.mechanisms(endpoint):
        for provider in check.providers if isinstance(check, Jwt) else ():
            if provider.payload_header.lower() != "authorization":
                continue
            bare = "Authorization: TOKEN"
            sent = headers_of(bare if bare in site.credentials(endpoint) else "bearer")
            request = site.request(endpoint, *sent)
            outcome = site.ask(request)
            lost = "no token is found in it" if outcome.status == 401 else "the token does not get there"
            yield Finding(
                rule=rule,
                level=Level.ERROR,
                message=f"{endpoint.title}: Authorization is kept for the token's payload, and {lost}",
                primary=Label(
                    provider.forward_span, "the payload is written to the header that tokens come in"
                ),
                routes=(endpoint.title,),
                witness=(site.exchange(request, outcome, "the token as it came", shows=("Authorization",)),),
                cure="hand the payload on in a header of its own",
                stated=outcome.assumed,
                mends=_kept(provider),
            )
