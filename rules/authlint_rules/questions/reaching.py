"""Open routes that ask an application for what another route of the same host protects."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Mend, Reword
from authlint.model.credential import Jwt, TokenRule
from authlint.record import replace
from authlint.site import VOUCHED, Endpoint, Site, headers_of, requires
from authlint_rules.questions.asked import paths_in


def reaches_behind(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """What an open route asks the application for is what a protected route asks it for too."""
    outcome = site.get(endpoint)
    reached = outcome.upstream
    if (
        outcome.alternatives
        or outcome.opens
        or outcome.status != 200
        or not outcome.unasked
        or reached is None
    ):
        return
    path = (reached.path or "").partition("?")[0]
    if urlsplit(endpoint.url).path == path or not path.startswith("/"):
        return
    ruled = _ruled(site, endpoint, path)
    if ruled is not None:
        label = Label(ruled.span, "this path is protected, and no route but this one leads there")
        mends = _asked_for(endpoint, ruled, path)
        yield replace(_behind(rule, site, endpoint, label, path, outcome), mends=mends)
        return
    direct = site.ask(Request("GET", endpoint.base + path))
    other = site.of_route.get(id(direct.last_route))
    # "/" protects whatever nobody else takes: that alone makes no path secret.
    if other is None or other.route.match.text == "/" or other.host is not endpoint.host:
        return
    check = next(evidence.mechanisms(other), None)
    same = check is not None and site.upstream(other) == (reached.address or reached.name)
    if check is not None and same and _protects(site, other, direct, path):
        label = Label(check.span, f"{other.route.name} asks for credentials")
        yield _behind(rule, site, endpoint, label, other.title, outcome)


def _ruled(site: Site, endpoint: Endpoint, path: str) -> TokenRule | None:
    """A rule about tokens for the path that the application is asked for, where only this route can mean it."""
    direct = site.ask(Request("GET", endpoint.base + path))
    routed = site.ask(Request("GET", endpoint.base + path, headers_of("bearer"), vouched=VOUCHED))
    if direct.status != 401 or routed.status != 404:
        return None
    for require in requires(endpoint.route):
        for check in require.checks:
            for rule in check.rules if isinstance(check, Jwt) and id(check) in endpoint.idle else ():
                if any(len(text) > 1 and path.startswith(text) for text in paths_in(rule.when)):
                    return rule
    return None


def _asked_for(endpoint: Endpoint, ruled: TokenRule, path: str) -> tuple[Mend, ...]:
    """The rule is for the path that clients ask for."""
    match = endpoint.route.match
    named = [text for text in paths_in(ruled.when) if len(text) > 1 and path.startswith(text)]
    if match.kind != "prefix" or len(named) != 1:
        return ()
    title = f"protect {match.text}, as clients ask for it"
    return (Mend(title, (Reword(ruled.span, named[0], match.text),)),)


def _protects(site: Site, other: Endpoint, direct: Outcome, path: str) -> bool:
    """Whether this route refuses the path to strangers, and asks the application for that very path for others."""
    if direct.status not in (401, 403) or direct.opens:
        return False
    for name in site.passing(other):
        request = Request("GET", other.base + path, headers_of(name), vouched=VOUCHED)
        reached = site.ask(request).upstream
        return reached is not None and reached.path == path
    return False


def _behind(rule: str, site: Site, endpoint: Endpoint, label: Label, what: str, outcome: Outcome) -> Finding:
    forward = endpoint.forward
    assert forward is not None
    return Finding(
        rule=rule,
        level=Level.ERROR,
        message=f"{endpoint.title} reaches {what}, which is protected, without authentication",
        primary=Label(forward.span, "asks the same application for a path that is protected elsewhere"),
        related=(label,),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "401, as for the protected path"),),
        cure=site.cure(
            rule, "protect this location in the same way, or map it onto a path that is not protected"
        ),
        stated=outcome.assumed,
    )
