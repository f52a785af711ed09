"""The oauth2 filter (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/oauth2_filter)."""

from __future__ import annotations

from authlint.model.credential import OAuth
from authlint.readers.envoy.filters import Filter, Spot, configured
from authlint.readers.envoy.matching import header_matcher, url_path
from authlint.readers.envoy.proto import field, fields, is_set, text

COOKIES = {"oauth_hmac": "OauthHMAC", "oauth_expires": "OauthExpires", "bearer_token": "BearerToken"}


def check(one: Filter, spot: Spot) -> OAuth | None:
    own = next(configured(spot.own(one.name)), None)
    config = field(own.config if own is not None else one.config, "config")
    if config is None:
        return None
    names = field(config, "credentials", "cookie_names")
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
    )
