"""Requests whose answers set cookies that a gateway makes or changes; no rule itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from authlint.flow.request import Headers, Request
from authlint.model.reply import CookieFlags, CookieRewrite
from authlint.model.step import Address
from authlint.model.value import literal
from authlint.record import replace
from authlint.site import Endpoint, Site, blocks_of, headers_of, requires
from authlint.text import Span

OWN = "session=SESSION"


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
    request = replace(site.request(endpoint, *headers_of(name)), peer=admitted(endpoint))
    texts = [f"{OWN}; Path=/"]
    forward = endpoint.forward
    for one in forward.cookies if forward is not None else ():
        old = literal(one.old) if isinstance(one, CookieRewrite) and not hasattr(one.old, "how") else None
        if isinstance(one, CookieRewrite) and old:
            texts.append(f"{OWN}; Path={old}" if one.attribute == "path" else f"{OWN}; Domain={old}; Path=/")
    for text in dict.fromkeys(texts):
        yield request, (("Set-Cookie", text),)


def admitted(endpoint: Endpoint) -> str | None:
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


def cause(endpoint: Endpoint, word: str) -> Span | None:
    """The setting that puts an attribute into the application's cookies."""
    forward = endpoint.forward
    for one in forward.cookies if forward is not None else ():
        text = " ".join(one.changes) if isinstance(one, CookieFlags) else literal(one.new) or ""
        if word in text.lower():
            return one.span
    return None


def rewritten_by(endpoint: Endpoint, attribute: str) -> Span | None:
    forward = endpoint.forward
    for one in forward.cookies if forward is not None else ():
        if isinstance(one, CookieRewrite) and one.attribute == attribute:
            return one.span
    return None
