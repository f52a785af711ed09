"""A policy about credentials, addresses or other origins is written, and another one counts in its place.

What happens
    What is nearer, or comes first, replaces the other, and does not add to it. A location's own `allow` takes away
    the server's `deny all`; of two routes for the same requests the first counts, of two Ingress objects with the
    same path the older, with all that they say; an Envoy Gateway policy for a route replaces the one for its Gateway.
    Where two objects would have to become one there is no fix: which of their other settings are to stay nobody here
    says.

Bad
    allow 10.0.0.0/8;
    deny all;

    location /status/ {
        allow 192.168.0.0/16;
        proxy_pass http://app:8080;
    }

Good
    location /status/ {
        allow 10.0.0.0/8;
        allow 192.168.0.0/16;
        deny all;
        proxy_pass http://app:8080;
    }

When it stays quiet
    What counts repeats the policy, or asks for as much; the location lets everybody in, in so many words (allow all).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Mend, Repeat
from authlint.model.fact import Overridden
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.ordering import put_first_of_two
from authlint_rules.questions.colliding import Taken, taken
from authlint_rules.questions.replacing import reopened
from authlint_rules.questions.replacing_policies import Lost, lost

ID = "policy-overridden"


def check(site: Site) -> Iterator[Finding]:
    for fact in site.gateway.facts:
        if isinstance(fact, Overridden):
            yield Finding(
                rule=ID,
                level=Level.WARNING,
                message=f"one of two policies for {fact.what} does not count: {fact.effect}",
                primary=Label(fact.span, fact.why),
                related=(Label(fact.other, "the other one"),),
                proof=fact.effect,
                cure=fact.cure,
            )
    for one in taken(site, same=True):
        yield from _first_counts(site, one)
    for endpoint in site.endpoints:
        for gone in lost(site, endpoint):
            yield _replaced(site, endpoint, gone)
        found = reopened(endpoint)
        request = site.request(endpoint)
        if found is not None:
            outcome = site.ask(request)
            if all(world.admitted and world.unasked for world in outcome.worlds) and not outcome.opens:
                own, outer, lines = found
                place = Label(own, "replaces the server's list, and denies nobody")
                there = Label(outer, "does not count here")
                message = f"{endpoint.title} lets every address in: its own list replaces the server's"
                cure = 'repeat the server\'s list here, with "deny all" at its end'
                mends = (Mend("repeat the server's list", (Repeat(own, lines),)),)
                yield _finding(site, endpoint, request, outcome, message, place, there, "403", cure, mends)


def _replaced(site: Site, endpoint: Endpoint, gone: Lost) -> Finding:
    one = gone.one
    place = Label(one.by, "takes the place of the other policy, as a whole")
    there = Label(one.span, "does not count on this route")
    mends = (Mend("repeat it in the nearer policy", (Repeat(one.by, (one.span,)),)),)
    message = f"browsers cannot call {endpoint.title}: a nearer policy replaces the one that lets origins in"
    wanted = "2xx with the CORS headers"
    if one.meant == "authentication":
        message = f"{endpoint.title} is open: a nearer policy replaces the one that asks for credentials"
        wanted = "401"
    return _finding(
        site, endpoint, gone.request, gone.outcome, message, place, there, wanted, one.cure, mends
    )


def _first_counts(site: Site, one: Taken) -> Iterator[Finding]:
    """Of two routes for the same requests the first: what the second asks for, or allows, is lost."""
    meant, by = one.meant, next((e for e in site.siblings[id(one.meant.host)] if e.route is one.by), None)
    cure = "write one route, with both"
    there = Label(one.by.span, "this route is for the same requests, and comes first")
    if any(evidence.mechanisms(meant)) and all(
        world.admitted and world.unasked for world in one.outcome.worlds
    ):
        message = f"{meant.title} is open: an earlier route for the same requests asks for nothing"
        place = Label(meant.route.span, "never reached: what is asked for here is not asked")
        mends = put_first_of_two(site, meant, by)
        yield _finding(site, meant, one.request, one.outcome, message, place, there, "401", cure, mends)
    elif by is not None and _allows(meant) and not _allows(by):
        request = site.preflight(meant, site.origins(meant)[0])
        outcome = site.ask(request)
        lets = any(world.get("access-control-allow-origin") for world in outcome.worlds)
        if not lets and not outcome.opens:
            message = f"{meant.title}: an earlier route for the same requests counts, and lets no origins in"
            place = Label(meant.route.span, "never reached: its CORS policy does not count")
            wanted = "2xx with the CORS headers"
            yield _finding(site, meant, request, outcome, message, place, there, wanted, cure)


def _allows(endpoint: Endpoint) -> bool:
    return any(op.name.lower() == "access-control-allow-origin" for op in evidence.response_ops(endpoint))


def _finding(
    site: Site,
    endpoint: Endpoint,
    request: Request,
    outcome: Outcome,
    message: str,
    place: Label,
    there: Label,
    wanted: str,
    cure: str,
    mends: tuple[Mend, ...] = (),
) -> Finding:
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=message,
        primary=place,
        related=(there,),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, wanted),),
        cure=cure,
        stated=outcome.assumed,
        mends=mends,
    )


RULE = Rule(
    id=ID,
    summary="A policy is replaced by one that is nearer, older or comes first",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_access_module.html",
    manual=__doc__ or "",
    check=check,
)
