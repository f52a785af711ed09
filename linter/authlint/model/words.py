"""Names that tell what stands behind them: an object store, a login service, a public site."""

from __future__ import annotations

from authlint.expression import expression

STORES = frozenset(("minio", "s3", "ceph", "radosgw", "garage", "seaweedfs"))
# They answer with URLs of their own: issuers, realms, redirects.
LOGINS = frozenset(
    ("keycloak", "authelia", "authentik", "dex", "hydra", "zitadel", "vouch", "casdoor", "oauth2")
)
SIGNING_IN = LOGINS | {"login", "signin", "oauth", "oidc", "saml", "sso", "auth", "realms", "accounts", "idp"}
# Words by which a service is known to judge tokens.
TOKENS = frozenset(("jwt", "jwts", "bearer", "token", "tokens", "introspect", "introspection"))
INSIDE = frozenset(
    ("internal", "local", "svc", "lan", "home", "corp", "consul", "localdomain", "localhost", "cluster")
)
APART = expression(r"[^a-z0-9]+")


def words_in(name: str) -> list[str]:
    return APART.split(name.lower())


def telling(name: str) -> str:
    """What a name says besides being one: its telling words, and whether the whole internet knows it."""
    said = sorted((STORES | SIGNING_IN | TOKENS).intersection(words_in(name)))
    return " ".join([*said, "public"] if is_public(name) else said)


def is_public(name: str) -> bool:
    """Whether a host name is one of the whole internet: no address, no group of servers, nothing inside."""
    labels = name.partition(":")[0].lower().split(".")
    return len(labels) > 2 and not labels[-1].isdigit() and INSIDE.isdisjoint(labels)
