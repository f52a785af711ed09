"""A request as the gateway takes it in: its path, its headers, and what is refused at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from authlint.flow.outcome import Header
from authlint.flow.passage import Shared
from authlint.flow.paths import decode, normalise, split_target
from authlint.flow.request import split_authority
from authlint.model.gateway import Listener, VirtualHost

ESCAPED_SLASH = re.compile(r"%(?:2[Ff]|5[Cc])")
ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    why: str
    unread: bool = False  # not even the headers were read
    location: str | None = None


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
    request = shared.request
    path, query = split_target(request.target)
    decoded = decode(path)
    clean = None if decoded is None else normalise(decoded, shared.listener.default.merge_slashes)
    if clean is None:  # the request line is as far as reading came
        shared.request = replace(request, url=f"{request.scheme}://", headers=(), _parts=[])
        shared.host = shared.listener.default
        return Taken("", None, [], Refusal(400, "a bad request", True))
    headers = _understood(shared, host)
    # Reading stops at a second Authorization: what the client sent behind it is not there (measured).
    places = [number for number, header in enumerate(headers) if header.name.lower() == "authorization"]
    if len(places) > 1:
        return Taken(clean, query, headers[: places[1]], Refusal(400, "a bad request"))
    if request.method in host.refused:
        return Taken(clean, query, headers, Refusal(405, "the method is refused"))
    return Taken(clean, query, headers)


def _understood(shared: Shared, host: VirtualHost) -> list[Header]:
    """The client's headers without those whose names are dropped."""
    names, out = host.header_names, []
    for name, value in shared.request.headers:
        plain = name.replace("-", "").replace("_", "")
        odd = not (plain.isalnum() and plain.isascii()) and not names.odd
        if name.lower() != "host" and not odd and ("_" not in name or names.underscores or names.odd):
            out.append(Header(name, value.strip()))
    return [Header("Host", shared.request.host), *out]


def _as_sent(shared: Shared, listener: Listener) -> Taken:
    intake = listener.intake
    path, query = split_target(shared.request.target)
    headers = [Header("Host", _authority(shared.request.host, listener))]
    refusal = None
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
