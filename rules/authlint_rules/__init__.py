"""The built-in rules, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authlint.rule import Rule

# A rule is the RULE of the file that has its name, with underscores.
IDS = (
    "authorization-dropped",
    "authorization-malformed",
    "header-name-dropped",
    "forwarded-headers-wrong",
    "inherited-headers-lost",
    "preflight-behind-auth",
    "preflight-unanswered",
    "wildcard-origin-with-credentials",
    "credentials-not-allowed",
    "authorization-not-allowed",
    "method-not-allowed",
    "duplicate-allow-origin",
    "origin-check-loose",
    "challenge-not-exposed",
    "cors-missing-on-unauthorized",
    "rewrite-leaves-protection",
    "rewrite-enters-protection",
    "auth-not-enforced",
    "password-file-unusable",
    "credentials-over-plaintext",
    "auth-fails-open",
    "unauthorized-cached",
    "public-path-protected",
    "auth-endpoint-behind-auth",
    "oauth-callback-unreachable",
    "oauth-scope-missing",
    "auth-service-blind",
    "auth-response-header-dropped",
    "competing-authorization",
    "auth-unsatisfiable",
    "cors-policy-inert",
    "auth-reference-dangling",
    "token-location-mismatch",
    "jwks-unusable",
    "jwt-issuer-mismatch",
    "id-token-forwarded",
    "jwt-clock-skew",
    "token-too-large",
    "cookie-unsendable",
    "setting-ignored",
    "object-rejected",
    "token-logged",
    "challenge-missing",
    "unauthorized-masked",
    "redirect-loses-credentials",
    "auth-subrequest-broken",
    "challenge-misleading",
    "throttled-as-unauthorized",
    "protected-route-overreaches",
    "protected-route-shadowed",
    "protection-gap",
    "identity-header-spoofable",
    "denied-as-forbidden",
    "policy-overridden",
)


def loaded() -> Iterator[Rule]:
    """Every rule. Each is loaded when it is come to, with all that it stands on."""
    for one in IDS:
        yield import_module(f"{__name__}.{one.replace('-', '_')}").RULE
