"""What a person changes in an Ingress, by the rule that found the mistake."""

from __future__ import annotations

from authlint.readers.kubernetes.annotations import PREFIX

ADVICE = {
    "preflight-behind-auth": f'let the controller answer preflights: {PREFIX}enable-cors: "true" with '
    "cors-allow-origin; it does so before it asks for credentials",
    "preflight-unanswered": f'let the controller answer preflights: {PREFIX}enable-cors: "true" with '
    "cors-allow-origin, in place of the snippet",
    "credentials-not-allowed": f'take {PREFIX}cors-allow-credentials: "false" away; the default is true',
    "method-not-allowed": "name the method in cors-allow-methods; without the annotation the controller allows GET, "
    "PUT, POST, DELETE, PATCH, OPTIONS",
    "duplicate-allow-origin": "leave the header to cors-allow-origin, which takes a list of origins and sends the one "
    "that asks",
    "header-name-dropped": 'enable-underscores-in-headers: "true" in the ConfigMap, or a name with dashes',
    "forwarded-headers-wrong": 'let the controller believe the proxy in front: use-forwarded-headers: "true" in the '
    "ConfigMap",
    "cors-missing-on-unauthorized": f'let the controller send the headers: {PREFIX}enable-cors: "true" with '
    "cors-allow-origin; errors then have them too",
    "authorization-not-allowed": "add Authorization to cors-allow-headers: the annotation replaces the default list, "
    "which has it",
    "wildcard-origin-with-credentials": f"name the origins in {PREFIX}cors-allow-origin, or set "
    'cors-allow-credentials: "false" if no cookies are needed',
    "credentials-over-plaintext": "let the controller redirect to https: name the host under tls, and take "
    'ssl-redirect: "false" away where it is set',
    "authorization-dropped": "auth-type makes the controller blank Authorization: check the password in the "
    "application instead, or give the application another credential",
    "inherited-headers-lost": "write the line in configuration-snippet: in server-snippet no location hears it",
    "rewrite-leaves-protection": "protect the Ingress of this path in the same way",
    "auth-endpoint-behind-auth": "give the sign-in's paths an Ingress of their own, without the annotations that ask",
    "redirect-loses-credentials": "leave the API's paths out of the redirect: an Ingress of their own, without this "
    "annotation",
    "unauthorized-masked": "give the API's paths an Ingress of their own, without this annotation: their 401 then goes "
    "out as it is",
    "unauthorized-cached": "put what the service judges by into the key: $http_authorization$http_cookie",
    "throttled-as-unauthorized": 'tell the controller, in its ConfigMap: limit-req-status-code: "429" and '
    'limit-conn-status-code: "429"',
    "identity-header-spoofable": "clear the header here too (a snippet, or proxy-set-headers of the controller's "
    "ConfigMap), or protect the path in the same way",
    "protected-route-shadowed": "protect the Ingress of the longer pattern too, or make the protected path the longer "
    "pattern: the controller sorts by length",
    "protection-gap": "give the rule without a host the same annotations, or a host",
}
