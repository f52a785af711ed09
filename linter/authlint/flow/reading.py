"""What a request says, read without an expression: headers, cookies, parameters, its host, its Basic credentials."""

from __future__ import annotations

import ipaddress

from authlint.flow.passage import Passage
from authlint.flow.request import SOMEWHERE, split_authority
from authlint.model.gateway import VirtualHost
from authlint.model.unknown import Unknown


def joined(texts: list[str | Unknown]) -> str | Unknown:
    for text in texts:
        if isinstance(text, Unknown):
            return text
    return "".join(text for text in texts if isinstance(text, str))


# A peer that no configuration names: from the range kept for documentation.
STRANGER = "203.0.113.77"
LINES = "whether all lines of a header are read or the first alone: this depends on the server's release"
# Every release reads all lines of these.
READ_WHOLE = ("cookie", "x-forwarded-for")


def all_lines(p: Passage) -> bool:
    """Whether several lines of one header are read as one text, or only the first of them."""
    lines = p.shared.listener.intake.lines
    return p.decide(("lines",), LINES) if lines == "unsure" else lines == "all"


def one_text(p: Passage, name: str, values: list[str | Unknown]) -> str | Unknown:
    """The lines of a header as one text; empty where there is none."""
    if len(values) > 1 and name not in READ_WHOLE and not all_lines(p):
        return values[0]
    comma = "," if p.shared.listener.intake.paths == "as-sent" else ", "
    separator = "; " if name == "cookie" else comma
    return joined([t for n, text in enumerate(values) for t in ((separator, text) if n else (text,))])


def header_text(p: Passage, name: str) -> str | Unknown:
    """The values of a header as one text; empty where there is none."""
    if p.shared.listener.intake.paths == "as-sent":
        values = [h.value for h in p.headers if h.name.lower() == name]
    else:
        values = [h.value for h in p.headers if h.name.lower().replace("_", "-") == name.replace("_", "-")]
    return one_text(p, name, values)


def cookie(header: str | Unknown, name: str, exact: bool = False) -> str | Unknown:
    """A cookie of a Cookie header, empty where there is none; `exact`: case counts, and quotes are taken off (measured
    on Envoy)."""
    if isinstance(header, Unknown):
        return header
    for pair in header.split(";"):
        key, equals, text = pair.strip().partition("=")
        if equals and (key == name if exact else key.lower() == name.lower()):
            return text.strip('"') if exact else text
    return ""


def argument(query: str | None, name: str) -> str:
    """A query parameter as it is written, empty where there is none."""
    for pair in (query or "").split("&"):
        key, _, text = pair.partition("=")
        if key.lower() == name.lower():
            return text
    return ""


def url(p: Passage, most: int) -> str:
    """Where the client believes to be; the path and query are cut after `most` letters (0: never)."""
    target = p.path + ("" if p.query is None else f"?{p.query}")
    host = header_text(p, "host")
    authority = host if isinstance(host, str) else ""
    return f"{scheme(p)}://{authority}{target[:most] if most else target}"


def scheme(p: Passage) -> str:
    """The request's scheme, as the gateway takes it to be."""
    intake = p.shared.listener.intake
    if intake.scheme:
        return intake.scheme
    told = p.header("x-forwarded-proto") if intake.believes_proto else []
    if told and told[0].value in ("http", "https"):
        return told[0].text
    return "https" if p.shared.tls else "http"


def protocol(p: Passage) -> str | Unknown:
    """The version of HTTP that the client speaks."""
    if p.shared.cut:
        return ""
    said = p.shared.request.protocol
    if not said and p.shared.listener.intake.protocols != "1":
        return Unknown("the version of HTTP that the client speaks")
    return said or "HTTP/1.1"


def claim(p: Passage, path: str) -> str | Unknown:
    """A claim of a token that was verified, empty where there is none."""
    payload, *names = path.split("/")
    if payload not in p.claims:
        return ""
    found: object = p.claims[payload]
    if found is None:
        return Unknown("the claims of the token")
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else "" if found is None else str(found)


def server_name(host: VirtualHost) -> str:
    """The first name of a virtual host as it is written there, without the dot of ".example"."""
    if not host.names:
        return ""
    first = host.names[0]
    match first.kind:
        case "ends":
            return "*" + first.text
        case "starts":
            return first.text + ".*"
        case "begins":
            return first.text + "*"
        case "pattern":
            return "~" + first.text
        case _:
            return first.text


def host_name(authority: str) -> str:
    """A Host header as names are compared: lower case, without port and final dot."""
    return split_authority(authority)[0].lower().rstrip(".")


def basic_credentials(authorization: str | Unknown) -> tuple[str, str] | None:
    """User and password of a Basic Authorization header, None for anything else."""
    if isinstance(authorization, Unknown):
        return None
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    from base64 import b64decode

    try:
        text = b64decode(rest.strip(), validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return None
    user, colon, password = text.partition(":")
    return (user, password) if colon else None


def basic_user(authorization: str | Unknown) -> str | Unknown:
    if isinstance(authorization, Unknown):
        return authorization
    pair = basic_credentials(authorization)
    return pair[0] if pair else ""


def covers(network: str, address: str | None) -> bool:
    """Whether an address (None: one that nobody names) lies in a network, from one address to another, is this
    address, or "all"."""
    if network == "all":
        return True
    first, dash, last = network.partition("-")
    if dash:
        return address is not None and _between(first, address, last)
    try:
        net = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    if address is None:
        return net.prefixlen == 0
    try:
        return ipaddress.ip_address(address) in net
    except ValueError:
        return False


def _between(first: str, address: str, last: str) -> bool:
    try:
        low, here, high = (ipaddress.IPv4Address(text) for text in (first, address, last))
    except ValueError:
        return False
    return low <= here <= high


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


SHARED = ipaddress.IPv4Network("100.64.0.0/10")  # RFC 6598
IN_FRONT = Unknown("the address of the gateway in front")


def peer_within(p: Passage, network: str) -> bool:
    """Whether the peer's address lies in a network. A gateway in front has a private address, nobody says which."""
    peer = p.shared.peer
    if peer == SOMEWHERE and network != "all" and _is_private(network):
        return p.decide(("peer", network), IN_FRONT.reason)
    return covers(network, None if peer == SOMEWHERE else peer)


def _is_private(network: str) -> bool:
    try:
        net = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return True  # a socket, a name: it may be
    shared = isinstance(net, ipaddress.IPv4Network) and net.subnet_of(SHARED)
    return net.prefixlen > 0 and (net.is_private or shared) and not net.is_loopback


def peer_address(p: Passage) -> str | Unknown:
    peer = p.shared.peer
    return IN_FRONT if peer == SOMEWHERE else peer or STRANGER
