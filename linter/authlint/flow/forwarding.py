"""What an upstream receives, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from authlint.expression import expression
from authlint.flow.assume import AUTH_SERVICE, UPSTREAM, UPSTREAM_EXPECTS, Reply
from authlint.flow.outcome import Header, Reached, header_key
from authlint.flow.passage import Passage
from authlint.flow.paths import escape
from authlint.flow.patterns import Match, compile_pattern
from authlint.flow.reading import all_lines, one_text
from authlint.flow.services import verdict_of
from authlint.flow.values import evaluate
from authlint.model.step import Forward, HeaderOp, PathRewrite
from authlint.model.unknown import Unknown
from authlint.model.value import EMPTY
from authlint.record import record

GROUP = expression(r"\\(\d|\\)")
# A header by which services recognise their callers, apart from Authorization and cookies.
KEY_WORDS = ("api-key", "apikey", "token", "auth")
# They tell an auth service what is asked for (x-auth-request-redirect), and not by whom.
ABOUT_THE_REQUEST = ("-redirect", "-uri", "-url", "-method")
# RFC 9112, 3.2: recipients should answer 400 (nginx as an upstream does: measured).
BLANK = "whether the upstream takes a path with a blank in it"


@record
class Target:
    """A URL taken apart; `path` None where it has none. Unknown parts are None."""

    scheme: str
    name: str | None
    address: str | None
    path: str | None


def target_of(p: Passage, forward: Forward) -> Target:
    url = evaluate(p, forward.target)
    if isinstance(url, Unknown):
        return Target("http", None, None, None)
    scheme, colons, rest = url.partition("://")
    if not colons:
        scheme, rest = "http", url
    if rest.startswith("unix:"):
        socket, colon, path = rest[5:].partition(":")
        return Target(scheme, "unix:" + socket, "unix:" + socket, path if colon else None)
    cut = min((i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest))
    authority, path = rest[:cut], rest[cut:]
    group = p.shared.gateway.upstreams.get(authority)
    address = authority if group is None else (group.addresses[0] if group.addresses else None)
    return Target(scheme, authority, address, path or None)


def reach(p: Passage, forward: Forward) -> tuple[Reached, Target]:
    """What the upstream gets from this request."""
    p.forward = forward
    target = target_of(p, forward)
    method = _method(p, forward)
    path: str | None = upstream_path(p, forward, target)
    headers, removed = upstream_headers(p, forward)
    if forward.encoding == "params":
        given = {h.name: h.value for h in headers}
        said = given.get("REQUEST_METHOD")
        method = said if isinstance(said, str) else None
        uri = given.get("REQUEST_URI", "")
        path = uri if isinstance(uri, str) else None
    return Reached(target.name, target.address, method, path, headers, forward.span, removed), target


def _method(p: Passage, forward: Forward) -> str | None:
    own = "GET" if p.nested else p.method
    # What is kept must have a body: a HEAD is asked for as a GET, whatever else is said (measured).
    if own == "HEAD" and forward.cache is not None:
        return "GET"
    if forward.method is not None:
        said = evaluate(p, forward.method)
        return said if isinstance(said, str) else None
    return own


def upstream_path(p: Passage, forward: Forward, target: Target) -> str:
    if forward.verbatim is not None:
        path = p.path if p.readdressed else written(p, forward.verbatim)
        return path + ("" if p.query is None else f"?{p.query}")
    if forward.whole and target.path is not None:
        return target.path
    if target.path is None and p.raw and not p.nested:
        return p.shared.request.target
    query = f"?{p.query}" if p.query else ""
    # A path that came without any %XX, and was not changed, goes on letter by letter.
    plain = p.raw and not p.nested and "%" not in p.shared.request.target.partition("?")[0]
    write = str if plain else escape
    if target.path is None or not p.own_route or forward.prefix is None:
        return write(p.path) + query
    return target.path + write(p.path[len(forward.prefix) :]) + query


def rewritten(p: Passage, change: PathRewrite) -> str:
    if change.pattern:
        return replaced(p.path, change.pattern, change.to)
    if change.cut is None:
        return change.to
    return change.to + p.path[change.cut :]


def written(p: Passage, change: PathRewrite) -> str:
    """The path as it goes on to the upstream: of a rewrite that leaves nothing nothing is done (measured)."""
    return rewritten(p, change) or p.path


def replaced(path: str, pattern: str, to: str) -> str:
    """The path with every match of an RE2 pattern replaced; `\\1` in `to` is a group."""
    compiled = compile_pattern(pattern, False, True)
    if isinstance(compiled, Unknown):
        return path
    out, end, last = "", 0, -1
    while end <= len(path):
        found = compiled.search(path, end)
        if not isinstance(found, Match):
            break
        whole = found.groups[0] or ""
        out += path[end : found.start]
        if not whole and found.start == last:  # nothing is found twice at one place
            out += path[last : last + 1]
            end = last + 1
            continue
        out += _filled(to, found.groups)
        end = last = found.start + len(whole)
    return out + path[end:]


def _filled(to: str, groups: Sequence[str | None]) -> str:
    def group(found: re.Match[str]) -> str:
        name = found[1]
        if name == "\\":
            return name
        return (groups[int(name)] or "") if int(name) < len(groups) else ""

    return GROUP.sub(group, to)


def upstream_headers(
    p: Passage, forward: Forward
) -> tuple[tuple[Header, ...], tuple[tuple[str, HeaderOp | None], ...]]:
    """The headers that go on, and the client's names that do not, each with the operation that took it."""
    named: dict[str, list[HeaderOp]] = {}
    for op in forward.headers:
        key = header_key(op.name)
        if op.verb == "append" and key in named:
            named[key].append(op)
        else:
            named[key] = [op]
    out: list[Header] = []
    for ops in named.values():
        for op in ops:
            value = evaluate(p, op.value)
            if value != "" or (forward.encoding == "params" and not op.name.startswith("HTTP_")):
                out.append(Header(op.name, value, op))
    present = {header_key(h.name) for h in out}
    removed: list[tuple[str, HeaderOp | None]] = _gone(p)
    for header in _one_a_name(p) if forward.encoding == "params" else p.headers:
        name = header.name.lower()
        if name in named:
            if header_key(name) not in present:
                removed.append((name, named[name][0]))
        elif not forward.client_headers or name in forward.dropped:
            removed.append((name, None))
        else:
            out.append(_encoded(header, forward))
    return tuple(out), tuple(removed)


def _gone(p: Passage) -> list[tuple[str, HeaderOp | None]]:
    """The client's headers that were taken away before, by an operation or by a check."""
    here = {h.name.lower() for h in p.headers}
    gone: dict[str, HeaderOp | None] = {}
    for name, span in p.taken.items():
        if name not in here:
            gone[name] = HeaderOp("remove", name, EMPTY, span, implied=True)
    return list(gone.items())


def _one_a_name(p: Passage) -> list[Header]:
    """Several lines of one header as one variable, where the server makes them one."""
    lines: dict[str, list[Header]] = {}
    for header in p.headers:
        lines.setdefault(header.name.lower(), []).append(header)
    if all(len(one) == 1 for one in lines.values()) or not all_lines(p):
        return p.headers
    return [
        Header(first.name, one_text(p, name, [first.value, *(h.value for h in rest)]), first.op)
        for name, (first, *rest) in lines.items()
    ]


def _encoded(header: Header, forward: Forward) -> Header:
    if forward.encoding == "params":
        return Header("HTTP_" + header.name.upper().replace("-", "_"), header.value, header.op)
    return header


def carries_credential(headers: Sequence[Header]) -> bool:
    for header in headers:
        key = header_key(header.name)
        named = key in ("authorization", "cookie") or any(word in key for word in KEY_WORDS)
        if key.endswith(ABOUT_THE_REQUEST):
            continue
        if named and header.value != "" and (header.op is None or not header.op.implied):
            return True
    return False


def reply_of(p: Passage, reached: Reached, service: bool = False) -> Reply:
    """What the upstream answers, stated or assumed; `service`: it is asked who the client is."""
    assume, shared = p.shared.assume, p.shared
    for key in (reached.address, reached.name):
        if key is not None and key in assume.replies:
            p.upstream_stated = True
            return assume.replies[key]
    p.upstream_stated = False
    for key in reached.called if assume.expects else ():
        expected = assume.expects.get(key)
        if expected is not None and not p.nested and not service:
            shared.assumed[UPSTREAM_EXPECTS] = None
            there = any(h.value != "" for h in reached.get(expected.header))
            return Reply(200) if there else Reply(401, (("WWW-Authenticate", "Bearer"),))
    if p.nested or service:
        return _verdict(p, reached)
    if assume.default is not None:
        return assume.default
    shared.assumed[UPSTREAM] = None
    if reached.path is not None and " " in reached.path and p.decide(("blank", reached.path), BLANK):
        return Reply(400)
    return Reply(200)


def _verdict(p: Passage, reached: Reached) -> Reply:
    """What an auth service answers: as it is declared to, or as most do."""
    carries = carries_credential(reached.headers)
    for key in reached.called if p.shared.assume.services else ():
        declared = p.shared.assume.services.get(key)
        if declared is not None:
            p.shared.assumed[declared.said] = None
            p.upstream_stated = declared.sends is not None
            return verdict_of(declared, reached, carries)
    p.shared.assumed[AUTH_SERVICE] = None
    return Reply(200) if carries else Reply(401, (("WWW-Authenticate", "Bearer"),))
