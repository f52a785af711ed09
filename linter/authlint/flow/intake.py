"""A request as the gateway takes it in: its path, its headers, and what is refused at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from authlint.flow.outcome import Header
from authlint.flow.passage import Shared
from authlint.flow.paths import decode, normalise, split_target
from authlint.flow.request import split_authority
from authlint.model.gateway import Buffers, Listener, VirtualHost

ESCAPED_SLASH = re.compile(r"%(?:2[Ff]|5[Cc])")
ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    why: str
    unread: bool = False  # not even the headers were read
    location: str | None = None
    known_as: int | None = None  # the number under which a Recover finds it, where it is another


@dataclass(frozen=True, slots=True)
class Taken:
    path: str
    query: str | None
    headers: list[Header]
    refusal: Refusal | None = None


def authority_of(host: str, listener: Listener) -> str:
    """The Host header as names are compared with it, where a port is part of the name."""
    kept = _authority(host.lower(), listener)
    return split_authority(kept)[0] if listener.intake.ignore_port else kept


def take_in(shared: Shared) -> Taken:
    """The request as what comes behind sees it."""
    if shared.listener.intake.paths == "as-sent":
        return _as_sent(shared, shared.listener)
    return _decoded(shared, shared.host)


def _decoded(shared: Shared, host: VirtualHost) -> Taken:
    request, default = shared.request, shared.listener.default
    path, query = split_target(request.target)
    decoded = decode(path)
    clean = None if decoded is None else normalise(decoded, default.merge_slashes)
    room = Room(default.buffers)
    if not room.takes(len(f"{request.method} {request.target} HTTP/1.1") + 2):
        return _unread(shared, Refusal(414, "the request line is too long", True))
    if clean is None:  # the request line is as far as reading came
        return _unread(shared, Refusal(400, "a bad request", True))
    headers, complete = _understood(shared, host, room)
    if not complete and room.buffers is not None:
        status = room.buffers.status
        return Taken(clean, query, headers, Refusal(status, "the headers are too large", known_as=494))
    # Reading stops at a second Authorization: what the client sent behind it is not there (measured).
    places = [number for number, header in enumerate(headers) if header.name.lower() == "authorization"]
    if len(places) > 1:
        return Taken(clean, query, headers[: places[1]], Refusal(400, "a bad request"))
    if shared.listener.intake.plain is not None and shared.listener.tls and request.scheme in ("http", "ws"):
        refusal = Refusal(shared.listener.intake.plain, "no TLS where TLS is spoken", known_as=497)
        return Taken(clean, query, headers, refusal)
    if request.method in host.refused:
        return Taken(clean, query, headers, Refusal(405, "the method is refused"))
    return Taken(clean, query, headers)


def _unread(shared: Shared, refusal: Refusal) -> Taken:
    shared.request = replace(shared.request, url=f"{shared.request.scheme}://", headers=(), _parts=[])
    shared.host = shared.listener.default
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


def _understood(shared: Shared, host: VirtualHost, room: Room) -> tuple[list[Header], bool]:
    """The client's headers without those whose names are dropped, and whether there was room for all of them.

    Until the Host header has been read the default host's settings count (measured).
    """
    out = [Header("Host", shared.request.host)]
    listed = [name.lower() for name, _ in shared.request.headers]
    here = shared.listener.default if "host" in listed else host
    room.buffers = here.buffers
    for name, value in shared.request.headers:
        value = value.strip()
        if not room.takes(len(name) + len(value.encode("utf-8", "surrogateescape")) + 4):
            return out, False
        if name.lower() == "host":
            here = host
            room.buffers = here.buffers
            continue
        names = here.header_names
        plain = name.replace("-", "").replace("_", "")
        odd = not (plain.isalnum() and plain.isascii()) and not names.odd
        if not odd and ("_" not in name or names.underscores or names.odd):
            out.append(Header(name, value))
    return out, True


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
                refusal = Refusal(400, f"the name of the header {name} has an underscore")
            continue
        _keep(headers, Header(name, value.strip()), intake.once)
    escaped = ESCAPED_SLASH.search(path) is not None and intake.escaped_slashes != "keep"
    if escaped:
        path = ESCAPED_SLASH.sub(lambda found: "/" if found[0][1] == "2" else "\\", path)
    if (
        escaped and intake.escaped_slashes == "refuse"
    ):  # what is said of the path later is of the unescaped one (measured)
        return Taken(path, query, headers, refusal or Refusal(400, "the path has an escaped slash"))
    if intake.dots:
        path = canonical(path)
    if intake.slashes and path.strip("/"):
        path = re.sub("//+", "/", path)
    if escaped and intake.escaped_slashes == "redirect":
        target = path + ("" if query is None else f"?{query}")
        refusal = refusal or Refusal(307, "the path has an escaped slash", location=target)
    return Taken(path, query, headers, refusal)


def _keep(headers: list[Header], header: Header, once: frozenset[str]) -> None:
    """Another line, or more of a header that is kept once."""
    lower = header.name.lower()
    if lower in once:
        for number, known in enumerate(headers):
            if known.name.lower() == lower:
                headers[number] = Header(known.name, f"{known.text},{header.text}")
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
