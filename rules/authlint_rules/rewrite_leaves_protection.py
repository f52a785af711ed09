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

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.intent import Mend, Reword
from authlint.model.gateway import Route
from authlint.model.step import Branch, Op, Rewrite
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.moved_behind import out_of_protection
from authlint_rules.questions.reaching import reaches_behind

ID = "rewrite-leaves-protection"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)):
            yield from _escapes(site, endpoint, endpoint.route.script)
        elif endpoint.forward is not None and endpoint.route.block.exempt is None:
            yield from reaches_behind(ID, site, endpoint)
            yield from out_of_protection(ID, site, endpoint)
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
            mends=(Mend("stay in this location", (Reword(move[0].span, "last", "break"),)),),
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


RULE = Rule(
    id=ID,
    summary="A rewrite serves a protected path without authentication",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#rewrite",
    manual=__doc__ or "",
    check=check,
)
