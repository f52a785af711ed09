"""What people do to logins, cookies and names of users in Envoy."""

from __future__ import annotations

from tests.mutants.envoy.planting import Planting
from tests.mutants.envoy.words import ACCOUNTS, JWT, LOGIN, SERVICE, TYPE, both, quiet, right, swapped, wrong

KEPT = "sds_config: {path_config_source: {path: /etc/envoy/secrets.yaml}}"
OAUTH = f"""- name: envoy.filters.http.oauth2
  typed_config:
    {TYPE}oauth2.v3.OAuth2
    config:
      authorization_endpoint: https://accounts.example.com/authorize
      token_endpoint: {{uri: "https://accounts.example.com/token", cluster: accounts, timeout: 3s}}
      redirect_uri: "https://%REQ(:authority)%/callback"
      redirect_path_matcher: {{path: {{exact: /callback}}}}
      signout_path: {{path: {{exact: /signout}}}}
      auth_scopes: [openid, email]
      credentials:
        client_id: shop
        token_secret: {{name: client-secret, {KEPT}}}
        hmac_secret: {{name: cookie-key, {KEPT}}}
"""
FROM_COOKIE = (
    quiet(JWT)
    .replace("        forward: true\n", "        from_cookies: [IdToken]\n")
    .replace("audiences: [orders]", "audiences: [shop]")
)
COOKIE = 'response_headers_to_add:\n- header: {key: set-cookie, value: "visit=1; Path=/; SameSite=None'
NAMED = quiet(SERVICE) + (
    "      authorization_response:\n        allowed_upstream_headers: {patterns: [{exact: x-user}]}\n"
)
OPEN = f"""- match: {{prefix: /for-everybody/}}
  route: {{cluster: @cluster@}} #!
  typed_per_filter_config:
    envoy.filters.http.ext_authz:
      {TYPE}ext_authz.v3.ExtAuthzPerRoute
      disabled: true
"""

PLANTINGS = (
    Planting(
        "oauth-callback-unreachable",
        "another path is registered",
        filters=swapped(OAUTH, "%/callback", "%/oauth2/callback"),
        clusters=both(ACCOUNTS),
        root=True,
    ),
    Planting(
        "oauth-callback-unreachable",
        "another path is looked for",
        filters=swapped(OAUTH, "exact: /callback", "exact: /login/callback"),
        clusters=both(ACCOUNTS),
        root=True,
    ),
    Planting(
        "oauth-scope-missing",
        "no openid",
        filters=swapped(OAUTH, "[openid, email]", "[profile, email]") + both(FROM_COOKIE),
        clusters=both(ACCOUNTS),
        root=True,
    ),
    Planting(
        "cookie-unsendable",
        "SameSite=None without Secure",
        route=right(COOKIE + '; Secure"}\n') + wrong(COOKIE + '"} #!\n'),
    ),
    Planting(
        "cookie-unsendable",
        "Strict for what comes back from the issuer",
        filters=swapped(
            OAUTH.replace("accounts.example.com/authorize", "accounts.issuer.example/authorize").replace(
                "      credentials:",
                "      cookie_configs: {oauth_nonce_cookie_config: {same_site: LAX}}\n      credentials:",
            ),
            "same_site: LAX",
            "same_site: STRICT",
        ),
        clusters=both(ACCOUNTS),
        root=True,
    ),
    Planting(
        "identity-header-spoofable",
        "not removed on the part for everybody",
        filters=both(NAMED),
        routes=both(OPEN.rstrip("\n")) + right("  request_headers_to_remove: [x-user]\n"),
        clusters=both(LOGIN),
        root=True,
    ),
)
