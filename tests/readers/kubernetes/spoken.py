"""For every annotation and setting that is read a value that shows it, and what must stand around it."""

from __future__ import annotations

Said = tuple[dict[str, str], str, dict[str, str]]
ASKED = {"auth-url": "http://auth.example/check"}
SIGN_IN = {**ASKED, "auth-signin": "https://login.example/start"}
PASSWORD = {"auth-type": "basic", "auth-secret": "users"}
CORS = {"enable-cors": "true", "cors-allow-origin": "https://app.example"}
STICKY = {"affinity": "cookie"}
LIMITED = {"limit-rps": "5"}
RULES = {"enable-modsecurity": "true", "modsecurity-snippet": "SecRuleEngine On\n"}
REWRITTEN = {"rewrite-target": "/b"}
MAPS = "".join(
    f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: apps\ndata:\n  X-Told: told\n---\n"
    for name in ("sent", "answers")
)
MAPS += (
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: people\n  namespace: apps\nstringData:\n"
    "  somebody: PASSWORD\n"
)


def _alone(*pairs: tuple[str, str]) -> dict[str, Said]:
    return {name: ({}, value, {}) for name, value in pairs}


SAID: dict[str, Said] = {
    "enable-cors": ({}, "true", {}),
    "cors-allow-origin": ({"enable-cors": "true"}, "https://app.example", {}),
    "cors-allow-credentials": (CORS, "false", {}),
    "cors-allow-headers": (CORS, "X-A", {}),
    "cors-allow-methods": (CORS, "GET", {}),
    "cors-expose-headers": (CORS, "X-A", {}),
    "cors-max-age": (CORS, "60", {}),
    "auth-url": ({}, ASKED["auth-url"], {}),
    "auth-method": (ASKED, "HEAD", {}),
    "auth-signin": (ASKED, SIGN_IN["auth-signin"], {}),
    "auth-signin-redirect-param": (SIGN_IN, "back", {}),
    "auth-response-headers": (ASKED, "X-User", {}),
    "auth-proxy-set-headers": (ASKED, "sent", {}),
    "auth-request-redirect": (ASKED, "https://app.example/", {}),
    "auth-always-set-cookie": (ASKED, "true", {}),
    "auth-cache-key": (ASKED, "$http_authorization", {}),
    "auth-cache-duration": ({**ASKED, "auth-cache-key": "$http_authorization"}, "200 1m", {}),
    "auth-keepalive": (ASKED, "10", {"use-http2": "false"}),
    "auth-snippet": (ASKED, "set $a 1;\n", {}),
    "enable-global-auth": ({}, "false", {"global-auth-url": ASKED["auth-url"]}),
    "auth-type": ({"auth-secret": "users"}, "basic", {}),
    "auth-secret": ({"auth-type": "basic"}, "users", {}),
    "auth-secret-type": ({"auth-type": "basic", "auth-secret": "people"}, "auth-map", {}),
    "auth-realm": (PASSWORD, "staff", {}),
    "auth-tls-secret": ({}, "apps/ca", {}),
    "auth-tls-verify-client": ({"auth-tls-secret": "apps/ca"}, "on", {}),
    "auth-tls-error-page": ({"auth-tls-secret": "apps/ca"}, "/refused", {}),
    "auth-tls-match-cn": ({"auth-tls-secret": "apps/ca"}, "CN=app", {}),
    "auth-tls-pass-certificate-to-upstream": ({"auth-tls-secret": "apps/ca"}, "true", {}),
    "enable-modsecurity": ({"modsecurity-snippet": RULES["modsecurity-snippet"]}, "true", {}),
    "enable-owasp-core-rules": (RULES, "true", {}),
    "modsecurity-snippet": ({"enable-modsecurity": "true"}, RULES["modsecurity-snippet"], {}),
    "limit-burst-multiplier": (LIMITED, "2", {}),
    "limit-allowlist": (LIMITED, "10.0.0.0/8", {}),
    "limit-whitelist": (LIMITED, "10.0.0.0/8", {}),
    "x-forwarded-prefix": (REWRITTEN, "/a", {}),
    "force-ssl-redirect": ({"ssl-redirect": "false"}, "true", {}),
    "preserve-trailing-slash": ({}, "true", {}),
    "temporal-redirect-code": ({"temporal-redirect": "https://new.example"}, "307", {}),
    "permanent-redirect-code": ({"permanent-redirect": "https://new.example"}, "308", {}),
    "proxy-redirect-from": ({"proxy-redirect-to": "https://b.example/"}, "http://a.example/", {}),
    "proxy-redirect-to": ({"proxy-redirect-from": "http://a.example/"}, "https://b.example/", {}),
    "custom-headers": ({}, "answers", {"global-allowed-response-headers": "X-Told"}),
    "disable-proxy-intercept-errors": ({"custom-http-errors": "503"}, "true", {}),
    "default-backend": ({"custom-http-errors": "503"}, "pages", {}),
    "fastcgi-params-configmap": ({"backend-protocol": "FCGI"}, "params", {}),
    **{
        f"session-cookie-{name}": (STICKY, value, {})
        for name, value in (
            ("name", "route"), ("path", "/"), ("domain", "example.com"), ("samesite", "None"),
            ("secure", "true"), ("max-age", "60"),
        )
    },
    **_alone(
        ("satisfy", "any"), ("allowlist-source-range", "10.0.0.0/8"), ("whitelist-source-range", "10.0.0.0/8"),
        ("denylist-source-range", "10.0.0.0/8"), ("limit-connections", "5"), ("limit-rps", "5"),
        ("limit-rpm", "5"), ("rewrite-target", "/b"), ("use-regex", "true"), ("app-root", "/home"),
        ("server-alias", "b.example"), ("upstream-vhost", "b.example"), ("ssl-redirect", "false"),
        ("from-to-www-redirect", "true"),
        ("temporal-redirect", "https://new.example"), ("permanent-redirect", "https://new.example"),
        ("relative-redirects", "true"), ("proxy-cookie-path", "/ /a/"),
        ("proxy-cookie-domain", "a.example b.example"), ("affinity", "cookie"), ("custom-http-errors", "503"),
        ("configuration-snippet", "set $a 1;\n"), ("server-snippet", "set $a 1;\n"),
        ("backend-protocol", "HTTPS"), ("canary", "true"), ("ssl-passthrough", "true"),
        ("proxy-buffer-size", "8k"), ("proxy-body-size", "8m"),
    ),
}  # fmt: skip
Set = tuple[dict[str, str], dict[str, str], str]
FOR_ALL = {"global-auth-url": ASKED["auth-url"]}
BEHIND = {"use-forwarded-headers": "true"}


def _for_all(*pairs: tuple[str, str], around: dict[str, str] | None = None) -> dict[str, Set]:
    return {name: ({}, around or {}, value) for name, value in pairs}


KEYS: dict[str, Set] = {
    "allow-snippet-annotations": (
        {"configuration-snippet": "set $a 1;\n"}, {"annotations-risk-level": "Critical"}, "false",
    ),
    "annotations-risk-level": ({"auth-url": ASKED["auth-url"]}, {}, "Medium"),
    "annotation-value-word-blocklist": (ASKED, {}, "auth.example"),
    "allow-cross-namespace-resources": ({"auth-type": "basic", "auth-secret": "other/users"}, {}, "true"),
    "global-allowed-response-headers": ({"custom-headers": "answers"}, {}, "X-Told"),
    "force-ssl-redirect": ({}, {"ssl-redirect": "false"}, "true"),
    "no-auth-locations": (ASKED, {}, "/a"),
    "use-http2": ({**ASKED, "auth-keepalive": "10"}, {}, "false"),
    "limit-req-status-code": (LIMITED, {}, "429"),
    "limit-conn-status-code": ({"limit-connections": "5"}, {}, "429"),
    "log-format-escape-json": ({}, {"log-format-upstream": "$request"}, "true"),
    "disable-access-log": ({}, {"log-format-upstream": "$request"}, "true"),
    "disable-proxy-intercept-errors": ({}, {"custom-http-errors": "503"}, "true"),
    **_for_all(
        ("global-auth-url", ASKED["auth-url"]), ("whitelist-source-range", "10.0.0.0/8"),
        ("denylist-source-range", "10.0.0.0/8"), ("block-cidrs", "10.0.0.0/8"),
        ("block-user-agents", "~*bot"), ("block-referers", "~*bad"), ("use-forwarded-headers", "true"),
        ("enable-real-ip", "true"), ("proxy-set-headers", "apps/sent"), ("add-headers", "apps/answers"),
        ("hide-headers", "X-A"), ("enable-underscores-in-headers", "true"),
        ("ignore-invalid-headers", "false"), ("large-client-header-buffers", "4 16k"),
        ("client-header-buffer-size", "2k"), ("proxy-add-original-uri-header", "true"),
        ("proxy-cookie-path", "/ /a/"), ("proxy-cookie-domain", "a.example b.example"),
        ("proxy-redirect-from", "default"), ("proxy-body-size", "8m"), ("proxy-buffer-size", "8k"),
        ("custom-http-errors", "503"), ("ssl-redirect", "false"),
        ("http-redirect-code", "301"), ("no-tls-redirect-locations", "/a"), ("relative-redirects", "true"),
        ("http-snippet", "map $uri $a { default 1; }\n"), ("server-snippet", "set $a 1;\n"),
        ("location-snippet", "set $a 1;\n"), ("log-format-upstream", "$request"),
    ),
    **_for_all(
        ("proxy-real-ip-cidr", "10.0.0.0/8"), ("forwarded-for-header", "X-Client"),
        ("compute-full-forwarded-for", "true"), around=BEHIND,
    ),
    **_for_all(
        ("global-auth-method", "HEAD"), ("global-auth-signin", "https://login.example/start"),
        ("global-auth-response-headers", "X-User"), ("global-auth-request-redirect", "https://app.example/"),
        ("global-auth-always-set-cookie", "true"), ("global-auth-snippet", "set $a 1;\n"),
        ("global-auth-cache-key", "$http_authorization"), around=FOR_ALL,
    ),
    "global-auth-signin-redirect-param": (
        {}, {**FOR_ALL, "global-auth-signin": "https://login.example/start"}, "back",
    ),
    "global-auth-cache-duration": ({}, {**FOR_ALL, "global-auth-cache-key": "$http_cookie"}, "200 1m"),
}  # fmt: skip
