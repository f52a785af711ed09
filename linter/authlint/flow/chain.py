"""Two servers of one configuration in a row: the second takes the request that the first sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from authlint.flow.assume import Assume, Reply
from authlint.flow.choices import Choices
from authlint.flow.content import Content
from authlint.flow.files import Files
from authlint.flow.forwarding import Target, reach
from authlint.flow.outcome import Outcome, Reached
from authlint.flow.passage import Passage
from authlint.flow.request import Request, split_authority
from authlint.model.gateway import Gateway, Listener
from authlint.model.step import Forward

World = Callable[[Gateway, Request, Assume, Files, Choices, int], Outcome]
Receive = Callable[[Passage, Forward, Reached, Target, Reply], Content]

HERE = ("127.0.0.1", "localhost", "[::1]")


def through(p: Passage, step: Forward, world: World, receive: Receive) -> Content:
    """None where the upstream is no server of this configuration."""
    if step.encoding == "params" or not _may_be_here(p):
        return None
    reached, target = reach(p, step)
    listener = _listener(p.shared.gateway, reached.address)
    stated = p.shared.assume.replies
    if listener is None or reached.address in stated or reached.name in stated:
        return None
    headers = tuple((h.name, h.text) for h in reached.headers)
    request = Request(
        reached.method or "GET", f"http://{reached.address}{reached.path}", headers, peer="127.0.0.1"
    )
    shared = p.shared
    inner = world(shared.gateway, request, shared.assume, shared.files, shared.choices, shared.hops + 1)
    if inner.status is None:
        return None
    shared.trace.extend(inner.trace)
    p.note("forwarded", f"to {reached.name}, a server of the same configuration", step.span, step)
    replied = Reply(inner.status, tuple((h.name, h.text) for h in inner.headers))
    content = receive(p, step, reached, target, replied)
    p.upstream = inner.upstream
    if inner.upstream is not None:  # what this server took away never comes back
        p.upstream = replace(inner.upstream, removed=(*reached.removed, *inner.upstream.removed))
    if p.nested and inner.upstream is not None:
        shared.auth_requests[-1:] = [inner.upstream]
    return content


def _may_be_here(p: Passage) -> bool:
    return len(p.shared.gateway.listeners) > 1


def _listener(gateway: Gateway, address: str | None) -> Listener | None:
    if address is None:
        return None
    host, port = split_authority(address)
    if host not in HERE:
        return None
    return next((one for one in gateway.listeners if one.port == (port or 80)), None)
