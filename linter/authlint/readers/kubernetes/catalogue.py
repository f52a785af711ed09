"""Every annotation of ingress-nginx: what becomes of it here, its default, and what the controller does with a value
that it does not take.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/ has names and risks of the
last release, annotations/ beside it the defaults; outcomes were read in the source of 1.15
(internal/ingress/annotations). docs/ingress-nginx.md is written from this table.
"""

from __future__ import annotations

from typing import Literal

from authlint.record import record

# simulated: part of every answer. nothing: known, and without influence on who gets in. unknown: answers that depend on
# it are Unknown.
Depth = Literal["simulated", "nothing", "unknown"]
Risk = Literal["Low", "Medium", "High", "Critical"]
# rejected: the whole Ingress. 503: its locations. 403: its hosts. dropped: the annotation and its group. default: the
# default counts.
Outcome = Literal["rejected", "503", "403", "dropped", "default", ""]


@record
class Known:
    name: str
    depth: Depth
    default: str = ""
    wrong: Outcome = ""
    risk: Risk = "Low"
    note: str = ""


def _without_influence(names: str, risk: Risk = "Low") -> tuple[Known, ...]:
    return tuple(Known(name, "nothing", risk=risk) for name in names.split())


CORS = (
    Known("enable-cors", "simulated", "false", "default"),
    Known(
        "cors-allow-origin", "simulated", "*", "default", "Medium", "entries without a scheme are left out"
    ),
    Known("cors-allow-credentials", "simulated", "true", "default"),
    Known("cors-allow-headers", "simulated", "DNT, ..., Authorization", "default", "Medium"),
    Known("cors-allow-methods", "simulated", "GET, PUT, POST, DELETE, PATCH, OPTIONS", "default", "Medium"),
    Known("cors-expose-headers", "simulated", "none", "default", "Medium"),
    Known("cors-max-age", "simulated", "1728000", "default"),
)
EXTERNAL = (
    Known("auth-url", "simulated", "", "rejected", "High", "no URL at all: 503; empty: nobody is asked"),
    Known("auth-method", "simulated", "GET", "503"),
    Known("auth-signin", "simulated", "", "default", "High", "not taken: a bare 401"),
    Known("auth-signin-redirect-param", "simulated", "rd", "default", "Medium"),
    Known("auth-response-headers", "simulated", "", "503", "Medium"),
    Known("auth-proxy-set-headers", "simulated", "", "503", "Medium"),
    Known("auth-request-redirect", "simulated", "$request_uri", "dropped", "Medium", "auth-url with it"),
    Known("auth-always-set-cookie", "simulated", "false", "dropped", "Low", "auth-url with it"),
    Known("auth-cache-key", "simulated", "", "default", "Medium"),
    Known(
        "auth-cache-duration", "simulated", "200 202 401 5m", "dropped", "Medium",
        "auth-url with it; a duration of the wrong form: 503",
    ),
    Known("auth-keepalive", "unknown", "0", "default", "Low", 'only with use-http2: "false"'),
    *_without_influence("auth-keepalive-requests auth-keepalive-timeout auth-keepalive-share-vars"),
    Known("auth-snippet", "simulated", "", "", "Critical"),
    Known("enable-global-auth", "simulated", "true", "default"),
)  # fmt: skip
PASSWORDS = (
    Known("auth-type", "simulated", "", "rejected", "Low", "empty: nobody is asked"),
    Known("auth-secret", "simulated", "", "503", "Medium"),
    Known("auth-secret-type", "simulated", "auth-file", "rejected"),
    Known("auth-realm", "simulated", "", "rejected", "Medium", "off switches it off"),
)
CERTIFICATES = (
    Known("auth-tls-secret", "unknown", "", "403", "Medium", "without the key ca.crt nobody is asked"),
    Known("auth-tls-verify-client", "unknown", "on", "default", "Medium"),
    *_without_influence("auth-tls-verify-depth"),
    Known("auth-tls-error-page", "unknown", "", "rejected", "High"),
    Known("auth-tls-match-cn", "unknown", "", "rejected", "High", "for the whole host"),
    Known("auth-tls-pass-certificate-to-upstream", "simulated", "false", "rejected"),
)
ACCESS = (
    Known("satisfy", "simulated", "all", "default"),
    Known("allowlist-source-range", "simulated", "whitelist-source-range", "503", "Medium"),
    Known("whitelist-source-range", "simulated", "", "503", "Medium", "the older name of allowlist-source-range"),
    Known("denylist-source-range", "simulated", "", "503", "Medium"),
    Known("limit-connections", "simulated", "0", "rejected"),
    Known("limit-rps", "simulated", "0", "rejected"),
    Known("limit-rpm", "simulated", "0", "rejected"),
    Known("limit-burst-multiplier", "simulated", "5", "default"),
    Known("limit-allowlist", "simulated", "", "rejected"),
    Known("limit-whitelist", "simulated", "", "rejected", "Low", "the older name of limit-allowlist"),
    *_without_influence("limit-rate limit-rate-after"),
    Known("enable-modsecurity", "unknown", "false", "default"),
    Known("enable-owasp-core-rules", "unknown", "false", "default"),
    Known("modsecurity-snippet", "unknown", "", "", "Critical"),
    Known("modsecurity-transaction-id", "nothing", "", "default", "High"),
)  # fmt: skip
PATHS = (
    Known("rewrite-target", "simulated", "", "default", "Medium", "every path of the host becomes a pattern"),
    Known("use-regex", "simulated", "false", "default", "Low", "every path of the host becomes a pattern"),
    Known("app-root", "simulated", "", "default", "Medium", "for the whole host"),
    Known("x-forwarded-prefix", "simulated", "", "rejected", "Medium", "only with rewrite-target"),
    Known("server-alias", "simulated", "", "rejected", "High", "the first one of a host counts"),
    Known("upstream-vhost", "simulated", "the client's Host", "rejected"),
)
REDIRECTS = (
    Known("ssl-redirect", "simulated", "true", "default", "Low", "only where the host has a certificate"),
    Known("force-ssl-redirect", "simulated", "false", "default", "Medium"),
    Known("preserve-trailing-slash", "simulated", "false", "default", "Medium"),
    Known("from-to-www-redirect", "simulated", "false", "rejected"),
    Known("temporal-redirect", "simulated", "", "rejected", "Medium", "no http in front: dropped"),
    Known("temporal-redirect-code", "simulated", "302", "default"),
    Known("permanent-redirect", "simulated", "", "rejected", "Medium"),
    Known("permanent-redirect-code", "simulated", "301", "default"),
    Known("relative-redirects", "simulated", "false", "rejected"),
    *_without_influence("use-port-in-redirects"),
    Known("proxy-redirect-from", "simulated", "off", "default", "Medium"),
    Known("proxy-redirect-to", "simulated", "off", "default", "Medium"),
)
COOKIES = (
    Known("proxy-cookie-path", "simulated", "off", "default", "Medium"),
    Known("proxy-cookie-domain", "simulated", "off", "default", "Medium"),
    Known("affinity", "simulated", "", "default", "Low", "a cookie of the controller's own"),
    *_without_influence("affinity-mode", "Medium"),
    *_without_influence("affinity-canary-behavior session-cookie-change-on-failure"),
    Known("session-cookie-name", "simulated", "INGRESSCOOKIE", "default", "Medium"),
    Known("session-cookie-path", "simulated", "the path of the Ingress", "default", "Medium"),
    Known("session-cookie-domain", "simulated", "", "default", "Medium"),
    Known("session-cookie-samesite", "simulated", "", "default"),
    Known("session-cookie-secure", "simulated", "where the request came over TLS", "default"),
    Known("session-cookie-max-age", "simulated", "", "default", "Medium"),
    *_without_influence("session-cookie-expires", "Medium"),
    *_without_influence("session-cookie-conditional-samesite-none session-cookie-partitioned"),
)  # fmt: skip
ERRORS = (
    Known("custom-http-errors", "simulated", "", "rejected"),
    Known("disable-proxy-intercept-errors", "simulated", "false", "default"),
    Known("default-backend", "unknown", "the controller's: 404", "rejected", "Low", "what it answers"),
    Known("custom-headers", "simulated", "", "503", "Medium", "a ConfigMap"),
)
SNIPPETS = (
    Known("configuration-snippet", "simulated", "", "", "Critical"),
    Known("server-snippet", "simulated", "", "", "Critical", "the first one of a host counts"),
    Known("stream-snippet", "nothing", "", "", "Critical"),
)
BACKENDS = (
    Known("backend-protocol", "simulated", "HTTP", "default"),
    Known("canary", "simulated", "false", "default", "Low", "its other annotations count for nothing"),
    *_without_influence("canary-weight canary-weight-total"),
    *_without_influence("canary-by-cookie canary-by-header canary-by-header-value canary-by-header-pattern", "Medium",
    ),
    Known("ssl-passthrough", "simulated", "false", "default", "Low", "nothing else is heard"),
    Known("proxy-buffer-size", "simulated", "4k", "default"),
    Known("fastcgi-params-configmap", "unknown", "", "503", "Medium"),
    Known("fastcgi-index", "nothing", "", "503", "Medium"),
    Known("mirror-target", "nothing", "", "default", "High", "a copy of each request goes there"),
    Known("mirror-host", "nothing", "", "default", "High"),
    *_without_influence("mirror-request-body"),
    Known("proxy-body-size", "simulated", "1m", "default", "Medium"),
    *_without_influence(
        "proxy-buffering proxy-buffers-number proxy-busy-buffers-size proxy-connect-timeout proxy-read-timeout "
        "proxy-send-timeout proxy-http-version proxy-max-temp-file-size proxy-next-upstream-timeout "
        "proxy-next-upstream-tries proxy-request-buffering client-body-buffer-size client-max-body-size "
        "connection-proxy-header load-balance service-upstream upstream-hash-by-subset "
        "upstream-hash-by-subset-size enable-access-log enable-rewrite-log http2-push-preload "
        "enable-opentelemetry opentelemetry-trust-incoming-span enable-opentracing "
        "opentracing-trust-incoming-span ssl-ciphers ssl-prefer-server-ciphers proxy-ssl-protocols "
        "proxy-ssl-server-name proxy-ssl-verify proxy-ssl-verify-depth",
    ),
    *_without_influence("opentelemetry-operation-name proxy-next-upstream proxy-ssl-ciphers", "Medium"),
    *_without_influence("proxy-ssl-secret", "Medium"),
    *_without_influence("proxy-ssl-name upstream-hash-by", "High"),
)  # fmt: skip
GROUPS: dict[str, tuple[Known, ...]] = {
    "CORS": CORS,
    "External authentication": EXTERNAL,
    "Passwords": PASSWORDS,
    "Client certificates": CERTIFICATES,
    "Addresses, limits, firewalls": ACCESS,
    "Hosts and paths": PATHS,
    "Redirects": REDIRECTS,
    "Cookies": COOKIES,
    "Errors and headers": ERRORS,
    "Snippets": SNIPPETS,
    "Services": BACKENDS,
}
ANNOTATIONS = {one.name: one for group in GROUPS.values() for one in group}
RISKS: dict[str, int] = {"Low": 0, "Medium": 1, "High": 2, "Critical": 3}
RISKY = {name: RISKS[one.risk] for name, one in ANNOTATIONS.items() if one.risk != "Low"}
WITHOUT_INFLUENCE = frozenset(name for name, one in ANNOTATIONS.items() if one.depth == "nothing")
