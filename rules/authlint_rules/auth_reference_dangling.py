"""Authentication needs something that nobody defines.

What happens
    A check names a cluster with the keys, a requirement, a Secret, or a path to be asked, and there is none of that
    name. Most servers start all the same; the requests that need it are answered 401, 403 or 500, every one of them.
    Where no name that is there, or more than one, is much like the missing one, or leads to the host that stands
    beside it, there is no fix.

Bad
    location / {
        auth_request /auth;
        proxy_pass http://app;
    }

Good
    location / {
        auth_request /auth;
        proxy_pass http://app;
    }
    location = /auth {
        internal;
        proxy_pass http://auth;
    }

When it stays quiet
    A control plane, another file or another repository may bring what is missing (--pedantic shows those); parts of
    the configuration could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import FILES
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.fact import Dangling
from authlint.model.step import Ask, ToNamed
from authlint.model.value import literal
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of
from authlint_rules.mends.slips import corrected, near, other_location
from authlint_rules.questions.auth_requests import NO_FILES, UNTOUCHED, asked_at, has_no_files, unanswered

ID = "auth-reference-dangling"
REFUSALS = frozenset((401, 403))


def check(site: Site) -> Iterator[Finding]:
    facts = [fact for fact in site.gateway.facts if isinstance(fact, Dangling)]
    passing = site.passing_by({fact.span for fact in facts})
    for fact in facts:
        yield _named(site, fact, passing.get(fact.span, ()))
    for endpoint in site.endpoints:
        if any(isinstance(one, Ask) for one in evidence.mechanisms(endpoint)):
            yield from _nowhere(site, endpoint)
            yield from _itself(site, endpoint)
        yield from _no_page(site, endpoint)


def _named(site: Site, fact: Dangling, shown: Sequence[tuple[Endpoint, Request, Outcome]]) -> Finding:
    wanted = f"the verdict of {fact.what} {fact.name}"
    witness = tuple(site.exchange(request, outcome, wanted) for _, request, outcome in shown[:1])
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{fact.what} {fact.name} is not defined: {fact.effect}",
        primary=Label(fact.span, "nothing here has this name"),
        routes=tuple(one.title for one, _, _ in shown),
        witness=witness,
        proof="" if witness else fact.effect,
        cure=fact.cure,
        assumes=(f"{fact.what} {fact.name} is defined nowhere else",) if fact.outside else (),
        pedantic=fact.outside,
        stated=shown[0][2].assumed if shown else (),
        mends=corrected(fact.slips),
    )


def _nowhere(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """An auth request for a path that no location takes."""
    bare = has_no_files(endpoint)
    outcome = site.get(endpoint, assume=NO_FILES if bare else None)
    asked = outcome.in_every_world(lambda world: unanswered(world, endpoint))
    if asked is None or outcome.opens or not (literal(asked.path) or "/").startswith("/"):
        return  # what is no path at all is auth-subrequest-broken
    stated = tuple(one for one in outcome.assumed if one != FILES)
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title} is answered {outcome.status}: no location takes the auth request",
        primary=Label(asked.span, "no location takes this path, and no such file is served to anybody"),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "the auth service's verdict"),),
        cure="add the location that asks the auth service, or name the one that there is",
        stated=(*stated, UNTOUCHED) if bare else outcome.assumed,
        mends=other_location(endpoint, asked),
    )


def _itself(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """An auth request that only the route for everything takes, which asks: the application would have to answer."""
    if endpoint.forward is None or endpoint.route.match.text != "/":
        return
    outcome = site.get(endpoint)
    asked = outcome.in_every_world(lambda world: asked_at(world, endpoint.route))
    if asked is None or outcome.opens:
        return
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title}: no location but this one takes the auth request",
        primary=Label(asked.span, "the application that is to be protected is asked itself"),
        routes=(endpoint.title,),
        proof="an answer other than 2xx, 401 and 403 becomes 500",
        cure="add the location that asks the auth service, or name the one that there is",
        assumes=("the application has no such path",),
        pedantic=True,
        mends=other_location(endpoint, asked),
    )


def _no_page(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """What a refusal is turned into has no such name."""
    for block in blocks_of(endpoint.route):
        for recover in () if block.open else block.recover:
            to, names = recover.to, endpoint.host.table.named
            if not isinstance(to, ToNamed) or to.name in names or REFUSALS.isdisjoint(recover.statuses):
                continue
            outcome = site.get(endpoint)
            if outcome.status != 500 or outcome.block is not block:
                continue
            yield Finding(
                rule=ID,
                level=Level.ERROR,
                message=f"{endpoint.title}: a refusal is answered 500, for there is no {to.name}",
                primary=Label(recover.span, f"no location is called {to.name}"),
                routes=(endpoint.title,),
                witness=(site.exchange(site.request(endpoint), outcome, "the 401"),),
                cure=f"add location {to.name} to this server, or name the one that there is",
                stated=outcome.assumed,
                mends=near(recover.span, to.name, names),
            )
            return


RULE = Rule(
    id=ID,
    summary="A check names something that nothing defines",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_request_module.html#auth_request",
    manual=__doc__ or "",
    check=check,
)
