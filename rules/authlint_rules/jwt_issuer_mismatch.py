"""Two places that must agree spell the issuer or the audience of tokens differently.

What happens
    A token names its issuer and its audience letter by letter. What is expected here is spelt otherwise than the issuer
    writes it, or than another place of this configuration does: a slash at the end, another realm, another client. So
    the tokens that clients have are answered 401, or 403 where it is the audience. Where two spellings or two realms
    stand against each other, one against one, and no known service tells which is meant, there is no fix.

Bad
    issuer: https://login.example.com/realms/shop/
    remote_jwks: {http_uri: {uri: https://login.example.com/realms/staff/protocol/openid-connect/certs, ...}}

Good
    issuer: https://login.example.com/realms/shop
    remote_jwks: {http_uri: {uri: https://login.example.com/realms/shop/protocol/openid-connect/certs, ...}}

When it stays quiet
    Both spellings are accepted side by side, on purpose; an audience differs in its scheme or a slash at its end, which
    does not count; nothing here tells how the issuer spells its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.intent import Mend
from authlint.model.credential import Jwt, OAuth, Provider
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.issuers import admit, agree, spell
from authlint_rules.questions.issuers import asked_for, header_for
from authlint_rules.questions.spellings import issuer_as_written_by, realm_of, same_but_for_spelling
from authlint_rules.questions.told_by_token import claims_of, told

ID = "jwt-issuer-mismatch"


def check(site: Site) -> Iterator[Finding]:
    spelt: dict[str, Provider] = {}  # the first spelling of each issuer
    for endpoint in site.endpoints:
        asked = list(asked_for(site, endpoint))
        for check, provider in asked:
            yield from _of_the_issuer(site, endpoint, check, provider)
            yield from _of_the_realm(site, endpoint, check, provider)
            yield from _of_the_client(endpoint, provider)
            plain = same_but_for_spelling(provider.issuer)
            first = spelt.setdefault(plain, provider)
            # A route that takes both spellings does so on purpose.
            if provider.issuer and all(one.issuer != first.issuer for _, one in asked):
                yield from _twice(site, endpoint, check, provider, first)


def _of_the_issuer(site: Site, endpoint: Endpoint, check: Jwt, provider: Provider) -> Iterator[Finding]:
    """Services that everybody uses, whose spelling is known."""
    real = issuer_as_written_by(provider.issuer)
    if real is not None and real != provider.issuer:
        where = Label(provider.issuer_span or provider.span, f"this service writes {real}")
        yield from _finding(site, endpoint, check, provider, where, real, (), spell(endpoint, provider, real))


def _twice(
    site: Site, endpoint: Endpoint, check: Jwt, provider: Provider, first: Provider
) -> Iterator[Finding]:
    where = Label(provider.issuer_span or provider.span, f"elsewhere the same issuer is {first.issuer}")
    other = Label(first.issuer_span or first.span, "spelt otherwise here")
    yield from _finding(
        site, endpoint, check, provider, where, first.issuer, (other,), agree(site, provider, first)
    )


def _finding(
    site: Site,
    endpoint: Endpoint,
    check: Jwt,
    provider: Provider,
    where: Label,
    real: str,
    related: tuple[Label, ...],
    mends: tuple[Mend, ...] = (),
) -> Iterator[Finding]:
    claims = claims_of(provider, iss=real)
    outcome, exchange = told(
        site, endpoint, claims, ("iss",), "the token is taken", header_for(site, endpoint, provider)
    )
    if outcome.status != 401 or outcome.alternatives:
        return
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} answers 401 to the tokens of {real}: the issuer is compared letter by letter",
        primary=where,
        related=related,
        routes=(endpoint.title,),
        witness=(exchange,),
        cure=f"write it as the tokens do: {real}",
        stated=outcome.assumed,
        mends=mends,
    )


def _of_the_realm(site: Site, endpoint: Endpoint, check: Jwt, provider: Provider) -> Iterator[Finding]:
    """Tokens of one realm, and the keys of another."""
    mine, theirs = realm_of(provider.issuer), realm_of(provider.keys.url)
    if mine is None or theirs is None or mine[0] != theirs[0] or mine[1] == theirs[1]:
        return
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: tokens of {mine[1]} are checked with the keys of {theirs[1]}",
        primary=Label(provider.issuer_span or provider.span, f"the realm is {mine[1]}"),
        related=(Label(provider.keys.span, f"the keys are those of {theirs[1]}"),),
        routes=(endpoint.title,),
        proof=f"each realm signs with keys of its own: no signature of {mine[1]} holds, all its tokens get 401",
        cure="name the same realm in both places",
    )


def _of_the_client(endpoint: Endpoint, provider: Provider) -> Iterator[Finding]:
    """The ID token of a login is for the client that began it, and for nobody else."""
    for login in (one for one in evidence.mechanisms(endpoint) if isinstance(one, OAuth)):
        reads = any(place.kind == "cookie" and place.name == login.id_cookie for place in provider.places)
        if not reads or not login.client or not provider.audiences or login.client in provider.audiences:
            continue
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.title} answers 403 to everybody who has signed in: the audience is another",
            primary=Label(provider.audiences_span or provider.span, "the ID token is for another client"),
            related=(Label(login.span, f"signs in as {login.client}"),),
            routes=(endpoint.title,),
            proof=f"the audience of an ID token is the client's id, here {login.client} "
            "(OpenID Connect Core, section 2)",
            cure=f"write the client's id among the audiences: {login.client}",
            mends=admit(provider, login.client),
        )


RULE = Rule(
    id=ID,
    summary="Two places that must agree spell issuer or audience differently",
    level=Level.WARNING,
    reference="https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation",
    manual=__doc__ or "",
    check=check,
)
