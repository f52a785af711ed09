"""A request as the gateway takes it in: its path, its headers, and what is refused at once."""

from __future__ import annotations

import re

from authlint.expression import expression
from authlint.flow.outcome import Header, behind
from authlint.flow.passage import Shared
from authlint.flow.paths import decode, normalise, split_target
from authlint.flow.request import Request, split_authority
from authlint.model.gateway import Buffers, HeaderNames, Listener, VirtualHost
from authlint.model.unknown import Unknown
from authlint.record import record, replace

ESCAPED_SLASH = expression(r"%(?:2[Ff]|5[Cc])")
ESCAPED = expression(r"%([0-9A-Fa-f]{2})")
# Its limits are those of compressed headers, and releases differ in what they know of the request (measured).
REFUSED_LATER = "what becomes of a request over HTTP/2 that is refused while it is read"
# nginx 1.31 reads a path that comes behind the host by the rules of that host's server (measured).
SLASHES = "whose merge_slashes counts over HTTP/2: this depends on the order of what a client sends, and on the release"
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@record
class Refusal:
    status: int
    why: str
    unread: bool = False  # not even the headers were read
    location: str | None = None
    known_as: int | None = None  # the number under which a Recover finds it, where it is another
    routed: bool = False  # the route that would take the request has its say about the answer
    unclear: str = ""  # why nobody can tell what the refusal is like


@record
class Taken:
    path: str
    query: str | None
    headers: list[Header]
    refusal: Refusal | None = None
    blank: bool = False  # what is said of the request later finds nothing there, not even its method


def authority_of(host: str, listener: Listener) -> str:
    """The Host header as names are compared with it, where a port is part of the name."""
    kept = _authority(host.lower(), listener)
    return split_authority(kept)[0] if listener.intake.ignore_port else kept


def take_in(shared: Shared) -> Taken:
    """The request as what comes behind sees it."""
    as_sent = shared.listener.intake.paths == "as-sent"
    taken = _as_sent(shared, shared.listener) if as_sent else _decoded(shared, shared.host)
    unsure = shared.request.unsure
    return replace(taken, headers=[_meant(one, unsure) for one in taken.headers]) if unsure else taken


def _meant(header: Header, unsure: tuple[tuple[str, str], ...]) -> Header:
    """A header as it is, or as what a text in it stands for."""
    reason = next((reason for mark, reason in unsure if mark in header.text), None)
    return header if reason is None else Header(header.name, Unknown(reason))


def _decoded(shared: Shared, host: VirtualHost) -> Taken:
    request = shared.request
    if not _spoken(shared):
        return _unread(
            shared, Refusal(shared.listener.intake.silence or 400, "another version of HTTP", True)
        )
    taken = _parsed(shared, host)
    if taken.refusal is not None:
        unclear = REFUSED_LATER if is_later(request) else ""
        return replace(taken, refusal=replace(taken.refusal, unclear=taken.refusal.unclear or unclear))
    if request.method in host.refused:
        return replace(taken, refusal=Refusal(405, "the method is refused"))
    plain = shared.listener.intake.plain
    if plain is not None and shared.listener.tls and not shared.tls:
        return replace(taken, refusal=Refusal(plain, "no TLS where TLS is spoken", known_as=497))
    return taken


def _spoken(shared: Shared) -> bool:
    """Whether the client's version of HTTP is spoken here; else the server hangs up (measured)."""
    later = shared.listener.intake.protocols == "later" and not shared.listener.tls
    return not (later and shared.request.protocol.startswith("HTTP/1"))


def is_later(request: Request) -> bool:
    return request.protocol.startswith("HTTP/2")


def _parsed(shared: Shared, host: VirtualHost) -> Taken:
    """What reading the request line and the headers brings."""
    request, default = shared.request, shared.listener.default
    path, query = split_target(request.target)
    decoded = decode(path)
    clean = None if decoded is None else normalise(decoded, default.merge_slashes)
    room = Room(default.buffers)
    if not room.takes(len(f"{request.method} {request.target} HTTP/1.1") + 2):
        shared.cut = True
        return _unread(shared, Refusal(414, "the request line is too long", True))
    if is_later(request) and decoded and "//" in decoded and host.merge_slashes != default.merge_slashes:
        return Taken("", None, [], Refusal(400, "two slashes", unclear=SLASHES))
    if clean is None:  # the request line is as far as reading came
        return _unread(shared, Refusal(400, "a bad request", True))
    return Taken(clean, query, *_understood(shared, host, room))


def _unread(shared: Shared, refusal: Refusal) -> Taken:
    url, target = f"{shared.request.scheme}://:{shared.request.port}", shared.request.target
    shared.request = replace(shared.request, url=url, headers=(), body="", _parts=[])
    shared.host = shared.listener.default
    shared.unread = True
    shared.unread_target = target
    return Taken("", None, [], refusal)


class Room:
    """The buffers that are left for the lines of a request's head; none are as good as endless ones."""

    def __init__(self, buffers: Buffers | None) -> None:
        self.buffers = buffers
        self.left = buffers.first if buffers is not None else 0
        self.used = 0

    def takes(self, length: int) -> bool:
        buffers = self.buffers
        if buffers is None:
            return True
        if length > self.left:
            self.used += 1
            self.left = buffers.size
            if length > buffers.size or self.used > buffers.number:
                return False
        self.left -= length
        return True


def _understood(shared: Shared, host: VirtualHost, room: Room) -> tuple[list[Header], Refusal | None]:
    """The client's headers without those whose names are dropped, and why the rest was not read.

    Until the Host header has been read it is the default host's request (measured).
    """
    request = shared.request
    # Of HTTP/2 it is read first, wherever it stands (measured).
    early = is_later(request)
    named = early or not any(name.lower() == "host" for name, _ in request.headers)
    here = host if named else shared.listener.default
    out = [Header("Host", request.host)] if named else []
    authorized = False
    refusal: Refusal | None = None
    for name, value in request.headers:
        lower, value = name.lower(), value.strip()
        room.buffers = here.buffers
        if not room.takes(len(name) + len(value.encode("utf-8", "surrogateescape")) + 4):
            status = room.buffers.status if room.buffers is not None else 400
            refusal = Refusal(status, "the headers are too large", known_as=494)
        elif lower == "authorization" and authorized:
            # Reading stops here: of what the client sent behind it nothing is known (measured).
            refusal = Refusal(400, "a bad request")
            out.append(Header(name, value))
        if refusal is not None:
            break
        authorized = authorized or lower == "authorization"
        if lower == "host":
            here = host
            if not named:
                out.insert(0, Header("Host", request.host))
            named = True
        elif (
            early and lower == "cookie" and (known := next((h for h in out if h.name.lower() == lower), None))
        ):
            out[out.index(known)] = Header(
                known.name, behind(known.value, "; ", value)
            )  # one line again (measured)
        elif _is_named(name, here.header_names):
            out.append(Header(name, value))
    if refusal is not None:  # of a body nobody has asked yet how long it is (measured)
        shared.request = request = replace(request, body="", _parts=[])
    if refusal is not None and not named:
        shared.host = here
        hosts = tuple(one for one in request.headers if one[0].lower() != "host")
        shared.request = replace(
            request, url=f"{request.scheme}://:{request.port}{request.target}", headers=hosts, _parts=[]
        )
    return out, refusal


def _is_named(name: str, names: HeaderNames) -> bool:
    """Whether a header of this name is read at all."""
    plain = name.replace("-", "").replace("_", "")
    odd = not (plain.isalnum() and plain.isascii()) and not names.odd
    return not odd and ("_" not in name or names.underscores or names.odd)


def _as_sent(shared: Shared, listener: Listener) -> Taken:
    intake = listener.intake
    path, query = split_target(shared.request.target)
    headers = [Header("Host", _authority(shared.request.host, listener))]
    refusal = None
    size = sum(
        len(name) + len(value.encode("utf-8", "surrogateescape")) for name, value in shared.request.headers
    )
    if intake.most is not None and size > intake.most:
        return Taken(path, query, headers, Refusal(431, "the headers are too large"))
    for name, value in shared.request.headers:
        if name.lower() == "host":
            continue
        if "_" in name and intake.underscores != "keep":
            if intake.underscores == "refuse":
                # Nothing of the request is there for what is said of it later (measured).
                refusal = Refusal(400, f"the name of the header {name} has an underscore")
                return Taken("", None, [], refusal, blank=True)
            continue
        _keep(headers, Header(name, value.strip()), intake.once)
    escaped = ESCAPED_SLASH.search(path) is not None and intake.escaped_slashes != "keep"
    if escaped:
        path = ESCAPED_SLASH.sub(lambda found: "/" if found[0][1] == "2" else "\\", path)
    # A route is looked for only where the client says its scheme itself (measured); what is said of the path later is
    # of the unescaped one.
    routed = any(h.name.lower() == "x-forwarded-proto" for h in headers)
    why = "the path has an escaped slash"
    if escaped and intake.escaped_slashes == "refuse":
        return Taken(path, query, headers, Refusal(400, why, routed=routed))
    if intake.dots:
        path = canonical(path)
    if intake.slashes and path.strip("/"):
        path = re.sub("//+", "/", path)
    if escaped and intake.escaped_slashes == "redirect":
        target = path + ("" if query is None else f"?{query}")
        refusal = Refusal(307, why, location=target, routed=routed)
        if is_grpc(headers):  # a gRPC client is not redirected (measured)
            refusal = Refusal(400, why, routed=routed)
    return Taken(path, query, headers, refusal)


def is_grpc(headers: list[Header]) -> bool:
    """Whether the content is gRPC's: nothing but a "+" may follow (measured)."""
    kinds = [header.text for header in headers if header.name.lower() == "content-type"]
    return any(kind == "application/grpc" or kind.startswith("application/grpc+") for kind in kinds)


def _keep(headers: list[Header], header: Header, once: frozenset[str]) -> None:
    """Another line, or more of a header that is kept once."""
    lower = header.name.lower()
    if lower in once:
        for number, known in enumerate(headers):
            if known.name.lower() == lower:
                headers[number] = Header(known.name, behind(known.value, ",", header.value))
                return
    headers.append(header)


def _authority(host: str, listener: Listener) -> str:
    intake = listener.intake
    name, port = split_authority(host)
    if intake.strip_dot and name.endswith("."):
        name = name[:-1]
    stripped = intake.strip_port == "any" or (intake.strip_port == "own" and port == listener.port)
    return name if port is None or stripped else f"{name}:{port}"


def canonical(path: str) -> str:
    """RFC 3986, 6: letters that need no escape are written plainly, and dot segments are worked out."""

    def plain(found: re.Match[str]) -> str:
        letter = chr(int(found[1], 16))
        return letter if letter in UNRESERVED else found[0]

    out: list[str] = []
    segments = ESCAPED.sub(plain, path).replace("\\", "/").split("/")
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment in (".", ".."):
            if segment == ".." and len(out) > 1:
                out.pop()
            if last:
                out.append("")
        else:
            out.append(segment)
    return "/".join(out) or "/"
