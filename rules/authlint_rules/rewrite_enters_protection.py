"""A public path ends in a protected location, and is answered 401.

What happens
    A rewrite, an index page, try_files or error_page sends the request through the locations once more, and the one
    that takes it then asks for credentials. What was meant to be public answers 401. Where the path turns inside one
    gateway there is no fix: whether the target may be open nobody here says.

Bad
    server {
        auth_basic "site";
        auth_basic_user_file /etc/nginx/htpasswd;
        location /public/ {
            auth_basic off;
            try_files $uri /index.php;
        }
        location ~ \\.php$ {
            fastcgi_pass php:9000;
        }
    }

Good
        location /public/ {
            auth_basic off;
            try_files $uri /public.php;
        }
        location = /public.php {
            auth_basic off;
            fastcgi_pass php:9000;
        }

When it stays quiet
    Nothing says that the path is public; the target is a named location, which is there for this route alone;
    the target lets the request pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.assume import Assume, Reply
from authlint.flow.outcome import Event, Outcome
from authlint.model.step import Ask, Basic, Files, Recover, Rewrite, ToNamed, TryFiles
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of, ops_of
from authlint_rules.questions.callers import PUBLIC
from authlint_rules.questions.moved_behind import into_protection

ID = "rewrite-enters-protection"
ABSENT = Assume(missing_files=True)


def check(site: Site) -> Iterator[Finding]:
    guarded = {id(one.host) for one in site.endpoints if any(evidence.mechanisms(one))}
    for endpoint in site.endpoints:
        if id(endpoint.host) in guarded and _may_turn(endpoint) and not any(evidence.mechanisms(endpoint)):
            yield from _judged(site, endpoint)
        if not any(evidence.mechanisms(endpoint)):
            yield from into_protection(ID, site, endpoint)


def _may_turn(endpoint: Endpoint) -> bool:
    """Whether anything on the route could send a request through the search for a route again."""
    ops = (*ops_of(endpoint.route.script), *ops_of(endpoint.host.script))
    if any(isinstance(op, Rewrite) for op in ops):
        return True
    blocks = tuple(blocks_of(endpoint.route))
    if any(block.recover for block in blocks):
        return True
    folder = endpoint.url.partition("?")[0].endswith("/")  # an index page is looked for in a directory alone
    steps = (step for block in blocks for step in block.steps)
    return any(isinstance(step, TryFiles) or (folder and isinstance(step, Files)) for step in steps)


def _judged(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    for assume, supposed in _suppositions(endpoint):
        outcome = site.get(endpoint, assume=assume)
        turn = outcome.in_every_world(_turn)
        if turn is None or outcome.opens:
            continue
        step, denial = turn
        meant = _public(endpoint, step)
        if step.span is None or denial.span is None or meant is None:
            return
        yield Finding(
            rule=ID,
            level=Level.ERROR,
            message=f"{endpoint.title} is answered 401: it ends in {_target(outcome)}",
            primary=Label(step.span, "sends the request through the locations again"),
            related=(*meant, Label(denial.span, "asks for credentials")),
            routes=(endpoint.title,),
            witness=(
                site.exchange(site.request(endpoint), outcome, "no 401: this path is public", supposed),
            ),
            cure="let it end in a location that asks for nothing, or switch authentication off in the target",
            stated=(*outcome.assumed, *_stated(assume, supposed)),
        )
        return


def _suppositions(endpoint: Endpoint) -> Iterator[tuple[Assume | None, int | None]]:
    """As it is; with no such file; with each error of the application that is answered elsewhere."""
    yield None, None
    yield ABSENT, None
    if endpoint.forward is not None:
        for recover in endpoint.route.block.recover:
            for status in sorted(recover.statuses - {401})[:1]:
                yield Assume(default=Reply(status)), status


def _stated(assume: Assume | None, supposed: int | None) -> tuple[str, ...]:
    if supposed is not None:
        return (f"the application answers {supposed}",)
    return ("no file of that name exists",) if assume is ABSENT else ()


def _turn(world: Outcome) -> tuple[Event, Event] | None:
    """The last step that moved the request on, and the check that then refused it."""
    if world.status != 401:
        return None
    moved: Event | None = None
    for event in world.trace:
        if event.verb == "denied" and not event.auth and isinstance(event.subject, (Basic, Ask)):
            return (moved, event) if moved is not None else None
        if event.verb in ("went on", "answered") and not event.auth:
            subject = event.subject
            if isinstance(subject, TryFiles) and isinstance(subject.otherwise, ToNamed):
                moved = None
            elif isinstance(subject, Recover):
                moved = None if isinstance(subject.to, ToNamed) or 401 in subject.statuses else event
            elif isinstance(subject, (Rewrite, TryFiles)) and event.verb == "went on":
                moved = event
    return None


def _public(endpoint: Endpoint, step: Event) -> tuple[Label, ...] | None:
    """What says that the path is public; None where nothing does."""
    if endpoint.route.block.exempt is not None:
        return (Label(endpoint.route.block.exempt, "this path is meant to be public"),)
    if isinstance(step.subject, Recover):
        return ()
    words = re.split(r"[^a-z0-9-]+", endpoint.route.match.text.lower())
    return () if not PUBLIC.isdisjoint(words) else None


def _target(outcome: Outcome) -> str:
    last = outcome.worlds[0].last_route
    return last.name if last is not None else "a protected location"


RULE = Rule(
    id=ID,
    summary="A public path is rewritten into a protected location and answered 401",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files",
    manual=__doc__ or "",
    check=check,
)
