"""A login in the browser as the oauth2 filter has it (internal/xds/translator/oidc.go of Envoy Gateway).

Endpoints that are not written are asked for at the issuer; its own address stands in for them here.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.gateway_api.backends import Clusters
from authlint.readers.gateway_api.services import refs
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

TYPE = "type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2"
HERE = "%REQ(x-forwarded-proto)%://%REQ(:authority)%/oauth2/callback"
CALLBACK, LOGOUT = "/oauth2/callback", "/logout"
COOKIES = (
    "bearer_token",
    "oauth_hmac",
    "oauth_expires",
    "id_token",
    "refresh_token",
    "oauth_nonce",
    "code_verifier",
)
SECRETS = ("oauth2/client_secret", "oauth2/hmac_secret")


def login(item: Item, tokens: Item | None, namespace: str, clusters: Clusters) -> Value:
    """`tokens` is the policy's jwt: what its providers take may pass by the login (passThroughAuthHeader)."""
    provider = item.get("provider") or item
    issuer = provider.get("issuer") or provider
    token = provider.get("tokenEndpoint") or issuer
    ref = next(refs(provider), None)
    cluster = clusters.url(token) if ref is None else clusters.service(ref, namespace)
    redirect = item.get("redirectURL")
    returns = redirect.text.partition("://")[2] if redirect is not None else ""
    callback = f"/{returns.partition('/')[2]}" if redirect is not None else CALLBACK
    forwards = item.get("forwardAccessToken")
    forwarded = forwards is not None and forwards.text == "true"
    config: dict[str, Value | None] = {
        "token_endpoint": {"uri": token, "cluster": written(token, cluster), "timeout": "10s"},
        "authorization_endpoint": provider.get("authorizationEndpoint") or issuer,
        "redirect_uri": redirect or written(item, HERE),
        "redirect_path_matcher": {"path": {"exact": written(redirect or item, callback)}},
        "signout_path": {"path": {"exact": item.get("logoutPath") or LOGOUT}},
        "forward_bearer_token": forwards,
        "preserve_authorization_header": not forwarded,
        "auth_scopes": _scopes(item),
        "credentials": {
            "client_id": item.get("clientID") or "CLIENT",
            "token_secret": {"name": SECRETS[0]},
            "hmac_secret": {"name": SECRETS[1]},
            "cookie_domain": item.get("cookieDomain"),
        },
        "pass_through_matcher": list(_passing(item, tokens)) or None,
        "deny_redirect_matcher": list(_denied(item)) or None,
        "cookie_configs": _cookies(item),
    }
    return {"@type": TYPE, "config": written(item, config)}


def secrets() -> list[Value]:
    return [{"name": name, "generic_secret": {"secret": {"inline_string": "SECRET"}}} for name in SECRETS]


def _scopes(item: Item) -> Item:
    """`openid` is asked for in any case."""
    listed = item.get("scopes")
    named: list[Value] = [*listed.items()] if listed is not None else []
    if not any(isinstance(one, Item) and one.text == "openid" for one in named):
        named.append("openid")
    return written(listed or item, named)


def _passing(item: Item, tokens: Item | None) -> Iterator[Value]:
    if item.text_at("passThroughAuthHeader") != "true" or tokens is None:
        return
    listed = tokens.get("providers")
    for provider in listed.items() if listed is not None else ():
        said = provider.get("extractFrom")
        headers = said.get("headers") if said is not None else None
        if said is None:
            yield {"name": "Authorization", "string_match": {"prefix": "Bearer "}}
        for one in headers.items() if headers is not None else ():
            prefix = one.get("valuePrefix")
            test: Value = (
                {"string_match": {"prefix": prefix}} if prefix is not None else {"present_match": True}
            )
            yield written(one, {"name": one.get("name"), **test})  # type: ignore[dict-item]


def _denied(item: Item) -> Iterator[Value]:
    listed = item.at("denyRedirect", "headers")
    kinds = {"Prefix": "prefix", "Suffix": "suffix"}
    for one in listed.items() if listed is not None else ():
        kind, value = one.text_at("type"), one.get("value")
        test: Value = {kinds.get(kind, "exact"): value}
        if kind == "RegularExpression":
            test = {"safe_regex": {"regex": value}}
        yield written(one, {"name": one.get("name"), "string_match": test})


def _cookies(item: Item) -> Item | None:
    """Without a word about it they are Strict, and how far that carries nobody has tried here."""
    said = item.at("cookieConfig", "sameSite")
    if said is None:
        return None
    each: Value = {"same_site": written(said, said.text.upper())}
    return written(said, {f"{name}_cookie_config": each for name in COOKIES})
