"""Every key of the controller's ConfigMap: what becomes of it here, and its default.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/ ; docs/ingress-nginx.md is written
from this table.
"""

from __future__ import annotations

from authlint.readers.kubernetes.catalogue import Known


def _without_influence(names: str) -> tuple[Known, ...]:
    return tuple(Known(name, "nothing") for name in names.split())


PERMISSIONS = (
    Known("allow-snippet-annotations", "simulated", "false", note="both are looked at where nobody says"),
    Known("annotations-risk-level", "simulated", "High"),
    Known("annotation-value-word-blocklist", "simulated", note="the whole Ingress is rejected"),
    Known("allow-cross-namespace-resources", "simulated", "false"),
    Known("global-allowed-response-headers", "simulated", note="custom-headers with others: 503"),
    Known("strict-validate-path-type", "nothing", "true", note="an Ingress that it refuses is never applied"),
)
FOR_ALL = (
    Known("global-auth-url", "simulated"),
    Known("global-auth-method", "simulated", "GET"),
    Known("global-auth-signin", "simulated"),
    Known("global-auth-signin-redirect-param", "simulated", "rd"),
    Known("global-auth-response-headers", "simulated"),
    Known("global-auth-request-redirect", "simulated", "$request_uri"),
    Known("global-auth-always-set-cookie", "simulated", "false"),
    Known("global-auth-snippet", "simulated"),
    Known("global-auth-cache-key", "simulated"),
    Known("global-auth-cache-duration", "simulated", "200 202 401 5m"),
    Known("no-auth-locations", "simulated", "/.well-known/acme-challenge", note="by their letters"),
    Known("use-http2", "simulated", "true", note="for auth-keepalive"),
)
ADDRESSES = (
    Known("whitelist-source-range", "simulated"),
    Known("denylist-source-range", "simulated"),
    Known("block-cidrs", "simulated"),
    Known("block-user-agents", "simulated"),
    Known("block-referers", "simulated"),
    Known("use-forwarded-headers", "simulated", "false"),
    Known("enable-real-ip", "simulated", "false"),
    Known("proxy-real-ip-cidr", "simulated", "0.0.0.0/0"),
    Known("forwarded-for-header", "simulated", "X-Forwarded-For"),
    Known("compute-full-forwarded-for", "simulated", "false"),
    Known("use-proxy-protocol", "nothing", "false", note="the client's address is the same"),
    Known("forwarded-for-proxy-protocol-header", "nothing"),
    Known("limit-req-status-code", "simulated", "503"),
    Known("limit-conn-status-code", "simulated", "503"),
    Known("enable-modsecurity", "unknown", "false", note="with a snippet that switches its engine on"),
    Known("enable-owasp-modsecurity-crs", "nothing", "false"),
    Known("modsecurity-snippet", "unknown"),
)
HEADERS = (
    Known("proxy-set-headers", "simulated"),
    Known("add-headers", "simulated"),
    Known("hide-headers", "simulated"),
    Known("enable-underscores-in-headers", "simulated", "false"),
    Known("ignore-invalid-headers", "simulated", "true"),
    Known("large-client-header-buffers", "simulated", "4 8k"),
    Known("client-header-buffer-size", "simulated", "1k"),
    Known("proxy-add-original-uri-header", "simulated", "false"),
    Known("proxy-cookie-path", "simulated", "off"),
    Known("proxy-cookie-domain", "simulated", "off"),
    Known("proxy-redirect-from", "simulated", "off"),
    Known("proxy-body-size", "simulated", "1m"),
    Known("proxy-buffer-size", "simulated", "4k"),
    Known("custom-http-errors", "simulated"),
    Known("disable-proxy-intercept-errors", "simulated", "false"),
)
REDIRECTS = (
    Known("ssl-redirect", "simulated", "true"),
    Known("force-ssl-redirect", "simulated", "false"),
    Known("http-redirect-code", "simulated", "308"),
    Known("no-tls-redirect-locations", "simulated", "/.well-known/acme-challenge"),
    Known("relative-redirects", "simulated", "false"),
    Known("hsts", "nothing", "true", note="a browser that has it asks over TLS anyway"),
    *_without_influence("hsts-include-subdomains hsts-max-age hsts-preload"),
)
SNIPPETS = (
    Known("http-snippet", "simulated"),
    Known("server-snippet", "simulated"),
    Known("location-snippet", "simulated"),
    *_without_influence("main-snippet stream-snippet"),
)
LOGS = (
    Known("log-format-upstream", "simulated", note="tokens in it are told"),
    Known("log-format-escape-json", "simulated", "false"),
    Known("disable-access-log", "simulated", "false"),
    *_without_influence(
        "access-log-params access-log-path http-access-log-path stream-access-log-path "
        "enable-access-log-for-default-backend error-log-path error-log-level log-format-escape-none "
        "log-format-stream skip-access-log-urls disable-http-access-log disable-stream-access-log "
        "enable-auth-access-log enable-syslog syslog-host syslog-port"
    ),
)
OTHERS = _without_influence(
    "allow-backend-server-header bind-address brotli-level brotli-min-length brotli-types client-body-buffer-size "
    "client-body-timeout client-header-timeout datadog-collector-host datadog-collector-port datadog-environment "
    "datadog-operation-name-override datadog-priority-sampling datadog-sample-rate datadog-service-name "
    "debug-connections default-type disable-ipv6 disable-ipv6-dns enable-aio-write enable-brotli "
    "enable-multi-accept enable-ocsp enable-opentelemetry enable-opentracing enable-serial-reloads "
    "generate-request-id geoip2-autoreload-in-minutes global-rate-limit-memcached-connect-timeout "
    "global-rate-limit-memcached-host global-rate-limit-memcached-max-idle-timeout "
    "global-rate-limit-memcached-pool-size global-rate-limit-memcached-port global-rate-limit-status-code "
    "grpc-buffer-size-kb gzip-disable gzip-level gzip-min-length gzip-types http2-max-concurrent-streams "
    "http2-max-field-size http2-max-header-size http2-max-requests jaeger-baggage-header jaeger-collector-host "
    "jaeger-collector-port jaeger-debug-header jaeger-endpoint jaeger-propagation-format jaeger-sampler-host "
    "jaeger-sampler-param jaeger-sampler-port jaeger-sampler-type jaeger-service-name "
    "jaeger-trace-baggage-header-prefix jaeger-trace-context-header-name keep-alive keep-alive-requests "
    "limit-conn-zone-variable limit-rate limit-rate-after load-balance lua-shared-dicts map-hash-bucket-size "
    "max-worker-connections max-worker-open-files nginx-status-ipv4-whitelist nginx-status-ipv6-whitelist "
    "opentelemetry-config opentelemetry-operation-name opentelemetry-trust-incoming-span "
    "opentracing-location-operation-name opentracing-operation-name otel-max-export-batch-size otel-max-queuesize "
    "otel-sampler otel-sampler-parent-based otel-sampler-ratio otel-schedule-delay-millis otel-service-name "
    "otlp-collector-host otlp-collector-port plugins proxy-buffering proxy-buffers-number proxy-busy-buffers-size "
    "proxy-connect-timeout proxy-headers-hash-bucket-size proxy-headers-hash-max-size proxy-next-upstream "
    "proxy-next-upstream-timeout proxy-next-upstream-tries proxy-protocol-header-timeout proxy-read-timeout "
    "proxy-request-buffering proxy-send-timeout proxy-ssl-location-only proxy-stream-next-upstream "
    "proxy-stream-next-upstream-timeout proxy-stream-next-upstream-tries proxy-stream-responses "
    "proxy-stream-timeout retry-non-idempotent reuse-port server-name-hash-bucket-size server-name-hash-max-size "
    "server-tokens service-upstream ssl-buffer-size ssl-ciphers ssl-dh-param ssl-early-data ssl-ecdh-curve "
    "ssl-protocols ssl-reject-handshake ssl-session-cache ssl-session-cache-size ssl-session-ticket-key "
    "ssl-session-tickets ssl-session-timeout upstream-keepalive-connections upstream-keepalive-requests "
    "upstream-keepalive-time upstream-keepalive-timeout use-geoip use-geoip2 use-gzip variables-hash-bucket-size "
    "variables-hash-max-size worker-cpu-affinity worker-processes worker-shutdown-timeout zipkin-collector-host "
    "zipkin-collector-port zipkin-sample-rate zipkin-service-name"
)
GROUPS: dict[str, tuple[Known, ...]] = {
    "What an Ingress may say": PERMISSIONS,
    "Authentication for all": FOR_ALL,
    "Addresses, limits, firewalls": ADDRESSES,
    "Headers, cookies, errors": HEADERS,
    "Redirects": REDIRECTS,
    "Snippets": SNIPPETS,
    "Logs": LOGS,
    "The rest": OTHERS,
}
