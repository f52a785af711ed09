"""How issuers of tokens spell their names; no rule itself."""

from __future__ import annotations

from authlint.expression import expression

# Hosts, what follows, and whether a slash stands at the end: from the services' own documentation
# (auth0.com/docs/secure/tokens/id-tokens/id-token-structure, keycloak.org/securing-apps/oidc-layers,
# developers.google.com/identity/openid-connect, learn.microsoft.com/entra/identity-platform/id-token-claims-reference,
# docs.aws.amazon.com/cognito ... amazon-cognito-user-pools-using-tokens-verifying-a-jwt).
KNOWN = (
    (expression(r"https://[\w-]+(?:\.\w+)?\.auth0\.com/?"), True),
    (expression(r"https://sts\.windows\.net/[\w-]+/?"), True),
    (expression(r"https://accounts\.google\.com/?"), False),
    (expression(r"https://login\.microsoftonline\.com/[\w.-]+/v2\.0/?"), False),
    (expression(r"https://cognito-idp\.[\w-]+\.amazonaws\.com/\w+/?"), False),
    (expression(r"https://[^/]+(?:/auth)?/realms/[^/]+/?"), False),
)
# Where each of them keeps its keys, beside the document that tells it (the same sources).
DISCOVERY = "/.well-known/openid-configuration"
KEPT = (
    (expression(r"https://[\w-]+(?:\.\w+)?\.auth0\.com"), "/.well-known/jwks.json"),
    (expression(r"https://cognito-idp\.[\w-]+\.amazonaws\.com/\w+"), "/.well-known/jwks.json"),
    (expression(r"https?://[^/]+(?:/auth)?/realms/[^/]+"), "/protocol/openid-connect/certs"),
)
REALM = expression(r"https?://([^/]+)(?:/auth)?/realms/([^/]+)(?:/|$)")


def issuer_as_written_by(issuer: str) -> str | None:
    """The issuer as the service itself writes it; None for a service that is not known."""
    for pattern, slash in KNOWN:
        if pattern.fullmatch(issuer):
            return issuer.rstrip("/") + ("/" if slash else "")
    return None


def keys_of(document: str) -> str:
    """The key set of the service whose discovery document this is; empty for a service that is not known."""
    issuer = document.removesuffix(DISCOVERY)
    return next(
        (issuer + path for pattern, path in KEPT if issuer != document and pattern.fullmatch(issuer)), ""
    )


def same_but_for_spelling(issuer: str) -> str:
    """What stays of an issuer without the differences that are slips: case, scheme, the slash at the end."""
    return issuer.lower().removeprefix("https://").removeprefix("http://").rstrip("/")


def realm_of(url: str) -> tuple[str, str] | None:
    """Host and realm of a URL that names one."""
    found = REALM.match(url)
    return None if found is None else (found[1].lower(), found[2])
