"""The built-in rules, in the order in which they are listed."""

from __future__ import annotations

from authlint.rule import Rule
from authlint_rules import (
    auth_endpoint_behind_auth,
    auth_not_enforced,
    auth_service_blind,
    auth_unsatisfiable,
    authorization_dropped,
    authorization_not_allowed,
    competing_authorization,
    cors_missing_on_unauthorized,
    inherited_headers_lost,
    preflight_behind_auth,
    public_path_protected,
    rewrite_enters_protection,
    rewrite_leaves_protection,
    wildcard_origin_with_credentials,
)

RULES: tuple[Rule, ...] = (
    authorization_dropped.RULE,
    inherited_headers_lost.RULE,
    preflight_behind_auth.RULE,
    wildcard_origin_with_credentials.RULE,
    authorization_not_allowed.RULE,
    cors_missing_on_unauthorized.RULE,
    rewrite_leaves_protection.RULE,
    rewrite_enters_protection.RULE,
    auth_not_enforced.RULE,
    public_path_protected.RULE,
    auth_endpoint_behind_auth.RULE,
    auth_service_blind.RULE,
    competing_authorization.RULE,
    auth_unsatisfiable.RULE,
)
