"""The keys of tokens cannot be had, so that no token holds.

What happens
    A signature is checked with the issuer's keys. What is fetched here is no key set, or the connection cannot be made
    as it is set up, and every token is answered 401, valid or not. Where the keys are is known of a few services; how a
    certificate is to be verified nobody here says, so that a cluster without TLS has no fix.

Bad
    remote_jwks:
      http_uri:
        uri: https://accounts.example.com/.well-known/openid-configuration
        cluster: accounts

Good
    remote_jwks:
      http_uri:
        uri: https://accounts.example.com/.well-known/jwks.json
        cluster: accounts

When it stays quiet
    The keys come over plain http inside; they lie in a file that was not read; the cluster comes from elsewhere. Keys
    that are kept for more than a day are told with --pedantic: nobody here says how often the issuer changes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.intent import Mend, Remove, Reword
from authlint.model.credential import Jwt, Keys, Provider
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.issuers import asked_for, header_for
from authlint_rules.questions.spellings import keys_of

ID = "jwks-unusable"
DAY = 24 * 3600


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for check, provider in asked_for(site, endpoint):
            keys = provider.keys
            if keys.kind == "upstream" and keys.upstream in site.gateway.upstreams:
                if not keys.usable:
                    yield from _unusable(site, endpoint, check, provider)
                elif (keys.lasts or 0) > DAY and keys.lasts_span is not None:
                    yield _kept(site, endpoint, provider, Label(keys.lasts_span, "longer than a day"))


def _unusable(site: Site, endpoint: Endpoint, check: Jwt, provider: Provider) -> Iterator[Finding]:
    header = header_for(site, endpoint, provider)
    outcome = site.get(endpoint, header)
    if outcome.status != 401 or outcome.alternatives:
        return
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title} answers 401 to every token of {provider.name}: its keys cannot be had",
        primary=Label(provider.keys.span, provider.keys.why),
        related=(Label(provider.span, "the tokens of this provider"),),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint, header), outcome, "the token is checked and holds"),),
        cure=provider.keys.cure,
        stated=outcome.assumed,
        mends=_fetched_from_where_they_are(provider.keys),
    )


def _fetched_from_where_they_are(keys: Keys) -> tuple[Mend, ...]:
    real = keys_of(keys.url)
    return (Mend(f"fetch {real}", (Reword(keys.span, keys.url, real),), safe=True),) if real else ()


def _kept(site: Site, endpoint: Endpoint, provider: Provider, label: Label) -> Finding:
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: the keys of {provider.name} are kept for {provider.keys.lasts} s",
        primary=label,
        related=(Label(provider.span, "the tokens of this provider"),),
        routes=(endpoint.title,),
        proof="a token with a new key is answered 401 until the old keys are fetched again",
        cure="keep them for minutes: an issuer may change its keys at any time",
        assumes=("the issuer changes its keys within that time",),
        pedantic=True,
        mends=(Mend("leave it to the server's default", (Remove(label.span),)),),
    )


RULE = Rule(
    id=ID,
    summary="The keys of tokens cannot be had, so that no token holds",
    level=Level.ERROR,
    reference="https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata",
    manual=__doc__ or "",
    check=check,
)
