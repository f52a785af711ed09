"""Cookies that a gateway sets or changes, and whether a browser sends them back; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.client.cookies import Jar
from authlint.finding import Label
from authlint.flow.outcome import Header, Outcome
from authlint.flow.request import Headers
from authlint.intent import Mend
from authlint.model.value import Cat, literal
from authlint.record import record, replace
from authlint.site import Endpoint, Site
from authlint.text import Span
from authlint_rules.mends.cookies import unbound
from authlint_rules.questions.asked import request_for
from authlint_rules.questions.own_cookies import OWN, admitted, cause, rewritten_by
from authlint_rules.questions.sites import cross_site, site_of


@record
class Fault:
    """What is wrong with one cookie. `shown` is what the client gets."""

    what: str
    why: str
    cure: str
    span: Span
    shown: str
    because: Label | None = None
    assumes: tuple[str, ...] = ()
    mends: tuple[Mend, ...] = ()


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
        taken = cause(endpoint, "nosecure")
        sure = ours or taken is not None
        yield Fault(
            what="browsers refuse: SameSite=None without Secure",
            why="SameSite=None counts only with Secure",
            cure="add Secure",
            span=span or taken or cause(endpoint, "samesite") or endpoint.route.span,
            shown=text,
            assumes=() if sure else ("the application does not set Secure itself",),
        )
    elif bound in ("strict", "lax") and elsewhere is not None:
        yield Fault(
            what=f"does not come with what a page of {site_of(elsewhere.text)} asks for",
            why=f"SameSite={bound.title()} keeps it away from pages of other sites",
            cure="SameSite=None; Secure, for the cookie that such pages need",
            span=span or cause(endpoint, "samesite") or endpoint.route.span,
            shown=text,
            because=Label(elsewhere.span, "a page of another site is meant to use this"),
            mends=unbound(span or cause(endpoint, "samesite"), text),
        )
    elif not _fits(site, endpoint, text):
        kind = "path" if cookie_comes_back(endpoint.url, _without(text, "path")) else "domain"
        yield Fault(
            what="is never sent back: no request of this application fits it",
            why=f"this {kind} is not one under which the application is reached",
            cure=f"write the {kind} under which clients ask for it",
            span=span or rewritten_by(endpoint, kind) or endpoint.route.span,
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
    reached = site.ask(replace(request, peer=admitted(endpoint))).upstream
    there = reached is not None and (reached.address or reached.name) == upstream
    return there and jar.header(_secure(request.url)) != ""


def _secure(url: str) -> str:
    return url.replace("http://", "https://", 1)
