"""The oauth2 filter (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/oauth2_filter)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from authlint.model.credential import OAuth, SameSite
from authlint.readers.envoy.filters import Filter, Spot, configured
from authlint.readers.envoy.matching import header_matcher, url_path
from authlint.readers.envoy.proto import entries, field, fields, is_set, place, text
from authlint.readers.yaml.tree import Item

# Without auth_scopes the filter asks for "user" (oauth.proto, OAuth2Config.auth_scopes).
SCOPES = ("user",)
# Cookies without which the way back from the issuer is answered 401 (measured).
RETURNING = ("oauth_nonce", "code_verifier")
VALUES: dict[str, Literal["strict", "lax", "none"]] = {
    "STRICT": "strict",
    "LAX": "lax",
    "NONE": "none",
    "1": "strict",
    "2": "lax",
    "3": "none",
}
COOKIES = {"oauth_hmac": "OauthHMAC", "oauth_expires": "OauthExpires", "bearer_token": "BearerToken"}


def check(one: Filter, spot: Spot) -> OAuth | None:
    own = next(configured(spot.own(one.name)), None)
    config = field(own.config if own is not None else one.config, "config")
    if config is None:
        return None
    names = field(config, "credentials", "cookie_names")
    scopes, redirect = field(config, "auth_scopes"), field(config, "redirect_uri")
    client = field(config, "credentials", "client_id")
    return OAuth(
        sign_in=text(config, "authorization_endpoint"),
        callback=url_path(field(config, "redirect_path_matcher")),
        sign_out=url_path(field(config, "signout_path")),
        passes=tuple(map(header_matcher, fields(config, "pass_through_matcher"))),
        refuses=tuple(map(header_matcher, fields(config, "deny_redirect_matcher"))),
        cookies=tuple(text(names, key) or default for key, default in COOKIES.items()),
        forwards=is_set(config, "forward_bearer_token"),
        preserves=is_set(config, "preserve_authorization_header"),
        span=one.span,
        client=client.text if client is not None and not client.masked else "",
        token_url=text(config, "token_endpoint", "uri"),
        returns_to=redirect.text if redirect is not None and not redirect.masked else "",
        returns_span=place(redirect, one.span),
        scopes=tuple(item.text for item in fields(config, "auth_scopes")) or SCOPES,
        scopes_span=place(scopes, one.span),
        id_cookie=text(names, "id_token") or "IdToken",
        id_header=text(config, "forward_id_token", "header"),
        id_span=place(field(config, "forward_id_token"), one.span),
        bound=tuple(_bound(config)),
        callback_span=place(field(config, "redirect_path_matcher"), one.span),
    )


def _bound(config: Item) -> Iterator[SameSite]:
    """What is said of the cookies' SameSite."""
    for item in entries(config, "cookie_configs"):
        said = field(item, "same_site")
        value = VALUES.get(said.text if said is not None else "")
        if said is not None and value is not None:
            cookie = item.name.removesuffix("_cookie_config")
            yield SameSite(cookie, value, cookie in RETURNING, said.span)
