"""Tokens are looked for where clients do not put them.

What happens
    Clients send `Authorization: Bearer <token>` (RFC 6750). A check that takes the whole header for the token, or that
    wants another prefix, finds no token in it, or one that is none: every valid token is answered 401.

Bad
    from_headers:
    - name: Authorization

Good
    from_headers:
    - name: Authorization
      value_prefix: "Bearer "

When it stays quiet
    The prefix is "Bearer" without the space, which works; the token has a header, parameter or cookie of its own; an
    API key is looked for in Authorization; the same check also looks in the usual place.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.intent import Mend, TakeBehind
from authlint.model.credential import Jwt, Place, Provider
from authlint.rule import Rule
from authlint.site import BEARER, Endpoint, Site, requires

ID = "token-location-mismatch"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for require in requires(endpoint.route):
            for one in require.checks:
                if isinstance(one, Jwt) and id(one) not in endpoint.idle:
                    yield from _judged(site, endpoint, one)


def _judged(site: Site, endpoint: Endpoint, jwt: Jwt) -> Iterator[Finding]:
    for provider in jwt.providers:
        place = _odd(provider)
        if place is None:
            continue
        outcome = site.get(endpoint, BEARER)
        if outcome.alternatives or outcome.status != 401:
            continue
        why = (
            "the whole header is taken for the token, with the word Bearer"
            if not place.prefix
            else f"clients write Bearer, and this waits for {place.prefix.strip()}"
        )
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title} answers 401 to every bearer token",
            primary=Label(place.span, why),
            related=(Label(provider.span, "the tokens of this provider are meant"),),
            routes=(endpoint.title,),
            witness=(site.exchange(site.request(endpoint, BEARER), outcome, "the token is found"),),
            cure='write the prefix as clients do: "Bearer ", with a space at its end',
            stated=outcome.assumed,
            # Those who have sent the token alone are refused from then on.
            mends=(Mend("take what stands behind Bearer", (TakeBehind(place.span, "Bearer"),)),),
        )


def _odd(provider: Provider) -> Place | None:
    """The place in Authorization, where no bearer token can be found in any."""
    places = [one for one in provider.places if one.kind == "header" and one.name == "authorization"]
    if not places or any(_fits(one) for one in places):
        return None
    odd = places[0]
    word = odd.prefix.strip().rstrip(":").lower()
    return odd if word in ("", "bearer") else None


def _fits(place: Place) -> bool:
    return place.prefix.rstrip() == "Bearer"


RULE = Rule(
    id=ID,
    summary="Tokens are looked for where clients do not put them",
    level=Level.ERROR,
    reference="https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    manual=__doc__ or "",
    check=check,
)
