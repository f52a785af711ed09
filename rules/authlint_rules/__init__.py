"""The built-in rules, in the order in which they are listed."""

from __future__ import annotations

from authlint.rule import Rule
from authlint_rules import (
    auth_endpoint_behind_auth,
    auth_fails_open,
    auth_not_enforced,
    auth_reference_dangling,
    auth_service_blind,
    auth_unsatisfiable,
    authorization_dropped,
    authorization_not_allowed,
    competing_authorization,
    cors_missing_on_unauthorized,
    cors_policy_inert,
    inherited_headers_lost,
    object_rejected,
    preflight_behind_auth,
    public_path_protected,
    rewrite_enters_protection,
    rewrite_leaves_protection,
    setting_ignored,
    throttled_as_unauthorized,
    token_location_mismatch,
    token_logged,
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
    auth_fails_open.RULE,
    public_path_protected.RULE,
    auth_endpoint_behind_auth.RULE,
    auth_service_blind.RULE,
    competing_authorization.RULE,
    auth_unsatisfiable.RULE,
    cors_policy_inert.RULE,
    auth_reference_dangling.RULE,
    token_location_mismatch.RULE,
    setting_ignored.RULE,
    object_rejected.RULE,
    token_logged.RULE,
    throttled_as_unauthorized.RULE,
)
