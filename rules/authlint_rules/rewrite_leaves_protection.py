"""A protected path is served without authentication, because it is rewritten.

What happens
    nginx rewrites before it asks for credentials. A rewrite with `last` (or without a flag) starts the search for
    a location again, and the location that it finds asks for nothing. Or an open location maps its requests onto a
    path that the same application serves under a protected location.

Bad
    location /admin/ {
        auth_basic "admin";
        auth_basic_user_file /etc/nginx/htpasswd;
        rewrite ^/admin/(.*)$ /app/$1 last;
    }
    location /app/ {
        proxy_pass http://app;
    }

Good
    location /admin/ {
        auth_basic "admin";
        auth_basic_user_file /etc/nginx/htpasswd;
        rewrite ^/admin/(.*)$ /app/$1 break;
        proxy_pass http://app;
    }

When it stays quiet
    `break` keeps the location; the target is protected too; authentication is switched off in so many words;
    the rewrite is for one path alone; only `/` is protected.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.flow.request import Request
from authlint.model.credential import Jwt, TokenRule
from authlint.model.gateway import Route
from authlint.model.step import Branch, Op, Rewrite
from authlint.rule import Rule
from authlint.site import VOUCHED, Endpoint, Site, headers_of, requires
from authlint_rules.asked import paths_in

ID = "rewrite-leaves-protection"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)):
            yield from _escapes(site, endpoint, endpoint.route.script)
        elif endpoint.forward is not None and endpoint.route.block.exempt is None:
            yield from _reaches_behind(site, endpoint)
    for endpoint in site.unreached:
        # Nobody reaches this route: the server's own rewrites may move its requests first.
        if any(evidence.mechanisms(endpoint)):
            yield from _escapes(site, endpoint, endpoint.host.script)


def _escapes(site: Site, endpoint: Endpoint, script: tuple[Op, ...]) -> Iterator[Finding]:
    for request in site.requests(endpoint):
        outcome = site.ask(request)
        move = outcome.in_every_world(lambda world: _move(world, endpoint.route, script))
        if move is None or outcome.opens or move[0].span is None or move[1].block.exempt is not None:
            continue
        checks = [Label(one.span, "never asked for these requests") for one in evidence.mechanisms(endpoint)]
        restart = "the search for a location starts again, before anybody asks for credentials"
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title} is served without authentication: the path is rewritten into {move[1].name}",
            primary=Label(move[0].span, restart),
            related=(*checks[:2], Label(move[1].span, "this location asks for nothing")),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "401: no credentials were sent"),),
            cure="use `break` and forward from this location, or protect the target in the same way",
            stated=outcome.assumed,
        )
        return


def _move(world: Outcome, protected: Route, script: tuple[Op, ...]) -> tuple[Event, Route] | None:
    """The rewrite of this script that led past the protected route, and the route that then answered."""
    last = world.last_route
    if not world.admitted or not world.unasked or last is None or last is protected:
        return None
    for event in world.trace:
        if event.verb == "went on" and isinstance(event.subject, Rewrite) and _within(event.subject, script):
            return event, last
    return None


def _within(rewrite: Rewrite, script: tuple[Op, ...]) -> bool:
    return any(op is rewrite or (isinstance(op, Branch) and _within(rewrite, op.ops)) for op in script)


def _reaches_behind(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
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
    rule = _ruled(site, endpoint, path)
    if rule is not None:
        label = Label(rule.span, "this path is protected, and no route but this one leads there")
        yield _behind(site, endpoint, label, path, outcome)
        return
    for other in site.siblings[id(endpoint.host)]:
        # "/" protects whatever nobody else takes: that alone makes no path secret.
        if other.route.match.text == "/" or not any(evidence.mechanisms(other)):
            continue
        address = reached.address or reached.name
        if site.upstream(other) == address and _protects(site, other, endpoint.base + path, path):
            label = Label(next(evidence.mechanisms(other)).span, f"{other.route.name} asks for credentials")
            yield _behind(site, endpoint, label, other.title, outcome)
            return


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


def _protects(site: Site, other: Endpoint, url: str, path: str) -> bool:
    """Whether this route refuses the path to strangers, and asks the application for that very path for others."""
    direct = site.ask(Request("GET", url))
    if direct.status not in (401, 403) or direct.last_route is not other.route or direct.opens:
        return False
    for name in site.passing(other):
        reached = site.ask(Request("GET", url, headers_of(name), vouched=VOUCHED)).upstream
        return reached is not None and reached.path == path
    return False


def _behind(site: Site, endpoint: Endpoint, label: Label, what: str, outcome: Outcome) -> Finding:
    forward = endpoint.forward
    assert forward is not None
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title} reaches {what}, which is protected, without authentication",
        primary=Label(forward.span, "asks the same application for a path that is protected elsewhere"),
        related=(label,),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "401, as for the protected path"),),
        cure=site.cure(
            ID, "protect this location in the same way, or map it onto a path that is not protected"
        ),
        stated=outcome.assumed,
    )


RULE = Rule(
    id=ID,
    summary="A rewrite serves a protected path without authentication",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#rewrite",
    manual=__doc__ or "",
    check=check,
)
