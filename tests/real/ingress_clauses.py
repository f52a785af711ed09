"""What the objects of a random set may say, each with how often and with its values."""

from __future__ import annotations

Given = tuple[str, ...]  # chance, name, values
PLAIN = (
    ("/", "Prefix"), ("/", "Prefix"), ("/api", "Prefix"), ("/api", "Prefix"), ("/api", "Exact"),
    ("/api/v1", "Prefix"), ("/app/", "Prefix"), ("/login", "Exact"), ("/login", "ImplementationSpecific"),
    ("/.well-known/acme-challenge", "Prefix"), ("/files.d", "Prefix"),
)  # fmt: skip
PATTERNS = (
    ("/api(/|$)(.*)", "ImplementationSpecific"),
    ("/(app|api)/(.*)", "ImplementationSpecific"),
    ("/(.+)/admin", "ImplementationSpecific"),
    ("/[a-z]+$", "ImplementationSpecific"),
)
CORS: tuple[Given, ...] = (
    ("0.9", "enable-cors", "true", "true", "true", "false", "yes"),
    ("0.7", "cors-allow-origin", "https://app.example.com", "https://app.example.com, https://*.example.org",
     "*", "app.example.com", "https://app.example.com/"),
    ("0.2", "cors-allow-credentials", "true", "false", "maybe"),
    ("0.3", "cors-allow-headers", "X-A", "Authorization, X-A", "*"),
    ("0.2", "cors-allow-methods", "GET, POST", "*"),
    ("0.2", "cors-expose-headers", "X-A, WWW-Authenticate"),
    ("0.2", "cors-max-age", "60", "x"),
)  # fmt: skip
EXTERNAL: tuple[Given, ...] = (
    ("0.95", "auth-url", "http://auth.sso.svc.cluster.local/verify", "http://auth.sso.svc.cluster.local:4180/",
     "http://auth.sso.svc.cluster.local/verify?from=$host", ""),
    ("0.2", "auth-method", "GET", "HEAD", "POST", "LOOK"),
    ("0.35", "auth-signin", "https://login.example.com/start", "https://$host/login?rd=$escaped_request_uri",
     "https://login.example.com/?x=1", "https://login.example.com/%20"),
    ("0.1", "auth-signin-redirect-param", "back"),
    ("0.4", "auth-response-headers", "X-User", "X-User, Authorization", "x-auth-request-email"),
    ("0.15", "auth-request-redirect", "https://app.example.com/", "$request_uri"),
    ("0.15", "auth-proxy-set-headers", "asked", "apps/asked"),
    ("0.15", "auth-always-set-cookie", "true", "false"),
    ("0.15", "auth-cache-key", "$http_authorization", "$remote_user$http_cookie"),
    ("0.1", "auth-cache-duration", "200 5m", "200 202 10m, 401 1m", "200;5m"),
    ("0.15", "auth-snippet", "proxy_set_header X-Api-Key snippet;\n",
     'proxy_set_header Authorization "";\n'),
)  # fmt: skip
PASSWORDS: tuple[Given, ...] = (
    ("0.95", "auth-type", "basic", "basic", "basic", ""),
    ("0.95", "auth-secret", "users", "users", "users", "other/users"),
    ("0.5", "auth-realm", "staff only", "staff", "off"),
    ("0.1", "auth-secret-type", "auth-map", "auth-file"),
)
ACCESS: tuple[Given, ...] = (
    ("0.35", "satisfy", "any", "all"),
    ("0.3", "allowlist-source-range", "10.0.0.0/8", "127.0.0.1/32", "10.0.0.0/8, 127.0.0.0/8"),
    ("0.2", "whitelist-source-range", "192.168.0.0/16"),
    ("0.2", "denylist-source-range", "127.0.0.0/8", "10.1.2.3"),
    ("0.2", "limit-rps", "500"),
    ("0.2", "limit-rpm", "9000"),
    ("0.2", "limit-connections", "100"),
    ("0.15", "limit-burst-multiplier", "9"),
    ("0.15", "limit-allowlist", "127.0.0.0/8", "10.0.0.0/8"),
)
PATHS: tuple[Given, ...] = (
    ("0.4", "rewrite-target", "/", "/$2", "/new/$1", "/api", "/a?b"),
    ("0.25", "use-regex", "true", "false"),
    ("0.2", "app-root", "/app", "/home", "none"),
    ("0.25", "x-forwarded-prefix", "/api"),
    ("0.2", "upstream-vhost", "inside.example", "$http_x"),
    ("0.2", "server-alias", "other.example.com", "alias.example.com,www.example.com"),
)
REDIRECTS: tuple[Given, ...] = (
    ("0.3", "ssl-redirect", "false", "true"),
    ("0.2", "force-ssl-redirect", "true"),
    ("0.2", "preserve-trailing-slash", "true"),
    ("0.25", "from-to-www-redirect", "true"),
    ("0.1", "permanent-redirect", "https://new.example.com/x", "https://new.example.com$request_uri"),
    ("0.1", "permanent-redirect-code", "308", "404"),
    ("0.1", "temporal-redirect", "https://soon.example.com/", "ftp://soon.example.com/"),
    ("0.1", "temporal-redirect-code", "307", "308"),
    ("0.15", "relative-redirects", "true"),
    ("0.2", "proxy-redirect-from", "http://inside.example/", "default"),
    ("0.2", "proxy-redirect-to", "https://app.example.com/"),
)
COOKIES: tuple[Given, ...] = (
    ("0.3", "proxy-cookie-path", "/ /app/", "/base /", "off"),
    ("0.3", "proxy-cookie-domain", "inside.example app.example.com", "off"),
    ("0.5", "affinity", "cookie", "cookie", "ip"),
    ("0.3", "session-cookie-name", "route"),
    ("0.3", "session-cookie-path", "/", "/app"),
    ("0.3", "session-cookie-samesite", "None", "Lax", "strict"),
    ("0.2", "session-cookie-secure", "true"),
    ("0.2", "session-cookie-max-age", "172800"),
    ("0.1", "session-cookie-domain", "example.com"),
)
ERRORS: tuple[Given, ...] = (
    ("0.5", "custom-http-errors", "401,403", "503", "404, 500"),
    ("0.2", "default-backend", "pages"),
    ("0.2", "disable-proxy-intercept-errors", "true"),
    ("0.4", "custom-headers", "answers", "apps/answers"),
)
SNIPPETS: tuple[Given, ...] = (
    ("0.8", "configuration-snippet", "proxy_set_header Authorization $http_authorization;\n",
     "if ($request_method = OPTIONS) {\n  return 204;\n}\n", 'more_set_headers "X-A: snippet";\n',
     "add_header X-B snippet always;\n", "rewrite ^/api/(.*)$ /$1 break;\n", "return 403;\n",
     "if ($http_x) {\n  more_set_headers \"X-A: branch\";\n}\n", "rewrite ^/login /app last;\n",
     "set $x $http_x;\nproxy_set_header X-Told $x;\n", "proxy_hide_header X-A;\n",
     "proxy_pass_header Authorization;\n", "error_page 403 = /denied;\n",
     'if ($http_authorization = "") {\n  return 401;\n}\n'),
    ("0.3", "server-snippet", "add_header X-B server always;\n", "location = /denied {\n  return 418;\n}\n",
     "proxy_set_header X-Told server;\n", "if ($http_x = block) {\n  return 403;\n}\n",
     "more_clear_headers X-A;\n"),
)  # fmt: skip
BACKENDS: tuple[Given, ...] = (
    ("0.3", "backend-protocol", "GRPC", "FCGI", "HTTP", "ajp"),
    ("0.2", "proxy-buffer-size", "16k"),
    ("0.2", "proxy-body-size", "2m"),
    ("0.2", "enable-global-auth", "false"),
    ("0.1", "auth-tls-secret", "apps/ca", "ca", "other/ca"),
    ("0.1", "auth-tls-verify-client", "off", "optional"),
    ("0.08", "auth-tls-match-cn", "CN=app"),
    ("0.05", "ssl-passthrough", "true"),
)
GROUPS: tuple[tuple[float, tuple[Given, ...]], ...] = (
    (0.35, CORS), (0.4, EXTERNAL), (0.25, PASSWORDS), (0.3, ACCESS), (0.4, PATHS), (0.35, REDIRECTS),
    (0.25, COOKIES), (0.25, ERRORS), (0.35, SNIPPETS), (0.4, BACKENDS),
)  # fmt: skip
SETTINGS: tuple[Given, ...] = (
    ("0.08", "proxy-set-headers", "apps/sent"),
    ("0.06", "add-headers", "apps/answers"),
    ("0.05", "hide-headers", "X-A, WWW-Authenticate"),
    ("0.08", "no-auth-locations", "/login, /api", "/"),
    ("0.06", "custom-http-errors", "401,404", "503"),
    ("0.03", "disable-proxy-intercept-errors", "true"),
    ("0.12", "use-forwarded-headers", "true"),
    ("0.06", "compute-full-forwarded-for", "true"),
    ("0.04", "enable-real-ip", "true"),
    ("0.04", "forwarded-for-header", "X-Real-Client"),
    ("0.04", "proxy-real-ip-cidr", "10.0.0.0/8", "127.0.0.0/8"),
    ("0.05", "ssl-redirect", "false"),
    ("0.04", "force-ssl-redirect", "true"),
    ("0.04", "http-redirect-code", "301"),
    ("0.04", "no-tls-redirect-locations", "/api"),
    ("0.05", "enable-underscores-in-headers", "true"),
    ("0.04", "ignore-invalid-headers", "false"),
    ("0.04", "large-client-header-buffers", "4 16k"),
    ("0.04", "whitelist-source-range", "127.0.0.0/8", "10.0.0.0/8"),
    ("0.04", "denylist-source-range", "10.0.0.0/8"),
    ("0.04", "block-cidrs", "10.0.0.0/8", "127.0.0.0/8"),
    ("0.04", "block-user-agents", "~*bot", "~*curl"),
    ("0.04", "block-referers", "~*bad"),
    ("0.04", "limit-req-status-code", "429"),
    ("0.04", "proxy-cookie-path", "/ /all/"),
    ("0.04", "proxy-redirect-from", "default"),
    ("0.04", "proxy-add-original-uri-header", "true"),
    ("0.04", "relative-redirects", "true"),
    ("0.05", "location-snippet", 'more_set_headers "X-B: everywhere";\n', "proxy_set_header X-Told all;\n"),
    ("0.05", "server-snippet", "add_header X-B all;\n"),
    ("0.05", "http-snippet", "add_header X-B outside always;\n"),
)
GLOBAL = (
    ("global-auth-url", "http://global.sso.svc.cluster.local/check"),
    ("global-auth-signin", "https://login.example.com/all"),
    ("global-auth-response-headers", "X-User"),
    ("global-auth-method", "GET"),
    ("global-auth-snippet", "proxy_set_header X-Api-Key all;\n"),
    ("global-auth-request-redirect", "https://app.example.com/all"),
    ("global-auth-cache-key", "$http_authorization"),
)
