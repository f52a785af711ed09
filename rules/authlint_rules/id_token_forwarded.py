"""An ID token is handed to an API that demands another audience.

What happens
    An ID token tells the client who has signed in; its audience is that client (OpenID Connect Core, section 2). Handed
    on as if it were an access token it comes to a check that wants tokens for the API: 403 for everybody who has signed
    in. And an API that takes it takes every ID token of that client. There is no fix: whether the access token is one
    for the API only the issuer knows.

Bad
    forward_id_token: {header: x-token}
    ...
    audiences: [orders]
    from_headers: [{name: x-token}]

Good
    forward_bearer_token: true
    ...
    audiences: [orders]

When it stays quiet
    The client itself is among the audiences, or none is demanded; nothing here reads the header.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.model.credential import OAuth, Provider
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.issuers import asked_for

ID = "id-token-forwarded"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for login in evidence.mechanisms(endpoint):
            if isinstance(login, OAuth) and login.id_header and login.client:
                for _, provider in asked_for(site, endpoint):
                    yield from _judged(endpoint, login, provider)


def _judged(endpoint: Endpoint, login: OAuth, provider: Provider) -> Iterator[Finding]:
    header = login.id_header.lower()
    reads = any(place.kind == "header" and place.name == header for place in provider.places)
    if not reads or not provider.audiences or login.client in provider.audiences:
        return
    wanted = ", ".join(provider.audiences)
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} gets an ID token for {login.client}, and takes tokens for {wanted}",
        primary=Label(login.id_span or login.span, f"hands on a token whose audience is {login.client}"),
        related=(Label(provider.audiences_span or provider.span, f"wants tokens for {wanted}"),),
        routes=(endpoint.title,),
        proof=f"a token whose audience is not {wanted} is answered 403",
        cure="hand the access token on (forward_bearer_token), and ask for one that is meant for the API",
    )


RULE = Rule(
    id=ID,
    summary="An ID token is handed to an API that demands another audience",
    level=Level.WARNING,
    reference="https://openid.net/specs/openid-connect-core-1_0.html#IDToken",
    manual=__doc__ or "",
    check=check,
)
