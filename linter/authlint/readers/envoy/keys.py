"""The basic_auth and api_key_auth filters.

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/basic_auth_filter and api_key_auth_filter;
that the scheme's case counts, and what a realm is, was measured on 1.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.credential import ApiKey, Place
from authlint.model.step import Basic, UserFile, UserList
from authlint.model.value import Get, Lit
from authlint.readers.envoy.filters import Filter, Spot, asked_at, configured
from authlint.readers.envoy.proto import data, field, fields, is_set, place, text
from authlint.readers.yaml.tree import Item
from authlint.text import Span

REALM = Get("url", "256")  # path and query are cut


def basic(one: Filter, spot: Spot) -> Basic:
    own = next(configured(spot.own(one.name), "BasicAuthPerRoute"), None)
    source = field(own.config, "users") if own is not None else None
    source = source or field(one.config, "users")
    span = one.span if own is None else own.item.span
    listed = data(source)
    users: UserList | UserFile
    if listed is not None:
        users = UserList(listed, place(source, span))
    else:
        users = UserFile(Lit(text(source, "filename")), place(source, span))
    return Basic(
        realm=REALM,
        users=users,
        off_word=None,
        span=one.span,
        header=text(one.config, "authentication_header").lower() or "authorization",
        exact_scheme=True,
        user_header=text(one.config, "forward_username_header"),
    )


def api_key(one: Filter, spot: Spot) -> ApiKey:
    own = next(configured(spot.own(one.name), "ApiKeyAuthPerRoute"), None)
    mine = own.config if own is not None else None
    sources = fields(mine, "key_sources") or fields(one.config, "key_sources")
    credentials = fields(mine, "credentials") or fields(one.config, "credentials")
    forwarding = field(mine, "forwarding") or (field(one.config, "forwarding") if own is None else None)
    allowed = [item.text for item in fields(mine, "allowed_clients")]
    return ApiKey(
        places=tuple(place for item in sources for place in _places(item)),
        keys=tuple((text(item, "client"), text(item, "key")) for item in credentials),
        allowed=frozenset(allowed) if allowed else None,
        hide=is_set(forwarding, "hide_credentials"),
        client_header=text(forwarding, "header"),
        span=asked_at(one, own),
    )


def _places(item: Item) -> Iterator[Place]:
    """A key source: the first of header, query and cookie that is set counts."""
    for name, kind in (("header", "header"), ("query", "parameter"), ("cookie", "cookie")):
        found = field(item, name)
        if found is not None and found.text:
            yield _place(kind, found.text, found.span)
            return


def _place(kind: str, name: str, span: Span) -> Place:
    if kind == "header":
        return Place("header", name.lower(), "", span)
    return Place("parameter" if kind == "parameter" else "cookie", name, "", span)
