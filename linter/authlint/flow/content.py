"""Where an answer comes from: a file, the gateway's own handler, or an upstream."""

from __future__ import annotations

from typing import TypeAlias

from authlint.flow import cookies
from authlint.flow.addressing import rewrite, stay_changed
from authlint.flow.answering import Draft
from authlint.flow.assume import FILES, Reply, Slot
from authlint.flow.caching import keep, look_up
from authlint.flow.forwarding import Target, reach, reply_of
from authlint.flow.outcome import Header, Reached
from authlint.flow.passage import Passage
from authlint.flow.paths import escape, file_name, split_target
from authlint.flow.routing import Hosting, choose_host, choose_route
from authlint.flow.script import Undecided
from authlint.flow.values import evaluate, fits
from authlint.model.step import (
    Answer,
    Files,
    Forward,
    Jump,
    PathRewrite,
    Root,
    ToNamed,
    ToPath,
    TryFiles,
)
from authlint.model.unknown import Unknown
from authlint.model.value import Lit, Text
from authlint.record import record, replace


@record
class Jumped:
    """The request goes on elsewhere. `reset`: as a GET, whatever it was."""

    to: Jump
    reset: bool = False
    query: bool = False  # the query comes along
    other_host: bool = False  # the Host header has changed with it


Content: TypeAlias = Draft | Jumped | Undecided | None


def file_at(p: Passage, root: Root, path: str) -> str | Unknown:
    """The file name that a path stands for."""
    base = evaluate(p, root.path)
    return base if isinstance(base, Unknown) else file_name(base, root.strip, path)


def state_of(p: Passage, name: str | Unknown) -> str:
    if isinstance(name, Unknown):
        return "unknown"
    state = p.shared.files.state(name.rstrip("/") or "/")
    return "absent" if state == "file" and name.endswith("/") else state


def try_files(p: Passage, step: TryFiles) -> Content:
    """The first path that is there stays with this route; else the jump."""
    for one in step.paths:
        path = evaluate(p, one.path)
        name = path if isinstance(path, Unknown) else file_at(p, step.root, _under_root(step.root, path))
        wants = "directory" if one.directory else "file"
        if _is_there(p, name, wants):
            if isinstance(path, str):
                p.path = (path[:-1] or "/") if one.directory else path
            p.note("applied", f"a {wants} is there", step.span, step)
            return None
    p.note("went on", "none of the files is there", step.span, step)
    return Jumped(step.otherwise)


def _under_root(root: Root, path: str) -> str:
    return path if not root.strip or path.startswith(root.strip) else root.strip + path.lstrip("/")


def _is_there(p: Passage, name: str | Unknown, wants: str) -> bool:
    state = state_of(p, name)
    if state != "unknown":
        return state == wants
    missing = p.shared.assume.missing_files
    if _was_sent_here(p, name):
        missing = False
    if missing is not None:
        p.shared.assumed[FILES] = None
        return not missing
    reason = name.reason if isinstance(name, Unknown) else f"whether {name} exists"
    return p.decide(("exists", str(name), wants), reason)


def _was_sent_here(p: Passage, name: str | Unknown) -> bool:
    """Whether a jump named this very file: a page that a configuration falls back on exists."""
    return p.jumps > 0 and isinstance(name, str) and name.endswith(p.path)


def files(p: Passage, step: Files) -> Content:
    """A file, an index page, a listing, or the error in their stead."""
    slash = p.path.endswith("/")
    if p.was_forwarding and step.after_forward is not None:
        return _error(p, step, step.after_forward)
    if p.method not in step.methods:
        return _error(p, step, 405)
    if step.root.strip and not p.own_route:
        return _error(p, step, 500)  # an alias for a path that was rewritten and stayed (measured)
    if not p.path.startswith("/"):
        return _error(p, step, 404)  # an auth request for a URL, a variable or a name (measured)
    if slash:
        return _directory(p, step)
    name = file_at(p, step.root, p.path)
    state = state_of(p, name)
    if state == "directory":
        decided = p.note("answered", "a directory: redirects to the path with a slash", step.span, step)
        query = f"?{p.query}" if p.query else ""
        location = escape(p.path) + "/" + query
        return Draft(301, "gateway", decided, bare=True, location=location, own_location=True)
    if state == "absent":
        return _error(p, step, 404)
    if p.method == "POST":
        return _error(p, step, 405)
    return _served(p, step, state, name)


def _directory(p: Passage, step: Files) -> Content:
    folder = file_at(p, step.root, p.path)
    state = state_of(p, folder)
    for one in step.index:
        name = evaluate(p, one)
        if isinstance(name, Unknown):
            return Undecided(name.reason, step.span)
        target = name if name.startswith("/") else p.path + name
        there = "file" if target == name else state_of(p, file_at(p, step.root, target))
        if there == "file" or (there == "unknown" and state == "unknown"):
            if there == "unknown":
                p.shared.assumed[FILES] = None
            p.note("went on", f"to the index page {name}", step.span, step)
            return Jumped(ToPath(Lit(target), step.span), query=True)
    if state == "file":
        return _error(p, step, 500)  # an alias that names a file for a path with a slash (measured)
    if state == "absent":
        return _error(p, step, 404)
    if step.listing and p.method != "POST":
        return _served(p, step, "file", p.path)
    return _error(p, step, 403)


def _served(p: Passage, step: Files, state: str, name: str | Unknown) -> Content:
    if state == "unknown" and p.jumps == 0:
        missing = p.shared.assume.missing_files
        if missing is None and p.nested:
            missing = not p.decide(("exists", str(name), "file"), f"whether {name} exists")
        if missing:
            return _error(p, step, 404)
    if state == "unknown":
        p.shared.assumed[FILES] = None
    decided = p.note("answered", "serves a file", step.span, step)
    return Draft(200, "gateway", decided)


def _error(p: Passage, step: Files, status: int) -> Draft:
    return Draft(status, "gateway", p.note("answered", f"answers {status}", step.span, step), bare=True)


def answer(p: Passage, step: Answer) -> Draft:
    """An answer of the gateway's own."""
    if step.change != PathRewrite():
        rewrite(p, step.change)
    location = None if step.location is None else evaluate(p, step.location)
    decided = p.note("answered", f"answers {step.status}", step.span, step)
    draft = Draft(step.status, "gateway", decided, bare=step.status >= 300, location=location)
    draft.own_location = step.location is not None
    return draft


def forward(p: Passage, step: Forward) -> Content:
    """Sends the request on and takes the answer, or one that was kept."""
    reached, target = reach(p, step)
    if target.name == "":
        return Draft(
            500, "gateway", p.note("answered", "the upstream has no name", step.span, step), bare=True
        )
    slot, kept = look_up(p, step.cache, f"{target.scheme}://{target.name}{reached.path}")
    if kept is not None:
        return _again(p, step, *kept)
    p.note("forwarded", f"to {reached.name or 'an upstream that is not known'}", step.span, step)
    reply = reply_of(p, reached)
    stay_changed(p, step, reached, connected=reply.status != "unreachable")
    if step.cache is not None and slot is not None:
        elsewhere = _intercepts(p, step, reply)
        if elsewhere or _jump(step, tuple(Header(*one) for one in reply.headers)) is None:
            keep(p, step.cache, slot, reply, elsewhere)
    return receive(p, step, reached, target, reply)


def _again(p: Passage, step: Forward, slot: Slot, reply: Reply) -> Content:
    """An answer that was kept; nobody is asked."""
    if step.cache is not None:
        p.note("applied", f"the answer comes from the cache {slot.zone}", step.cache.span, step.cache)
    if slot.bare and isinstance(reply.status, int):
        decided = p.note("answered", "an error that was kept", step.span, step)
        return Draft(reply.status, "gateway", decided, bare=True)
    p.upstream_headers = tuple(Header(name, value) for name, value in reply.headers)
    p.upstream_stated = True
    content = _taken(p, step, reply, p.upstream_headers)
    if isinstance(content, Draft):
        content.party = "gateway"
    return content


def _intercepts(p: Passage, step: Forward, reply: Reply) -> bool:
    """Whether an upstream's error is answered elsewhere."""
    status = reply.status
    if not step.intercept or not isinstance(status, int) or status < 300:
        return False
    return any(status in one.statuses for one in p.in_force.recover)


def receive(
    p: Passage,
    step: Forward,
    reached: Reached,
    target: Target,
    reply: Reply,
    given: tuple[Header, ...] | None = None,
) -> Content:
    """What becomes of an upstream's answer; `given` are its headers where more is known of them than their text."""
    headers = tuple(Header(name, value) for name, value in reply.headers) if given is None else given
    reached = _answered(p, reached, headers, reply)
    if isinstance(reply.status, str):
        status = step.unreachable if reply.status == "unreachable" else 504
        return Draft(
            status, "gateway", p.note("answered", f"no answer: {status}", step.span, step), bare=True
        )
    if step.head is not None and _length(reply) > step.head:
        decided = p.note("answered", "the head of the answer is too large: 502", step.span, step)
        return Draft(502, "gateway", decided, bare=True)
    return _taken(p, step, reply, headers)


def _length(reply: Reply) -> int:
    """The bytes that the head of an answer has at least: its status, what is stated of its headers, an empty line."""
    stated = (len(name) + len(value.encode("utf-8", "surrogateescape")) + 4 for name, value in reply.headers)
    return len(b"HTTP/1.1 200\r\n") + sum(stated) + 2


def _taken(p: Passage, step: Forward, reply: Reply, headers: tuple[Header, ...]) -> Content:
    """What becomes of an upstream's answer."""
    status = reply.status if isinstance(reply.status, int) else 502
    # An error that is answered elsewhere comes first (measured).
    intercepted = _intercepts(p, step, reply)
    if not intercepted and (again := _follow(p, step, reply)) is not None:
        p.note("went on", "the redirect is followed here", step.span, step)
        return again
    jump = None if intercepted else _jump(step, headers)
    if jump is not None:
        p.note("went on", "the upstream names another route", step.span, step)
        # A cookie is set also where another route answers (ngx_http_upstream_headers_in; measured).
        p.kept.extend(_cookie(p, step, one) for one in headers if one.name.lower() == "set-cookie")
        return jump
    party = "auth-service" if p.nested else "upstream"
    decided = p.note("answered", f"the {party} answers {status}", step.span, step)
    draft = Draft(status, "auth-service" if p.nested else "upstream", decided)
    if intercepted:
        draft.bare = True
        if status == 401:
            p.challenge(tuple(h for h in headers if h.name.lower() == "www-authenticate"))
        return draft
    hidden = {op.name.lower() for op in step.hide}
    for header in headers:
        name = header.name.lower()
        if name in hidden:
            continue
        if name == "location" and isinstance(header.value, str):
            draft.location, draft.own_location = _relocated(p, step, header.value)
        else:
            draft.headers.append(_cookie(p, step, header) if name == "set-cookie" else header)
    return draft


def _cookie(p: Passage, step: Forward, header: Header) -> Header:
    if not step.cookies or not isinstance(header.value, str):
        return header
    return Header(header.name, cookies.rewritten(p, step, header.value), header.op)


def _answered(p: Passage, reached: Reached, headers: tuple[Header, ...], reply: Reply) -> Reached:
    whole = Reached(
        reached.name,
        reached.address,
        reached.method,
        reached.path,
        reached.headers,
        reached.span,
        reached.removed,
        headers,
    )
    p.upstream_headers = headers
    p.upstream_status = reply.status if isinstance(reply.status, int) else 502
    p.upstream_statuses += f"{' : ' if p.upstream_statuses else ''}{p.upstream_status}"
    if p.nested:
        p.shared.auth_requests.append(whole)
    if reply.status != "unreachable":
        p.upstream = whole
    return whole


def _jump(step: Forward, headers: tuple[Header, ...]) -> Jumped | None:
    if step.jump_header is None:
        return None
    for header in headers:
        if header.name.lower() == step.jump_header.lower() and header.text:
            where = header.text
            if where.startswith("@"):
                return Jumped(ToNamed(where, step.span))
            return Jumped(ToPath(Lit(where), step.span), reset=True)
    return None


def _follow(p: Passage, step: Forward, reply: Reply) -> Jumped | None:
    """A redirect that the gateway follows itself: to a path of this gateway, as often as it is allowed to."""
    follow = step.follows
    if follow is None or reply.status not in follow.statuses or p.followed >= follow.most:
        return None
    location = next((value for name, value in reply.headers if name.lower() == "location"), "")
    scheme, colons, rest = location.partition("://")
    if not colons:
        return None
    if not follow.other_scheme and (scheme == "https") != p.shared.listener.tls:
        return None
    host, slash, path = rest.partition("/")
    headers = [Header("Host", host) if h.name == "Host" else h for h in p.headers]
    if follow.doubt and not p.decide(("follow", follow.span, p.followed), follow.doubt):
        return None
    if not _leads_somewhere(p, headers, slash + path or "/"):
        return None
    p.followed += 1
    copied = [Header(*one) for one in reply.headers if one[0].lower() in follow.copies]
    p.headers = [*(h for h in headers if h.name.lower() not in follow.copies), *copied]
    if reply.status == 303 and p.method != "HEAD":
        p.method = p.shared.method = "GET"
    return Jumped(ToPath(Lit(slash + path or "/"), follow.span), other_host=True)


def _leads_somewhere(p: Passage, headers: list[Header], target: str) -> bool:
    """Whether a route takes the request that a redirect asks for: else the client gets the redirect (measured)."""
    hosting = choose_host(p.shared.listener, headers[0].text)
    if not isinstance(hosting, Hosting):
        return True
    path, query = split_target(target)
    there = replace(p, path=path, query=query, headers=headers)
    return choose_route(there, hosting.host.table, hosting.host.fallback) is not hosting.host.fallback


def _relocated(p: Passage, step: Forward, location: str) -> tuple[str | Unknown, bool]:
    """The upstream's Location as the client sees it, and whether the gateway wrote it anew."""
    for old, new in step.redirects:
        if isinstance(old, Text):
            if fits(p, location, old):
                return evaluate(p, new), True
            continue
        before = evaluate(p, old)
        if isinstance(before, str) and location.startswith(before):
            after = evaluate(p, new)
            return after if isinstance(after, Unknown) else after + location[len(before) :], True
    return location, False
