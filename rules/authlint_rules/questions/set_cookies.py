"""Cookies that a gateway sets or changes, and whether a browser sends them back; no rule itself."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from authlint.client.cookies import Jar
from authlint.finding import Label
from authlint.flow.outcome import Header, Outcome
from authlint.flow.request import Headers, Request
from authlint.model.reply import CookieFlags, CookieRewrite
from authlint.model.step import Address
from authlint.model.value import Cat, literal
from authlint.site import Endpoint, Site, blocks_of, headers_of, requires
from authlint.text import Span
from authlint_rules.questions.asked import request_for

OWN = "session=SESSION"
ANCESTOR = re.compile(r"frame-ancestors([^;]*)", re.IGNORECASE)
ALLOWED = re.compile(r"allow-from\s+(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cookie. `shown` is what the client gets."""

    what: str
    why: str
    cure: str
    span: Span
    shown: str
    because: Label | None = None
    assumes: tuple[str, ...] = ()


def tampered(endpoint: Endpoint) -> bool:
    """Whether the gateway sets cookies on this route, or changes those of its upstream."""
    forward = endpoint.forward
    if forward is not None and forward.cookies:
        return True
    return any(
        op.name.lower() == "set-cookie" for block in blocks_of(endpoint.route) for op in block.response
    )


def answers(site: Site, endpoint: Endpoint) -> Iterator[tuple[Request, Headers]]:
    """A request that gets through, with each Set-Cookie of the application that the gateway speaks of."""
    name = next(site.passing(endpoint), "none")
    request = replace(site.request(endpoint, *headers_of(name)), peer=_admitted(endpoint))
    texts = [f"{OWN}; Path=/"]
    forward = endpoint.forward
    for one in forward.cookies if forward is not None else ():
        old = literal(one.old) if isinstance(one, CookieRewrite) and not hasattr(one.old, "how") else None
        if isinstance(one, CookieRewrite) and old:
            texts.append(f"{OWN}; Path={old}" if one.attribute == "path" else f"{OWN}; Domain={old}; Path=/")
    for text in dict.fromkeys(texts):
        yield request, (("Set-Cookie", text),)


def _admitted(endpoint: Endpoint) -> str | None:
    """An address that passes, where addresses decide."""
    for require in requires(endpoint.route):
        for check in require.checks:
            for rule in check.rules if isinstance(check, Address) else ():
                if rule.allow and rule.network not in ("all", "unix:"):
                    try:
                        return str(ipaddress.ip_network(rule.network, strict=False)[0])
                    except ValueError:
                        return None
    return None


def faults(site: Site, endpoint: Endpoint, outcome: Outcome, own: Headers) -> Iterator[Fault]:
    sent = {value for _, value in own}
    for header in outcome.get("set-cookie"):
        text = _text(header)
        if text and text not in sent:
            yield from _of_one(site, endpoint, outcome, header, text)


def _text(header: Header) -> str:
    """The cookie, with a word in place of what nobody knows of it."""
    if isinstance(header.value, str) or header.op is None:
        return header.text
    value = header.op.value
    return "".join(literal(part) or "VALUE" for part in (value.parts if isinstance(value, Cat) else ()))


def _of_one(site: Site, endpoint: Endpoint, outcome: Outcome, header: Header, text: str) -> Iterator[Fault]:
    said = _attributes(text)
    bound = said.get("samesite", "").lower()
    elsewhere = cross_site(site, endpoint, outcome)
    ours = header.op is not None
    span = header.op.span if header.op is not None else None
    if bound == "none" and "secure" not in said:
        taken = _cause(endpoint, "nosecure")
        sure = ours or taken is not None
        yield Fault(
            what="browsers refuse: SameSite=None without Secure",
            why="SameSite=None counts only with Secure",
            cure="add Secure",
            span=span or taken or _cause(endpoint, "samesite") or endpoint.route.span,
            shown=text,
            assumes=() if sure else ("the application does not set Secure itself",),
        )
    elif bound in ("strict", "lax") and elsewhere is not None:
        yield Fault(
            what=f"does not come with what a page of {site_of(elsewhere.text)} asks for",
            why=f"SameSite={bound.title()} keeps it away from pages of other sites",
            cure="SameSite=None; Secure, for the cookie that such pages need",
            span=span or _cause(endpoint, "samesite") or endpoint.route.span,
            shown=text,
            because=Label(elsewhere.span, "a page of another site is meant to use this"),
        )
    elif not _fits(site, endpoint, text):
        kind = "path" if cookie_comes_back(endpoint.url, _without(text, "path")) else "domain"
        yield Fault(
            what="is never sent back: no request of this application fits it",
            why=f"this {kind} is not one under which the application is reached",
            cure=f"write the {kind} under which clients ask for it",
            span=span or _rewrite(endpoint, kind) or endpoint.route.span,
            shown=text,
        )


def _attributes(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(";")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _without(text: str, name: str) -> str:
    parts = text.split(";")
    return ";".join([part for part in parts[1:] if part.strip().partition("=")[0].lower() != name])


def cookie_comes_back(url: str, attributes: str, *, from_elsewhere: bool = False) -> bool:
    """Whether a browser that got a cookie with these attributes from `url` sends it there again."""
    jar = Jar()
    jar.store(url, [f"{OWN};{attributes}"])
    return jar.header(url, same_site=not from_elsewhere, top_level=True) != ""


def _fits(site: Site, endpoint: Endpoint, text: str) -> bool:
    """Whether a request of the same application gets the cookie."""
    jar = Jar()
    jar.store(_secure(endpoint.url), [text])
    upstream = site.upstream(endpoint)
    for other in site.siblings[id(endpoint.host)]:
        same = other is endpoint or (upstream is not None and site.upstream(other) == upstream)
        if same and jar.header(_secure(other.url)):
            return True
    # A part of a route has no endpoint of its own.
    path = _attributes(text).get("path", "/")
    request = request_for(site, endpoint, path if path.startswith("/") else "/")
    reached = site.ask(replace(request, peer=_admitted(endpoint))).upstream
    there = reached is not None and (reached.address or reached.name) == upstream
    return there and jar.header(_secure(request.url)) != ""


def _secure(url: str) -> str:
    return url.replace("http://", "https://", 1)


def _cause(endpoint: Endpoint, word: str) -> Span | None:
    """The setting that puts an attribute into the application's cookies."""
    forward = endpoint.forward
    for one in forward.cookies if forward is not None else ():
        text = " ".join(one.changes) if isinstance(one, CookieFlags) else literal(one.new) or ""
        if word in text.lower():
            return one.span
    return None


def _rewrite(endpoint: Endpoint, attribute: str) -> Span | None:
    forward = endpoint.forward
    for one in forward.cookies if forward is not None else ():
        if isinstance(one, CookieRewrite) and one.attribute == attribute:
            return one.span
    return None


def cross_site(site: Site, endpoint: Endpoint, outcome: Outcome) -> Label | None:
    """A page of another site is meant to use the route: where that is said, with the page's address."""
    found: list[tuple[str, Span]] = []
    for header in outcome.headers:
        if header.op is None:
            continue
        name = header.name.lower()
        if name == "content-security-policy":
            found += [
                (word, header.op.span) for part in ANCESTOR.findall(header.text) for word in part.split()
            ]
        elif name == "x-frame-options":
            found += [(word, header.op.span) for word in ALLOWED.findall(header.text)]
        elif name == "access-control-allow-credentials" and header.text.lower() == "true":
            found += [(origin, header.op.span) for origin in site.origins(endpoint)]
    for address, span in found:
        if address.startswith("http") and site_of(address) not in ("", site_of(endpoint.url)):
            return Label(span, address)
    return None


def site_of(url: str) -> str:
    """The last two labels of a URL's host: where these differ two sites do. Empty for a host without a dot."""
    host = urlsplit(url).hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    return ".".join(host.split(".")[-2:]) if "." in host else ""
