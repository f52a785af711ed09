"""What a person changes in Istio's objects, by the rule that found the mistake.

An empty text: these objects have no word for it.
"""

from __future__ import annotations

ADVICE = {
    "preflight-behind-auth": "let preflights pass here, for a corsPolicy of the route to answer: an ALLOW policy gets "
    "one more rule, - to: [{operation: {methods: [OPTIONS]}}]; a DENY or CUSTOM policy notMethods: "
    "[OPTIONS]; what an EnvoyFilter puts in goes before envoy.filters.http.router",
    "preflight-unanswered": "let a route with a destination take OPTIONS too, with this corsPolicy: no method under "
    "its match nor headers that a page adds, or one more match for OPTIONS; a redirect and a directResponse answer no "
    "preflight",
    "credentials-not-allowed": "add allowCredentials: true to the corsPolicy",
    "method-not-allowed": "name the method in allowMethods of the corsPolicy",
    "authorization-not-allowed": "name the header in allowHeaders of the corsPolicy",
    "wildcard-origin-with-credentials": "name the origins in allowOrigins (exact, or a regex for whole origins), or "
    "take allowCredentials away if no cookies are needed",
    "origin-check-loose": r"write whole origins in allowOrigins: exact, or a regex with its dots escaped, such as "
    r"https://[a-z0-9-]+\.example\.com",
    "auth-not-enforced:missing": "add an AuthorizationPolicy that asks for a principal: from: [{source: "
    '{requestPrincipals: ["*"]}}]',
    "auth-service-blind": "name the header in includeRequestHeadersInCheck of the provider",
    "auth-response-header-dropped:cookie": "name set-cookie in headersToDownstreamOnAllow of the provider",
    "auth-response-header-dropped:header": "name the header in headersToUpstreamOnAllow of the provider",
    "duplicate-allow-origin": "let the corsPolicy alone send it: take it out of headers.response.add",
    "authorization-malformed": "write it under headers.request.set, and only on routes where the value is there",
    "authorization-malformed:two": "write it under headers.request.set: what stands under add comes behind the "
    "client's own",
    # Whatever refuses stands in front of the corsPolicy.
    "cors-missing-on-unauthorized": "",
    "credentials-over-plaintext": "let the server of the plain port only redirect: tls: {httpsRedirect: true}",
    "authorization-dropped": "let it go on: forwardOriginalToken: true on the jwtRule that takes the token, or no "
    "authorization under headers.request.remove",
    "authorization-dropped:in-front": "let the token go on: forwardOriginalToken: true on this jwtRule; or ask "
    "for it in one of the two places only",
    "rewrite-leaves-protection": "name this path in the policy too: policies see it before it is rewritten",
    "rewrite-enters-protection": "name this path in the policy too: policies see it before it is rewritten",
    "redirect-loses-credentials": "serve the API under the name that its clients use, without a redirect",
    "challenge-missing": "let the challenge go out: no www-authenticate under headers.response.remove",
    "challenge-misleading": "leave www-authenticate out of headers.response; what refuses a token sends its own",
    "challenge-not-exposed": "name WWW-Authenticate in exposeHeaders of the corsPolicy",
    "unauthorized-masked": "let programs have the 401 as it is",
    "identity-header-spoofable": "remove the client's own on this route: headers.request.remove",
    "denied-as-forbidden": "",
    "protected-route-shadowed": "put the route for the longer path first",
    "public-path-protected": "let this path pass the policy: a DENY policy leaves it out under notPaths, an ALLOW "
    "policy gets one more rule for it, without from",
    "protection-gap": "let the policy cover this spelling too: hosts with a port (example.com:*), paths with what "
    "meshConfig.pathNormalization leaves as it is",
    "auth-endpoint-behind-auth": "let the sign-in pass the policy: notPaths, or a rule of its own in an ALLOW policy",
}
