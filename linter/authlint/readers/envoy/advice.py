"""What a person changes in an Envoy configuration, by the rule that found the mistake."""

from __future__ import annotations

ADVICE = {
    "preflight-behind-auth": "put envoy.filters.http.cors in front of the filter that asks, with a CorsPolicy on the "
    "virtual host; or let OPTIONS pass there (jwt_authn: bypass_cors_preflight: true)",
    "preflight-unanswered": "let a route that leads to a cluster take OPTIONS too, with the CorsPolicy in force there: "
    "envoy.filters.http.cors then answers; it is passed over on redirect and direct_response routes",
    "credentials-not-allowed": "add allow_credentials: true to the CorsPolicy",
    "method-not-allowed": "name the method in allow_methods of the CorsPolicy",
    "duplicate-allow-origin": "let envoy.filters.http.cors send it, with a list of origins; or overwrite instead of "
    "appending: append_action: OVERWRITE_IF_EXISTS_OR_ADD",
    "authorization-malformed": "overwrite it (append_action: OVERWRITE_IF_EXISTS_OR_ADD), and only on routes where the "
    "value is there; ADD_IF_ABSENT keeps what the client sent",
    "authorization-malformed:two": "say which one counts: append_action: OVERWRITE_IF_EXISTS_OR_ADD, or ADD_IF_ABSENT",
    "header-name-dropped": "headers_with_underscores_action: ALLOW on the connection manager, or a name with dashes",
    "auth-response-header-dropped:cookie": "name set-cookie in allowed_client_headers_on_success too",
    "auth-response-header-dropped:header": "remove the client's own before the check, with "
    "early_header_mutation_extensions, not on the route, which runs behind it",
    "cors-missing-on-unauthorized": "put envoy.filters.http.cors in front of the filter that answers 401",
    "authorization-not-allowed": "add the header to allow_headers of the CorsPolicy",
    "wildcard-origin-with-credentials": "name the origins in allow_origin_string_match, or take allow_credentials "
    "away if no cookies are needed",
    "credentials-over-plaintext": "let the plain listener only redirect, and have no filter that asks: require_tls and "
    "https_redirect come behind the filters",
    "authorization-dropped": "let it go on: forward: true on the provider that takes the token, or no "
    "request_headers_to_remove for authorization",
    "rewrite-leaves-protection": "ask for credentials on this route too: filters see the path before it is rewritten",
    "redirect-loses-credentials": "serve the API under the name and port that its clients use, without a redirect",
    "challenge-missing": "let the challenge go out: no strip_failure_response, no removal of www-authenticate; with a "
    "direct_response send it by response_headers_to_add",
    "unauthorized-masked": "let programs have the 401: deny_redirect_matcher for oauth2, no status_code in "
    "the mapper of local_reply_config",
    "throttled-as-unauthorized": "leave status away, or write status: {code: TooManyRequests}",
    "identity-header-spoofable": "remove the header on this route, or before the checks: request_headers_to_remove, or "
    "a header_mutation in front",
    "denied-as-forbidden": "let a filter that answers 401 stand in front (jwt_authn, basic_auth)",
    "protected-route-shadowed": "put the route or the rule for the longer path first",
    "protection-gap": "strip the port (strip_any_host_port: true) and normalise paths (normalize_path), or "
    "let what answers here lead nowhere",
}
