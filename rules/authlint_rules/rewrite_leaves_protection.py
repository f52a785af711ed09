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
from authlint.flow.request import Request
from authlint.model.condition import Test
from authlint.model.gateway import Route
from authlint.model.step import Branch, Op, Rewrite
from authlint.model.value import Get
from authlint.rule import Rule
from authlint.site import VOUCHED, Endpoint, Site, headers_of

ID = "rewrite-leaves-protection"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if any(evidence.mechanisms(endpoint)):
            yield from _escapes(site, endpoint)
        elif endpoint.forward is not None and endpoint.route.block.exempt is None:
            yield from _reaches_behind(site, endpoint)
    for endpoint in site.unreached:
        if any(evidence.mechanisms(endpoint)):
            yield from _before(site, endpoint)


def _before(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A protected route that nobody reaches: the server's own rewrites move its requests first."""
    request = site.request(endpoint)
    outcome = site.ask(request)
    moves = [_move(world, endpoint.route, endpoint.host.script) for world in outcome.worlds]
    if moves and moves[0] is not None and all(move is not None for move in moves) and not outcome.opens:
        yield from _finding(site, endpoint, request, outcome, moves[0])


def _escapes(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    for request in _requests(site, endpoint):
        outcome = site.ask(request)
        moves = [_move(world, endpoint.route, endpoint.route.script) for world in outcome.worlds]
        if not moves or moves[0] is None or any(move is None for move in moves) or outcome.opens:
            continue
        found = list(_finding(site, endpoint, request, outcome, moves[0]))
        yield from found
        if found:
            return


def _finding(
    site: Site, endpoint: Endpoint, request: Request, outcome: Outcome, move: tuple[Event, Route]
) -> Iterator[Finding]:
    if move[0].span is not None and move[1].block.exempt is None:
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title} is served without authentication: the path is rewritten into {move[1].name}",
            primary=Label(
                move[0].span, "the search for a location starts again, before anybody asks for credentials"
            ),
            related=(
                *(
                    Label(check.span, "never asked for these requests")
                    for check in evidence.mechanisms(endpoint)
                ),
                Label(move[1].span, "this location asks for nothing"),
            )[:3],
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "401: no credentials were sent"),),
            cure="use `break` and forward from this location, or protect the target in the same way",
            stated=outcome.assumed,
        )


def _requests(site: Site, endpoint: Endpoint) -> Iterator[Request]:
    """Without credentials; and with what a client must send for a conditional rewrite."""
    yield site.request(endpoint)
    for op in endpoint.route.script:
        if isinstance(op, Branch) and any(isinstance(one, Rewrite) for one in op.ops):
            yield from _conditional(site, endpoint, op)


def _conditional(site: Site, endpoint: Endpoint, branch: Branch) -> Iterator[Request]:
    when = branch.when
    if not isinstance(when, Test) or when.arg is not None or not isinstance(when.value, Get):
        return
    text = {"true": "1", "present": "1", "is": when.how.arg}.get(when.how.how)
    if text is None or not text:
        return
    if when.value.kind == "header" and when.value.name not in ("authorization", "host"):
        yield site.request(endpoint, (when.value.name.title(), text))
    elif when.value.kind == "cookie":
        yield site.request(endpoint, ("Cookie", f"{when.value.name}={text}"))


def _move(world: Outcome, protected: Route, script: tuple[Op, ...]) -> tuple[Event, Route] | None:
    """The rewrite of this script that led past the protected route, and the route that then answered."""
    if world.status is None or world.status >= 400 or world.status in (301, 302, 303, 307, 308):
        return None
    if any(event.verb in ("denied", "passed", "asked") for event in world.trace):
        return None
    last = world.last_route
    if last is None or last is protected:
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
        outcome.status != 200
        or reached is None
        or reached.path is None
        or outcome.opens
        or outcome.alternatives
    ):
        return
    if any(event.verb in ("denied", "passed", "asked") for event in outcome.trace):
        return
    path = reached.path.partition("?")[0]
    if endpoint.url.endswith(path) or not path.startswith("/"):
        return
    base = endpoint.url[: endpoint.url.index("/", 8)]
    for other in site.siblings[id(endpoint.host)]:
        if other is endpoint or not any(evidence.mechanisms(other)) or len(other.route.match.text) < 2:
            continue
        direct = site.ask(Request("GET", base + path))
        if direct.status not in (401, 403) or direct.last_route is not other.route or direct.opens:
            continue
        if site.upstream(other) == (reached.address or reached.name) and _same_path(
            site, other, base + path, path
        ):
            yield _behind(site, endpoint, other, outcome)
            return


def _same_path(site: Site, other: Endpoint, url: str, path: str) -> bool:
    """Whether the protected route, once it lets a request in, asks the application for that very path."""
    for name in site.passing(other):
        outcome = site.ask(Request("GET", url, headers_of(name), vouched=VOUCHED))
        return outcome.upstream is not None and outcome.upstream.path == path
    return False


def _behind(site: Site, endpoint: Endpoint, other: Endpoint, outcome: Outcome) -> Finding:
    forward = endpoint.forward
    assert forward is not None
    check = next(iter(evidence.mechanisms(other)))
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title} reaches what {other.title} protects, without authentication",
        primary=Label(forward.span, "asks the same application for a path that is protected elsewhere"),
        related=(Label(check.span, f"{other.route.name} asks for credentials"),),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "401, as for the protected path"),),
        cure="protect this location in the same way, or map it onto a path that is not protected",
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
