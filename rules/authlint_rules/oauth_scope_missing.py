"""A login does not ask for a scope without which what stands behind it refuses everybody.

What happens
    Only a login that asks for the scope `openid` brings an ID token (OpenID Connect Core, 3.1.2.1). Here it is not
    asked for, and yet an ID token is looked for behind the login; or a policy wants a scope that nobody asks for.
    Whoever has signed in is answered 401 or 403.

Bad
    auth_scopes: [profile, email]

Good
    auth_scopes: [openid, profile, email]

When it stays quiet
    Nothing behind the login reads an ID token, or the scope.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.intent import Include, Mend
from authlint.model.condition import All, AnyOf, Condition, Test
from authlint.model.credential import Allow, Jwt, OAuth
from authlint.model.value import Get, Value
from authlint.rule import Rule
from authlint.site import Endpoint, Site, requires

ID = "oauth-scope-missing"
SCOPES = ("scope", "scp")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for login in evidence.mechanisms(endpoint):
            if isinstance(login, OAuth) and login.scopes_span is not None:
                for scope, label in _wanted(endpoint, login):
                    if scope not in login.scopes:
                        yield from _finding(site, endpoint, login, scope, label)


def _wanted(endpoint: Endpoint, login: OAuth) -> Iterator[tuple[str, Label]]:
    """The scopes without which nobody passes, and where that is said."""
    if login.id_header:
        yield "openid", Label(login.id_span or login.span, "hands the ID token on")
    for require in requires(endpoint.route):
        for check in require.checks:
            if isinstance(check, Jwt) and id(check) not in endpoint.idle:
                for place in (place for one in check.providers for place in one.places):
                    if place.kind == "cookie" and place.name == login.id_cookie:
                        yield "openid", Label(place.span, "looks for the ID token of the login")
            elif isinstance(check, Allow) and check.action == "allow" and len(check.policies) == 1:
                policy = check.policies[0]
                for scope in _scopes(policy.when):
                    yield scope, Label(policy.span, f"lets only those pass whose token has the scope {scope}")


def _scopes(when: Condition) -> Iterator[str]:
    """Scopes that a condition wants in a token."""
    if isinstance(when, All) or (isinstance(when, AnyOf) and len(when.conditions) == 1):
        for one in when.conditions:
            yield from _scopes(one)
    elif isinstance(when, Test) and when.how.how in ("is", "contains") and _is_scope(when.value):
        yield from when.how.arg.split()


def _is_scope(value: Value) -> bool:
    return isinstance(value, Get) and value.kind == "claim" and value.name.rpartition("/")[2] in SCOPES


def _finding(site: Site, endpoint: Endpoint, login: OAuth, scope: str, label: Label) -> Iterator[Finding]:
    outcome = site.get(endpoint)
    denial = outcome.denial
    if outcome.status != 302 or denial is None or denial.subject != login:
        return
    asked = " ".join(login.scopes)
    exchange = site.exchange(site.request(endpoint), outcome, f"a sign-in that asks for {scope} too")
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title}: the login never asks for the scope {scope}, which is needed behind it",
        primary=Label(login.scopes_span or login.span, f"asks for: {asked}"),
        related=(label,),
        routes=(endpoint.title,),
        witness=(exchange,),
        cure=f"add {scope} to the scopes",
        stated=outcome.assumed,
        mends=_mends(login, scope),
    )


def _mends(login: OAuth, scope: str) -> tuple[Mend, ...]:
    joins = Include(login.scopes_span or login.span, scope)
    return (Mend(f"ask for {scope}", (joins,), safe=True, unseen=True),)


RULE = Rule(
    id=ID,
    summary="A login does not ask for a scope that is needed behind it",
    level=Level.WARNING,
    reference="https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest",
    manual=__doc__ or "",
    check=check,
)
