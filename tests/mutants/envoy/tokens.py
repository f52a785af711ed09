"""What people do to tokens, their keys and what stands around them, in Envoy."""

from __future__ import annotations

import re

from tests.mutants.envoy.planting import Planting
from tests.mutants.envoy.words import ACCOUNTS, JWT, LOGIN, SERVICE, both, quiet, right, swapped, wrong

PLAIN = quiet(JWT)
OFF = """typed_per_filter_config:
  envoy.filters.http.jwt_authn:
    "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig
    disabled: true
"""
TLS = re.compile(r"transport|typed_config|@type|sni:")

PLANTINGS = (
    Planting(
        "jwks-unusable",
        "discovery document",
        filters=swapped(JWT, "example.com/keys", "example.com/.well-known/openid-configuration"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "jwks-unusable",
        "cluster without TLS",
        filters=both(JWT.replace("cluster: accounts", "cluster: accounts #!")),
        clusters="".join(
            f"{'-' if TLS.search(line) else ' '} {line}\n" for line in ACCOUNTS.rstrip("\n").split("\n")
        ),
    ),
    Planting(
        "jwt-issuer-mismatch",
        "slash at the end of a realm",
        filters=swapped(
            JWT.replace(
                "accounts.example.com/keys", "accounts.example.com/realms/staff/protocol/openid-connect/certs"
            ).replace(
                "issuer: https://accounts.example.com/", "issuer: https://accounts.example.com/realms/staff"
            ),
            "issuer: https://accounts.example.com/realms/staff",
            "issuer: https://accounts.example.com/realms/shop",
        ),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "jwt-clock-skew",
        "an hour",
        filters=swapped(
            JWT.replace("        forward", "        clock_skew_seconds: 60\n        forward"),
            "clock_skew_seconds: 60",
            "clock_skew_seconds: 3600",
        ),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "challenge-misleading",
        "said on every answer",
        filters=both(PLAIN),
        clusters=both(ACCOUNTS),
        route=wrong("response_headers_to_add:\n- header: {key: WWW-Authenticate, value: Bearer} #!\n"),
    ),
    Planting(
        "auth-subrequest-broken",
        "path of the service in its address",
        filters=swapped(
            SERVICE,
            '      server_uri: {uri: "http://login.example.com:9091", cluster: login, timeout: 1s}',
            '      server_uri: {uri: "http://login.example.com:9091/verify", cluster: login, timeout: 1s}',
        ).replace("        path_prefix: /verify", "-       path_prefix: /verify"),
        clusters=both(LOGIN),
    ),
    Planting(
        "auth-response-header-dropped",
        "removed behind the check",
        filters=both(SERVICE)
        + both(
            "      authorization_response:\n        allowed_upstream_headers: {patterns: [{exact: x-user}]} #!\n"
        ),
        clusters=both(LOGIN),
        route=wrong("request_headers_to_remove: [x-user] #!\n"),
    ),
    Planting(
        "protected-route-shadowed",
        "rules in the wrong order",
        filters=both(PLAIN.split("    rules:")[0] + "    rules:\n")
        + wrong("    - match: {prefix: /} #!\n")
        + both("    - match: {prefix: /admin/} #!\n      requires: {provider_name: accounts} #!\n")
        + right("    - match: {prefix: /}\n"),
        clusters=both(ACCOUNTS),
        routes=both("- match: {prefix: /admin/}\n  route: {cluster: @cluster@}\n"),
        also=("auth-not-enforced",),
    ),
    Planting(
        "protected-route-shadowed",
        "routes in the wrong order",
        filters=both(PLAIN),
        clusters=both(ACCOUNTS),
        routes=wrong(
            '- match: {prefix: "@prefix@"} #!\n  route: {cluster: @cluster@}\n'
            + "".join(f"  {line}\n" for line in OFF.strip().split("\n"))
        )
        + both("- match: {prefix: /admin/} #!\n  route: {cluster: @cluster@}\n"),
        root=True,
    ),
    Planting(
        "protected-route-overreaches",
        "exemption without a slash",
        filters=both(PLAIN.split("    rules:")[0] + "    rules:\n")
        + wrong("    - match: {prefix: /api} #!\n")
        + right("    - match: {prefix: /api/}\n")
        + both("    - match: {prefix: /api-private} #!\n      requires: {provider_name: accounts} #!\n"),
        clusters=both(ACCOUNTS),
        also=("protected-route-shadowed",),
        root=True,
    ),
)
