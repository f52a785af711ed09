"""A route that asks for credentials does not get its requests: another one takes them, and asks for nothing.

What happens
    nginx looks at patterns after prefixes, and the first pattern that fits wins: `location ~ \\.php$` takes
    /admin/x.php from `location /admin/`. Envoy takes the first route, and the first token rule, that fits. What
    stands behind is never asked. Where a pattern takes requests from a prefix there is no fix: what is a program
    behind the one may be a file to the other.

Bad
    location /admin/ {
        auth_basic "admin";
        auth_basic_user_file /etc/nginx/htpasswd;
    }
    location ~ \\.php$ {
        fastcgi_pass php:9000;
    }

Good
    location ^~ /admin/ {
        auth_basic "admin";
        auth_basic_user_file /etc/nginx/htpasswd;
        location ~ \\.php$ {
            fastcgi_pass php:9000;
        }
    }

When it stays quiet
    The route that takes the request asks for credentials too, or is open in so many words; its pattern names the
    protected path, so that it is meant; it leads to another application; it is for the files of pages (scripts,
    images, fonts).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.tokens import insists
from authlint.intent import Mend
from authlint.model.gateway import Route
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.mends.ordering import put_first
from authlint_rules.questions.colliding import late_rules, taken
from authlint_rules.questions.stealing import stolen

ID = "protected-route-shadowed"


def check(site: Site) -> Iterator[Finding]:
    for one in taken(site):
        if any(evidence.mechanisms(one.meant)) and _is_open(one.outcome) and one.by.block.exempt is None:
            yield _finding(site, one.meant, one.by, one.outcome)
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)):
            for by, url in stolen(site, endpoint):
                shown = replace(endpoint, url=url)
                outcome = site.get(shown)
                if (
                    _is_open(outcome)
                    and all(world.route is by for world in outcome.worlds)
                    and not outcome.opens
                ):
                    yield _finding(site, shown, by, outcome)
                    break
    for late in late_rules(site):
        if (
            late.whole
            and insists(late.rule.demand)
            and not insists(late.first.demand)
            and _is_open(late.outcome)
        ):
            first = Label(late.first.span, "fits first, and asks for nothing")
            there = Label(late.rule.span, "this rule is never looked at")
            endpoint = replace(late.endpoint, url=late.request.url, focus=late.path)
            mends = put_first(late.rule.span, late.first.span)
            cure = "put the rule for the longer path first"
            yield _said(site, endpoint, late.outcome, first, (there,), cure, mends)


def _is_open(outcome: Outcome) -> bool:
    return all(world.admitted and world.unasked for world in outcome.worlds)


def _finding(site: Site, endpoint: Endpoint, by: Route, outcome: Outcome) -> Finding:
    checks = [Label(one.span, "never asked for these requests") for one in evidence.mechanisms(endpoint)]
    place = Label(by.span, f"takes requests of {endpoint.route.name}, and asks for nothing")
    cure = site.cure(
        ID,
        "put this location inside the protected one, or let `^~` stand before the protected prefix, or protect it too",
    )
    mends = put_first(endpoint.route.span, by.span)
    return _said(site, endpoint, outcome, place, tuple(checks[:1]), cure, mends)


def _said(
    site: Site,
    endpoint: Endpoint,
    outcome: Outcome,
    place: Label,
    related: tuple[Label, ...],
    cure: str,
    mends: tuple[Mend, ...],
) -> Finding:
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title} is served without authentication: its requests are taken by what asks for none",
        primary=place,
        related=related,
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "401: no credentials were sent"),),
        cure=cure,
        stated=outcome.assumed,
        mends=mends,
    )


RULE = Rule(
    id=ID,
    summary="A protected route's requests are taken by one that asks for nothing",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#location",
    manual=__doc__ or "",
    check=check,
)
