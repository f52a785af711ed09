"""What a person changes in Gateway API objects and Envoy Gateway's policies, by the rule that found the mistake."""

from __future__ import annotations

ADVICE = {
    "preflight-behind-auth": "add cors to the SecurityPolicy that asks, with allowOrigins, allowMethods and "
    "allowHeaders: preflights are then answered before anybody is asked for credentials",
    "preflight-unanswered": "let a match take the preflight too: one for OPTIONS, or none that asks for a method, and "
    "without headers that a page adds, for the preflight has none of them; cors answers only on routes that take it",
    "credentials-not-allowed": "add allowCredentials: true to cors",
    "method-not-allowed": "name the method in allowMethods of cors",
    "authorization-not-allowed": "add the header to allowHeaders of cors",
    "wildcard-origin-with-credentials": "name the origins in allowOrigins, or take allowCredentials away if no cookies "
    "are needed",
    "duplicate-allow-origin": "let cors send it, with a list of origins, and not a ResponseHeaderModifier too",
    "authorization-malformed": "write it under set instead of add, and only where the value is there",
    "authorization-malformed:two": "write it under set instead of add",
    "header-name-dropped": "headers.withUnderscoresAction: Allow in a ClientTrafficPolicy, or a name with dashes",
    "auth-response-header-dropped:header": "name it in headersToBackend, and have the client's own removed before",
    "cors-missing-on-unauthorized": "add cors to the SecurityPolicy that asks: its headers go out with a 401 too",
    "credentials-over-plaintext": "let the plain listener only redirect: an HTTPRoute of its own with a "
    "RequestRedirect to https, and no policy that asks",
    "authorization-dropped": "take Authorization out of the RequestHeaderModifier",
    "rewrite-leaves-protection": "have the SecurityPolicy for this route too: it sees the path before it is rewritten",
    "redirect-loses-credentials": "serve the API under the name and port that its clients use, without a redirect",
    "challenge-missing": "let the challenge go out: no ResponseHeaderModifier that removes WWW-Authenticate",
    "identity-header-spoofable": "remove the header on this route with a RequestHeaderModifier, or protect it in the "
    "same way",
    "protected-route-shadowed": "give the longer path a rule of the protected HTTPRoute, or the same SecurityPolicy",
    "challenge-not-exposed": "name WWW-Authenticate in exposeHeaders of cors",
    "challenge-misleading": "take WWW-Authenticate out of the ResponseHeaderModifier: what asks sends its own",
    "auth-service-blind": "name the header in headersToExtAuth of extAuth",
    "auth-endpoint-behind-auth": "give the sign-in's paths an HTTPRoute of their own, without the policy that asks",
    "auth-subrequest-broken": "ask a service that says yes with 200, under a path that takes what is appended to it",
    "unauthorized-masked": "let programs have the 401: denyRedirect of oidc, for a header that they send",
    "denied-as-forbidden": "let jwt or basicAuth of the SecurityPolicy ask too: they answer 401",
    "throttled-as-unauthorized": "answer 429: that is what a rateLimit does unless it is told otherwise",
    "unauthorized-cached": "keep no refusals",
    "origin-check-loose": "write the whole origin, or a star for the first label only: https://*.example.com",
    "public-path-protected": "give this path an HTTPRoute of its own, without the policy that asks",
    "protection-gap": "have the SecurityPolicy for this route too, or for the whole Gateway",
}
