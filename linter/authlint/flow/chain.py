"""Two servers in a row: the second takes the request that the first sends, and has its say about the answer."""

from __future__ import annotations

from collections.abc import Callable

from authlint.flow.addressing import stay_changed
from authlint.flow.answering import Draft
from authlint.flow.assume import UPSTREAM, Assume, Reply
from authlint.flow.choices import Choices
from authlint.flow.content import Content
from authlint.flow.files import Files
from authlint.flow.forwarding import Target, reach
from authlint.flow.outcome import Crossed, Header, Outcome, Reached
from authlint.flow.passage import Passage
from authlint.flow.request import SOMEWHERE, Request, split_authority
from authlint.flow.script import Undecided
from authlint.model.beyond import Behind
from authlint.model.gateway import Gateway, Listener
from authlint.model.step import Forward
from authlint.model.unknown import Unknown
from authlint.record import record, replace

World = Callable[[Gateway, Request, Assume, Files, Choices, int], Outcome]
Receive = Callable[[Passage, Forward, Reached, Target, Reply, tuple[Header, ...]], Content]

HERE = ("127.0.0.1", "localhost", "[::1]")
TLS = ("https", "grpcs")


@record
class Crossing:
    """A request on its way from one server to the next."""

    step: Forward
    reached: Reached
    target: Target
    world: World
    receive: Receive


def through(p: Passage, step: Forward, world: World, receive: Receive) -> Content:
    """None where nothing is known of the upstream but its address."""
    gateway = p.shared.gateway
    if step.encoding == "params" or (len(gateway.listeners) < 2 and gateway.beyond is None):
        return None
    reached, target = reach(p, step)
    stated = p.shared.assume.replies
    if reached.address is None or reached.address in stated or reached.name in stated:
        return None
    crossing = Crossing(step, reached, target, world, receive)
    if _listener(gateway, reached.address) is not None:
        return _beside(p, crossing, reached.address)
    if gateway.beyond is None:
        return None
    behind = gateway.beyond.at(reached.address, target.scheme in TLS, step.span.path)
    if isinstance(behind, Unknown):
        p.shared.assumed[f"{UPSTREAM}: {behind.reason}"] = None
        return None
    return None if behind is None else _behind(p, crossing, behind)


def _beside(p: Passage, crossing: Crossing, address: str) -> Content:
    """Another server of the same configuration."""
    reached, step, shared = crossing.reached, crossing.step, p.shared
    request = _request(p, crossing, f"http://{address}{reached.path}", "127.0.0.1")
    inner = crossing.world(
        shared.gateway, request, shared.assume, shared.files, shared.choices, shared.hops + 1
    )
    if inner.status is None:
        return None
    shared.trace.extend(inner.trace)
    p.note("forwarded", f"to {reached.name}, a server of the same configuration", step.span, step)
    return _received(p, crossing, inner)


def _behind(p: Passage, crossing: Crossing, behind: Behind) -> Content:
    """A gateway of its own, with its own files, somewhere on the same network."""
    reached, step, shared = crossing.reached, crossing.step, p.shared
    p.note("forwarded", f"to {reached.name}", step.span, step)
    for link in behind.way:
        p.note("forwarded", link.what, link.span, Crossed(behind, reached))
    scheme = "https" if crossing.target.scheme in TLS else "http"
    host = split_authority(reached.address or "")[0]
    request = _request(p, crossing, f"{scheme}://{host}:{behind.port}{reached.path}", SOMEWHERE)
    named = [h.value for h in reached.headers if h.name.lower() == "host"]
    if named and isinstance(named[0], Unknown):
        return Undecided(named[0].reason, step.span)
    stay_changed(p, step, reached)
    files = shared.files.beside(behind.gateway.directory)
    inner = crossing.world(behind.gateway, request, shared.assume, files, shared.choices, shared.hops + 1)
    shared.trace.extend(inner.trace)
    shared.assumed.update(dict.fromkeys(inner.assumed))
    shared.unknown.update(dict.fromkeys(inner.unknown))
    if inner.status is None:
        return Undecided(inner.unknown[0] if inner.unknown else "what the next gateway does", step.span)
    content = _received(p, crossing, inner)
    if isinstance(content, Draft) and content.party == "upstream" and content.status == inner.status:
        content.decided = inner.decided
        if inner.answered_by is not None and inner.answered_by != "upstream":
            content.behind = inner.answered_by, inner.behind or behind.name
    return content


def _request(p: Passage, crossing: Crossing, url: str, peer: str) -> Request:
    """The request that the second server gets; what nobody knows of it stays unknown."""
    reached = crossing.reached
    headers: list[tuple[str, str]] = []
    unsure: list[tuple[str, str]] = []
    for number, header in enumerate(reached.headers):
        if isinstance(header.value, Unknown):
            mark = f"\0{number}\0"
            unsure.append((mark, header.value.reason))
            headers.append((header.name, mark))
        else:
            headers.append((header.name, header.value))
    # Measured: such a gateway tells the scheme to whoever comes next, unless the client has.
    named = any(name.lower() == "x-forwarded-proto" for name, _ in headers)
    if not named and p.shared.listener.intake.paths == "as-sent":
        headers.append(("x-forwarded-proto", "https" if p.shared.tls else "http"))
    vouched, body = p.shared.request.vouched, "" if p.nested else p.shared.request.body
    return Request(reached.method or "GET", url, tuple(headers), body, peer, vouched, unsure=tuple(unsure))


def _received(p: Passage, crossing: Crossing, inner: Outcome) -> Content:
    """The second server's answer, as the first one takes it."""
    assert inner.status is not None
    reached, shared = crossing.reached, p.shared
    replied = Reply(inner.status, tuple((h.name, h.text) for h in inner.headers))
    content = crossing.receive(p, crossing.step, reached, crossing.target, replied, inner.headers)
    p.upstream = inner.upstream
    if inner.upstream is not None:  # what this server took away never comes back
        p.upstream = replace(inner.upstream, removed=(*reached.removed, *inner.upstream.removed))
    if p.nested and inner.upstream is not None:
        shared.auth_requests[-1:] = [inner.upstream]
    return content


def _listener(gateway: Gateway, address: str) -> Listener | None:
    host, port = split_authority(address)
    if host not in HERE:
        return None
    return next((one for one in gateway.listeners if one.port == (port or 80)), None)
