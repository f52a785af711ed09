"""What people do to authentication and CORS in Envoy."""

from __future__ import annotations

from tests.mutants.envoy.planting import Planting
from tests.mutants.envoy.words import (
    ACCOUNTS,
    BASIC,
    CORS,
    JWT,
    KEY,
    LIMIT,
    LOGIN,
    POLICY,
    REMOVAL,
    SERVICE,
    TYPE,
    both,
    lacking,
    quiet,
    right,
    swapped,
    wrong,
)

CREDENTIALS = POLICY + "    allow_credentials: true\n"


def policy(old: str, new: str) -> str:
    return swapped(POLICY, old, new)


def jwt(old: str, new: str) -> str:
    return swapped(JWT, old, new)


CROSS_ORIGIN = (
    *(
        Planting(
            "preflight-behind-auth",
            f"CORS behind {name}",
            filters=right(CORS) + both(check) + wrong(CORS),
            host=both(POLICY),
            clusters=both(clusters),
        )
        for name, check, clusters in (
            ("tokens", JWT, ACCOUNTS),
            ("a password", BASIC, ""),
            ("a service", SERVICE, LOGIN),
        )
    ),
    Planting(
        "preflight-behind-auth",
        "CORS behind keys",
        filters=right(CORS) + both(KEY) + wrong(CORS),
        host=both(POLICY.replace("authorization", "x-api-key")),
    ),
    Planting(
        "cors-missing-on-unauthorized",
        "preflights let by, CORS behind tokens",
        filters=right(CORS)
        + both(JWT.replace("    providers", "    bypass_cors_preflight: true\n    providers"))
        + wrong(CORS),
        host=both(POLICY.replace(".cors:", ".cors: #!")),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "cors-policy-inert", "no filter", filters=right(CORS), host=both(POLICY.replace("cors:", "cors: #!"))
    ),
    Planting(
        "cors-policy-inert",
        "no filter, tokens asked for",
        filters=right(CORS) + both(JWT),
        host=both(POLICY.replace("cors:", "cors: #!")),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "cors-policy-inert",
        "filter without a policy",
        filters=both(CORS.replace("cors\n", "cors #!\n", 1)) + both(JWT),
        host=right(POLICY),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "cors-policy-inert",
        "origin with a slash",
        filters=both(CORS),
        host=policy("example.com", "example.com/"),
    ),
    Planting(
        "cors-policy-inert",
        "origin without a scheme",
        filters=both(CORS),
        host=policy("https://app", "app"),
    ),
    Planting(
        "cors-policy-inert",
        "other name of the filter",
        filters=both(CORS.replace("http.cors\n", "http.cors #!\n", 1)),
        host=policy("  envoy.filters.http.cors", "  cors"),
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "any pattern",
        filters=both(CORS),
        host=swapped(CREDENTIALS, "exact: https://app.example.com", 'safe_regex: {regex: ".*"}'),
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "star",
        filters=both(CORS),
        host=swapped(CREDENTIALS, "exact: https://app.example.com", 'exact: "*"'),
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "empty prefix",
        filters=both(CORS),
        host=swapped(CREDENTIALS, "exact: https://app.example.com", "prefix: https://"),
        also=("origin-check-loose",),
    ),
    Planting(
        "credentials-not-allowed",
        "key in a cookie",
        filters=both(CORS) + both(KEY.replace("header: X-Api-Key", "cookie: session")),
        host=lacking(
            CREDENTIALS.replace("authorization, ", "").replace(".cors:", ".cors: #!"), "credentials"
        ),
    ),
    Planting(
        "authorization-not-allowed",
        "header forgotten",
        filters=both(CORS) + both(JWT),
        host=policy("authorization, content-type", "content-type"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "authorization-not-allowed",
        "key's header forgotten",
        filters=both(CORS) + both(KEY),
        host=swapped(POLICY.replace("authorization", "x-api-key"), "x-api-key, content-type", "content-type"),
    ),
    Planting(
        "authorization-not-allowed",
        "no list at all",
        filters=both(CORS) + both(BASIC),
        host=lacking(POLICY.replace(".cors:", ".cors: #!"), "allow_headers"),
    ),
    Planting(
        "method-not-allowed",
        "a route of its own",
        filters=both(CORS),
        host=policy("GET, POST, DELETE", "GET, POST"),
        routes=both(
            '- match:\n    prefix: "@prefix@"\n    headers:\n    - name: ":method"\n'
            "      string_match: {exact: DELETE}\n  route: {cluster: @cluster@}\n"
        ),
    ),
    Planting(
        "duplicate-allow-origin",
        "two levels",
        host=both(
            "response_headers_to_add:\n- header: {key: access-control-allow-origin, value: "
            '"https://app.example.com"} #!\n'
        ),
        route=wrong(
            "response_headers_to_add:\n- header: {key: access-control-allow-origin, value: "
            '"https://admin.example.com"} #!\n'
        ),
    ),
    *(
        Planting(
            "origin-check-loose", name, filters=both(CORS), host=policy("exact: https://app.example.com", new)
        )
        for name, new in (
            ("prefix", "prefix: https://app.example"),
            ("suffix", "suffix: example.com"),
            ("contains", "contains: app.example.com"),
            ("dots", 'safe_regex: {regex: "https://app.example.com"}'),
            ("tail", 'safe_regex: {regex: "https://app\\\\.example\\\\.com.*"}'),
        )
    ),
    Planting(
        "challenge-not-exposed",
        "not exposed",
        filters=both(CORS) + both(JWT),
        host=lacking(
            POLICY.replace(".cors:", ".cors: #!") + "    expose_headers: www-authenticate\n", "expose_headers"
        ),
        clusters=both(ACCOUNTS),
        pedantic=True,
    ),
    Planting(
        "preflight-unanswered",
        "route of some methods",
        filters=both(JWT.replace("    providers", "    bypass_cors_preflight: true\n    providers")),
        clusters=both(ACCOUNTS),
        routes=right('- match: {prefix: "@prefix@"}\n  route: {cluster: @cluster@}\n')
        + wrong(
            '- match:\n    prefix: "@prefix@"\n    headers:\n    - name: ":method"\n'
            "      string_match: {exact: OPTIONS}\n  direct_response: {status: 405} #!\n"
        ),
        host=both(
            "response_headers_to_add:\n- header: {key: access-control-allow-origin, value: "
            '"https://app.example.com"}\n- header: {key: access-control-allow-headers, value: authorization}\n'
        ),
    ),
)

CHECKS = (
    Planting(
        "auth-fails-open",
        "service",
        filters=lacking(
            quiet(SERVICE).replace("    http_service", "    failure_mode_allow: false\n    http_service"),
            "failure",
        )
        .replace("    http_service", "    http_service", 1)
        .replace(
            "-     failure_mode_allow: false",
            "-     failure_mode_allow: false\n+     failure_mode_allow: true #!",
        ),
        clusters=both(LOGIN),
    ),
    Planting(
        "auth-fails-open",
        "tokens",
        filters=swapped(
            JWT.replace("        forward: true\n", ""),
            "requires: {provider_name: accounts}",
            "requires: {requires_any: {requirements: [{provider_name: accounts}, {allow_missing_or_failed: {}}]}}",
        ),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "auth-not-enforced",
        "rule that requires nothing",
        filters=lacking(
            JWT.replace("match:", "match: #!").replace("match: #! {prefix: /}", "match: {prefix: /} #!"),
            "requires",
        ),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "auth-not-enforced",
        "no rules",
        filters=lacking(JWT, "rules:", "match:", "requires:"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "auth-not-enforced",
        "path without a slash",
        filters=jwt("match: {prefix: /}", "match: {prefix: admin/}"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "auth-reference-dangling",
        "keys of another cluster",
        filters=jwt("cluster: accounts", "cluster: account-keys"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "auth-reference-dangling",
        "service of another cluster",
        filters=swapped(SERVICE, "cluster: login", "cluster: sign-in"),
        clusters=both(LOGIN),
        refused=True,
    ),
    Planting(
        "auth-service-blind",
        "cookie is not sent",
        filters=both(SERVICE)
        + both(
            "      authorization_response:\n        allowed_client_headers: {patterns: [{exact: set-cookie}]}\n"
        )
        + right("      authorization_request:\n        allowed_headers: {patterns: [{exact: cookie}]}\n"),
        clusters=both(LOGIN),
    ),
    Planting(
        "auth-service-blind",
        "token is kept from it",
        filters=both(SERVICE) + wrong("    disallowed_headers: {patterns: [{exact: authorization}]} #!\n"),
        clusters=both(LOGIN),
    ),
    Planting(
        "auth-unsatisfiable",
        "token removed before",
        filters=wrong(REMOVAL) + both(JWT),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "auth-unsatisfiable",
        "no keys",
        filters=lacking(KEY, "client:"),
    ),
    Planting(
        "auth-unsatisfiable",
        "roles before the token",
        filters=wrong(
            f"""- name: envoy.filters.http.rbac #!
  typed_config:
    {TYPE}rbac.v3.RBAC
    rules:
      policies:
        staff:
          permissions: [{{any: true}}]
          principals:
          - metadata:
              filter: envoy.filters.http.jwt_authn
              path: [{{key: claims}}, {{key: role}}]
              value: {{string_match: {{exact: staff}}}}
"""
        )
        + both(JWT.replace("        forward", "        payload_in_metadata: claims\n        forward")),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "competing-authorization",
        "password before tokens",
        filters=wrong(BASIC) + both(JWT),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "competing-authorization",
        "password behind tokens",
        filters=both(JWT) + wrong(BASIC),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "token-location-mismatch",
        "no prefix",
        filters=both(JWT.replace("        forward", "@        forward")).replace(
            "  @        forward",
            '          from_headers: #!\n          - name: Authorization #!\n-           value_prefix: "Bearer "\n'
            "          forward",
        ),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "token-location-mismatch",
        "another prefix",
        filters=both(JWT.replace("        forward", "@        forward")).replace(
            "  @        forward",
            '          from_headers: #!\n          - name: Authorization #!\n-           value_prefix: "Bearer "\n'
            '+           value_prefix: "bearer " #!\n          forward',
        ),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "authorization-dropped",
        "removed, and a page may send it",
        filters=both(CORS),
        host=both(POLICY),
        route=wrong("request_headers_to_remove: [authorization] #!\n"),
    ),
    Planting(
        "authorization-dropped",
        "removed by a filter",
        filters=wrong(REMOVAL) + both(CORS),
        host=both(POLICY),
    ),
    Planting(
        "authorization-malformed",
        "from a header that may be missing",
        route=swapped(
            'request_headers_to_add:\n- header: {key: authorization, value: "Bearer TOKEN"}\n'
            "  append_action: OVERWRITE_IF_EXISTS_OR_ADD\n",
            "Bearer TOKEN",
            "Bearer %REQ(x-token)%",
        ),
    ),
    Planting(
        "authorization-malformed",
        "appended",
        route=both('request_headers_to_add:\n- header: {key: authorization, value: "Bearer TOKEN"} #!\n')
        + "-   append_action: OVERWRITE_IF_EXISTS_OR_ADD\n+   append_action: APPEND_IF_EXISTS_OR_ADD #!\n",
    ),
    Planting(
        "header-name-dropped",
        "underscore",
        filters=both(CORS),
        host=both(POLICY.replace("authorization, content-type", "content-type, x_auth_token #!")),
        manager=wrong("common_http_protocol_options: {headers_with_underscores_action: DROP_HEADER}\n"),
    ),
    Planting(
        "auth-unsatisfiable",
        "key with an underscore",
        filters=both(KEY.replace("header: X-Api-Key", "header: x_api_key #!")),
        manager=wrong("common_http_protocol_options: {headers_with_underscores_action: DROP_HEADER}\n"),
        also=("header-name-dropped",),
    ),
)

ANSWERS = (
    Planting(
        "throttled-as-unauthorized",
        "status",
        filters=both(LIMIT) + wrong("    status: {code: Unauthorized} #!\n"),
    ),
    Planting(
        "throttled-as-unauthorized",
        "behind tokens",
        filters=both(quiet(JWT)) + both(LIMIT) + wrong("    status: {code: Forbidden} #!\n"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "token-logged",
        "header",
        filters=both(quiet(JWT)),
        clusters=both(ACCOUNTS),
        manager=swapped(
            "access_log:\n- name: envoy.access_loggers.file\n  typed_config:\n"
            '    "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog\n'
            "    path: /var/log/envoy/access.log\n    log_format:\n      text_format_source:\n"
            '        inline_string: "%REQ(:METHOD)% %RESPONSE_CODE% %REQ(X-REQUEST-ID)%\\n"\n',
            "%REQ(X-REQUEST-ID)%",
            "%REQ(AUTHORIZATION)%",
        ),
    ),
    Planting(
        "redirect-loses-credentials",
        "another host",
        filters=both(quiet(JWT)),
        clusters=both(ACCOUNTS),
        routes=wrong('- match: {prefix: "@prefix@"}\n  redirect: {host_redirect: moved.example.net} #!\n'),
    ),
    Planting(
        "challenge-missing",
        "stripped",
        filters=both(JWT) + wrong("    strip_failure_response: true #!\n"),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "challenge-missing",
        "removed",
        filters=wrong(
            REMOVAL.replace("request_mutations", "response_mutations").replace(
                "authorization", "www-authenticate"
            )
        )
        + both(quiet(JWT)),
        clusters=both(ACCOUNTS),
    ),
    Planting(
        "unauthorized-masked",
        "local reply",
        filters=both(quiet(JWT)),
        clusters=both(ACCOUNTS),
        manager=wrong(
            "local_reply_config:\n  mappers:\n  - filter:\n      status_code_filter:\n"
            "        comparison: {op: EQ, value: {default_value: 401, runtime_key: masked}}\n"
            "    status_code: 200 #!\n"
        ),
    ),
    Planting(
        "public-path-protected",
        "certificates",
        filters=lacking(
            JWT.replace(
                "    - match: {prefix: /}",
                "    - match: {prefix: /.well-known/acme-challenge/}\n    - match: {prefix: /} #!",
            ).replace("accounts}\n", "accounts} #!\n"),
            "acme",
        ),
        clusters=both(ACCOUNTS),
        routes=both("- match: {prefix: /.well-known/acme-challenge/} #!\n  route: {cluster: @cluster@}\n"),
    ),
    Planting(
        "rewrite-leaves-protection",
        "into what is protected",
        filters=both(quiet(JWT).replace("{prefix: /}", "{prefix: /admin/}")),
        clusters=both(ACCOUNTS),
        routes=both("- match: {prefix: /tools/}\n")
        + right("  route: {cluster: @cluster@}\n")
        + wrong("  route: {cluster: @cluster@, prefix_rewrite: /admin/} #!\n")
        + both("- match: {prefix: /admin/}\n  route: {cluster: @cluster@}\n"),
    ),
    Planting(
        "rewrite-leaves-protection",
        "into what is protected, by a pattern",
        filters=both(quiet(JWT).replace("{prefix: /}", "{prefix: /admin/}")),
        clusters=both(ACCOUNTS),
        routes=both("- match: {prefix: /v1/}\n  route:\n    cluster: @cluster@\n")
        + wrong(
            "    regex_rewrite: #!\n      pattern: {regex: '^/v1/(.*)$'}\n      substitution: '/admin/\\1'\n"
        )
        + both("- match: {prefix: /admin/}\n  route: {cluster: @cluster@}\n"),
    ),
)

PLANTINGS = (*CROSS_ORIGIN, *CHECKS, *ANSWERS)
