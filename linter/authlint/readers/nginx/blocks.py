"""A level as a block of the model: inheritance settled, steps in the order of nginx's phases."""

from __future__ import annotations

from authlint.model.gateway import Block, Inert, Redirects
from authlint.model.step import Amend, Answer, Forward, Shadowed, Step, Unsure
from authlint.readers.nginx import access, crossing, errors, headers, proxying, serving
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level
from authlint.readers.nginx.limits import limits
from authlint.readers.nginx.logs import logs
from authlint.readers.nginx.sizes import MEBIBYTE, size_of
from authlint.record import record
from authlint.text import Span

# Handlers of nginx's own modules that answer by themselves, behind authentication.
ANSWERING = {
    "stub_status": 200,
    "empty_gif": 200,
    "echo": 200,
    "api": 200,
    "status": 200,
    "hls": 200,
    "mp4": 200,
}
# Content that code makes.
CODE = (
    "content_by_lua",
    "content_by_lua_block",
    "content_by_lua_file",
    "js_content",
    "perl",
    "memcached_pass",
    "mirror_pass",
    "oidc",
    "postgres_pass",
    "drizzle_pass",
    "redis2_pass",
    "redis_pass",
    "uwsgi_pass_lua",
    "passenger_enabled",
    "njs",
    "vod",
    "dash",
)


@record
class Place:
    """Where a level stands: its name for people, and the path of the location around it."""

    name: str
    location: str  # what an alias or a URI in proxy_pass replaces; "" outside plain locations
    plain: bool  # a prefix or exact location: a URI in proxy_pass has something to replace
    span: Span


def block(level: Level, place: Place) -> Block:
    """The block that a level puts in force."""
    steps: list[Step] = []
    amended = headers.input_ops(level)
    if amended:
        steps.append(Amend(amended, shared=True))
    real = access.real_address(level)
    if real is not None:
        steps.append(real)
    steps += limits(level)
    required = access.requirement(level)
    if required is not None:
        steps.append(required)
    tried = serving.try_files(level)
    if tried is not None:
        steps.append(tried)
    content, replaced = _content(level, place)
    steps.append(content)
    shadows = [replaced, headers.shadowed(level, "add_header")]
    return Block(
        name=place.name,
        span=place.span,
        steps=tuple(steps),
        response=headers.response_ops(level),
        recover=errors.recoveries(level),
        recover_again=level.flag("recursive_error_pages", False),
        redirects=Redirects(
            level.flag("absolute_redirect", True),
            level.flag("port_in_redirect", True),
            level.flag("server_name_in_redirect", False),
        ),
        max_body=_size(level.last("client_max_body_size")),
        root=serving.root_of(level),
        shadowed=tuple(one for one in shadows if one is not None),
        inert=(*access.inert(level), *crossing.inert(level), *_stated(level)),
        exempt=access.exempt(level),
        logs=logs(level),
        open=(*level.openings(), *headers.uncertain(level)),
    )


def _stated(level: Level) -> tuple[Inert, ...]:
    """What a reader of another form says of settings that come to nothing."""
    return tuple(
        Inert(node.arg(0), node.arg(1), node.span, "cross-origin")
        if node.arg(2) == "cross-origin"
        else Inert(node.arg(0), node.arg(1), node.span)
        for node in level.own("@inert")
    )


def _content(level: Level, place: Place) -> tuple[Step, Shadowed | None]:
    node = proxying.passing(level)
    if node is not None:
        return _forward(level, node, place), proxying.replaced(level, node)
    for one in level.own("@unknown"):
        return Unsure(one.arg(0), one.span), None
    holder = level.parent if level.kind == "if" and level.parent is not None else level
    for one in holder.own("@answer"):
        return Answer(int(one.arg(0)), one.span), None
    for name in CODE:
        for one in level.own(name):
            return Unsure(f"what {name} answers", one.span), None
    for name, status in ANSWERING.items():
        for one in level.own(name):
            return Answer(status, one.span), None
    return serving.files(level, place.span), None


def _forward(level: Level, node: Node, place: Place) -> Forward:
    return proxying.forward(level, node, place.location if place.plain else None)


def _size(node: Node | None) -> int | None:
    """client_max_body_size in bytes; 0 is no limit; the default is 1m."""
    if node is None:
        return MEBIBYTE
    return size_of(node.arg(0))
