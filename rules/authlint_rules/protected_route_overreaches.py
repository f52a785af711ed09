"""A protected prefix also takes paths beside it, which are meant for everybody, or an exemption takes protected ones.

What happens
    A prefix is compared letter by letter: `/a` takes /api and /assets too, `/admin` takes /administrator. Their
    callers get 401, or, where the prefix is an exemption, a path that is to be protected is open.

Bad
    location / {
        root /srv/www;
    }
    location /a {
        auth_request /auth;
        proxy_pass http://a:8080/;
    }

Good
    location / {
        root /srv/www;
    }
    location /a/ {
        auth_request /auth;
        proxy_pass http://a:8080/;
    }

When it stays quiet
    The prefix ends with a slash, or matches whole segments; nothing in the configuration names a neighbour; the
    neighbour's own route gets its requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.flow.tokens import insists
from authlint.model.fact import Overreach
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.whole_segments import end_with_slash
from authlint_rules.questions.colliding import late_rules, taken
from authlint_rules.questions.neighbours import crowded, ruled_along

ID = "protected-route-overreaches"
CURE = "let the prefix end with a slash, or match whole segments (path_separated_prefix)"


def check(site: Site) -> Iterator[Finding]:
    for one in taken(site):
        denial = one.outcome.in_every_world(_refusal)
        if not any(evidence.mechanisms(one.meant)) and denial is not None and one.by.match.kind == "prefix":
            label = Label(one.by.span, "takes its requests and asks for credentials")
            there = Label(one.meant.route.span, "asks for none")
            yield _finding(
                site, one.meant, one.outcome, label, there, "an answer of its own route, without credentials"
            )
    for late in late_rules(site):
        if late.whole:
            continue
        opened = not insists(late.first.demand) and insists(late.rule.demand) and late.outcome.admitted
        if opened or (not insists(late.rule.demand) and late.outcome.in_every_world(_refusal) is not None):
            label = Label(late.first.span, f"is compared letter by letter: takes {late.path} too")
            there = Label(late.rule.span, "the rule that is meant for it comes too late")
            endpoint = replace(late.endpoint, url=late.request.url, focus=late.path)
            yield _finding(
                site,
                endpoint,
                late.outcome,
                label,
                there,
                "401" if opened else "an answer without credentials",
            )
    for endpoint in site.endpoints:
        yield from _beside(site, endpoint)
    for fact in site.gateway.facts:
        if isinstance(fact, Overreach):
            yield from _exempted(site, fact)


def _refusal(world: Outcome) -> Event | None:
    return world.denial if world.status in (401, 403) else None


def _beside(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A prefix of one letter in a crowd, and routes of their own that a rule for another path reaches."""
    for label, there, request in (*crowded(site, endpoint), *ruled_along(site, endpoint)):
        outcome = site.ask(request)
        if outcome.in_every_world(_refusal) is not None and not outcome.opens:
            shown = replace(endpoint, url=request.url)
            yield _finding(site, shown, outcome, label, there, "an answer without credentials")


def _exempted(site: Site, fact: Overreach) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        outcome = site.get(endpoint)
        if endpoint.route.span == fact.route and outcome.admitted and not outcome.opens:
            label = Label(fact.span, f"exempts every path that begins so: {fact.path} too")
            there = Label(fact.asks, "credentials are to be asked for here, and are not")
            yield _finding(site, endpoint, outcome, label, there, "401", fact.cure)


def _finding(
    site: Site,
    endpoint: Endpoint,
    outcome: Outcome,
    place: Label,
    there: Label,
    wanted: str,
    cure: str = CURE,
) -> Finding:
    what = "is open" if outcome.admitted else f"is answered {outcome.status}"
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} {what}: a prefix that is meant for another path takes it",
        primary=place,
        related=(there,),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, wanted),),
        cure=cure,
        stated=outcome.assumed,
        mends=end_with_slash(site, endpoint, place.span),
    )


RULE = Rule(
    id=ID,
    summary="A prefix also takes neighbours that are meant otherwise",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#location",
    manual=__doc__ or "",
    check=check,
)
