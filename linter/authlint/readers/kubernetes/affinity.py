"""affinity: cookie, by which a client comes back to the same instance of a Service.

The controller's Lua (balancer/sticky.lua, 1.15) sets the cookie where the request has none of its name; which instance
it stands for nobody can tell. What another Ingress says of the same Service sets none for its own paths.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from authlint.expression import expression
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.text import Span

NAME = "INGRESSCOOKIE"
SECURE = "$affinity_secure"
DOLLAR = "$literal_dollar"
WORDS = expression(r"[A-Za-z0-9\-._~/:]+")
PLACE = expression(r"[A-Za-z0-9\-._~/:,?&=]+")
SECONDS = expression(r"0|-?[1-9]\d*")
# Of what the gateway refuses itself there is no cookie; what else a Service says matters less.
STATUSES = "200 201 204 206 301 302 303 304 307 308"


def variables(hosts: Collection[Host]) -> Iterator[Node]:
    """What the cookies are, by what the client has sent."""
    seen: set[str] = set()
    for host in hosts:
        for path in host.paths:
            at, variable = _wanted(path), _variable(host, path)
            if at is None or variable in seen:
                continue
            if not seen and any("$" in one.text for host in hosts for one in host.paths):
                yield node(at, "geo", DOLLAR, children=[node(at, "default", "$")])
            if not seen:
                cases = [node(at, "default", ""), node(at, "https", "; Secure")]
                yield node(at, "map", "$scheme", SECURE, children=cases)
            seen.add(variable)
            name = _name(path)
            known = "~(?:^|; )" + re.escape(name) + "="
            cases = [node(at, "default", f"{name}=ID{_attributes(path)}"), node(at, known, "")]
            yield node(at, "map", "$http_cookie", variable, children=cases)


def cookie(host: Host, path: Path) -> Iterator[Node]:
    at = _wanted(path)
    if at is not None:
        yield node(at, "more_set_headers", "-a", "-s", STATUSES, f"Set-Cookie: {_variable(host, path)}")


def _wanted(path: Path) -> Span | None:
    """The words to change, where the controller sets a cookie."""
    on = path.own.text("affinity") == "cookie" and not path.by_default
    return path.own.span("session-cookie-samesite", "session-cookie-path", "affinity") if on else None


def _variable(host: Host, path: Path) -> str:
    from zlib import crc32

    return f"$affinity_{crc32(f'{host.name} {path.kind} {path.text}'.encode()):08x}"


def _name(path: Path) -> str:
    given = path.own.text("session-cookie-name")
    return given if WORDS.fullmatch(given) else NAME


def _attributes(path: Path) -> str:
    """In the order in which lua-resty-cookie writes them."""
    own = path.own
    age, domain, bound = (own.text(f"session-cookie-{name}") for name in ("max-age", "domain", "samesite"))
    parts = [f"Max-Age={age}"] if SECONDS.fullmatch(age) else []
    parts += [f"Domain={domain}"] if WORDS.fullmatch(domain) else []
    given = own.text("session-cookie-path")
    place = (given if PLACE.fullmatch(given) else path.text).replace("$", "${" + DOLLAR[1:] + "}")
    parts.append(f"Path={place}")
    secure = "; Secure" if own.flag("session-cookie-secure", False) else SECURE
    rest = "; HttpOnly" + (f"; SameSite={bound}" if bound in ("None", "Lax", "Strict") else "")
    return "".join(f"; {one}" for one in parts) + secure + rest
