"""What of an object is not read, so that nobody knows what becomes of a request: told rather than guessed."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.gateway_api.objects import Thing, holes
from authlint.readers.yaml.tree import Item

# What is understood of a SecurityPolicy, by where it stands.
KNOWN = {
    "": (
        "targetRef",
        "targetRefs",
        "targetSelectors",
        "mergeType",
        "cors",
        "jwt",
        "basicAuth",
        "apiKeyAuth",
        "extAuth",
        "oidc",
        "authorization",
    ),
    "oidc": (
        *(
            "provider",
            "clientID",
            "clientIDRef",
            "clientSecret",
            "cookieNames",
            "cookieConfig",
            "cookieDomain",
        ),
        *("scopes", "resources", "redirectURL", "logoutPath", "denyRedirect", "forwardAccessToken"),
        *(
            "defaultTokenTTL",
            "refreshToken",
            "defaultRefreshTokenTTL",
            "passThroughAuthHeader",
            "csrfTokenTTL",
        ),
        *("disableTokenEncryption",),
    ),
    "authorization": ("rules", "defaultAction"),
    "jwt": ("providers", "optional"),
    "basicAuth": ("users", "forwardUsernameHeader"),
    "apiKeyAuth": ("credentialRefs", "extractFrom", "forwardClientIDHeader", "sanitize"),
    "extAuth": (
        *("grpc", "http", "headersToExtAuth", "failOpen", "bodyToExtAuth", "recomputeRoute"),
        *("timeout", "contextExtensions", "includeRouteMetadata"),
    ),
    "http": ("backendRef", "backendRefs", "path", "headersToBackend", "backendSettings"),
    "cors": ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge", "allowCredentials"),
    "providers": (
        *("name", "issuer", "audiences", "remoteJWKS", "localJWKS", "claimToHeaders", "recomputeRoute"),
        *("extractFrom",),
    ),
}


def of_policy(policy: Thing) -> tuple[str, Item] | None:
    """Why nobody knows what a policy asks for, and where that stands."""
    spec = policy.spec()
    if policy.doubt or spec is None:
        return policy.doubt or f"what the SecurityPolicy {policy.name} asks for", policy.item
    if spec.get("mergeType") is not None:
        return "what two SecurityPolicies make together", spec.get("mergeType") or spec
    providers = spec.at("jwt", "providers")
    if spec.get("jwt") is not None and (providers is None or not providers.items()):
        return "whose tokens are taken", spec.get("jwt") or spec
    for one in _unknown(spec):
        return f"what {one.name} does", one
    for one in holes(spec):
        return "what a template writes here", one
    return None


def _unknown(spec: Item) -> Iterator[Item]:
    yield from (one for one in spec.entries() if one.name not in KNOWN[""])
    for name in ("jwt", "basicAuth", "apiKeyAuth", "extAuth", "cors", "oidc", "authorization"):
        yield from _besides(spec.get(name), name)
    yield from _besides(spec.at("extAuth", "http"), "http")
    listed = spec.at("jwt", "providers")
    for one in listed.items() if listed is not None else ():
        yield from _besides(one, "providers")


def _besides(item: Item | None, name: str) -> Iterator[Item]:
    if item is not None:
        yield from (one for one in item.entries() if one.name not in KNOWN[name])
