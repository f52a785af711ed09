"""What people do to authentication and CORS in the annotations of ingress-nginx."""

from __future__ import annotations

from tests.mutants.envoy.words import both, lacking, right, wrong
from tests.mutants.ingress.planting import Planting

CONTROLLER = """apiVersion: v1
kind: ConfigMap
metadata:
  name: ingress-nginx-controller
  namespace: ingress-nginx
data:
  allow-snippet-annotations: "true"
  annotations-risk-level: Critical
"""
SNIPPETS = both(CONTROLLER)
CORS = both('@/enable-cors: "true" #!\n')
ORIGIN = both("@/cors-allow-origin: https://app.example.com #!\n")
BASIC = both("@/auth-type: basic #!\n@/auth-secret: users\n@/auth-realm: staff\n")
SESSION = both("@/auth-url: http://login.accounts.svc.cluster.local:4180/oauth2/auth #!\n")
TOKEN = both("@/auth-url: http://tokens.accounts.svc.cluster.local:8080/introspect #!\n")
BESIDE = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: beside
spec:
  ingressClassName: nginx
  rules:
  - host: @host@
    http:
      paths:
      - path: @beside@
        pathType: Prefix
        backend: {service: {name: @service@, port: {number: 80}}}
"""
SNIPPET = "@/configuration-snippet: |\n"


def snippet(good: str, bad: str, name: str = "configuration-snippet") -> str:
    """A snippet with these lines in the right text and those in the wrong one."""
    inner = "".join(f"-   {line}\n" for line in good.split("\n") if line)
    inner += "".join(f"+   {line} #!\n" for line in bad.split("\n") if line)
    head = f"@/{name}: |\n"
    return (both(head.rstrip("\n") + "\n") if good and bad else right(head) if good else wrong(head)) + inner


PLANTINGS = (
    Planting(
        "authorization-not-allowed",
        "list replaced",
        CORS
        + ORIGIN
        + TOKEN
        + right("@/cors-allow-headers: Content-Type,Authorization\n")
        + wrong("@/cors-allow-headers: Content-Type,X-Requested-With #!\n"),
    ),
    Planting(
        "authorization-not-allowed",
        "list replaced, password",
        CORS
        + ORIGIN
        + BASIC
        + both('@/cors-allow-credentials: "false"\n')
        + right("@/cors-allow-headers: Content-Type,Authorization\n")
        + wrong("@/cors-allow-headers: Content-Type #!\n"),
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "defaults",
        CORS + right("@/cors-allow-origin: https://app.example.com\n") + SESSION,
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "star",
        CORS
        + SESSION
        + right("@/cors-allow-origin: https://app.example.com\n")
        + wrong('@/cors-allow-origin: "*" #!\n'),
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "value that is not taken",
        CORS
        + SESSION
        + right("@/cors-allow-origin: https://app.example.com\n")
        + wrong("@/cors-allow-origin: https://app.example.com/ #!\n"),
        also=("setting-ignored",),
    ),
    Planting(
        "cors-policy-inert",
        "origin without a scheme",
        CORS
        + SESSION
        + right("@/cors-allow-origin: https://app.example.com\n")
        + wrong("@/cors-allow-origin: app.example.com #!\n"),
    ),
    Planting(
        "cors-policy-inert",
        "not switched on",
        right('@/enable-cors: "true"\n') + ORIGIN + BASIC,
    ),
    Planting(
        "cors-policy-inert",
        "not switched on, session asked for",
        right('@/enable-cors: "true"\n') + ORIGIN + SESSION,
    ),
    Planting(
        "credentials-not-allowed",
        "switched off",
        CORS
        + ORIGIN
        + SESSION
        + both("@/cors-allow-headers: Content-Type\n")
        + wrong('@/cors-allow-credentials: "false" #!\n'),
    ),
    Planting(
        "setting-ignored",
        "misspelt",
        SESSION
        + right("@/auth-response-headers: X-Auth-Request-User\n")
        + wrong("@/auth-response-header: X-Auth-Request-User #!\n"),
    ),
    Planting(
        "setting-ignored",
        "origin with a slash",
        CORS
        + both('@/cors-allow-credentials: "false"\n')
        + right("@/cors-allow-origin: https://app.example.com\n")
        + wrong("@/cors-allow-origin: https://app.example.com/ #!\n"),
    ),
    Planting(
        "setting-ignored",
        "snippets are off",
        BASIC
        + both(SNIPPET.rstrip("\n") + " #!\n")
        + both("  proxy_set_header Authorization $http_authorization;\n"),
        objects=both(CONTROLLER.split("  allow-")[0])
        + right('  allow-snippet-annotations: "true"\n  annotations-risk-level: Critical\n')
        + wrong('  allow-snippet-annotations: "false"\n'),
    ),
    Planting(
        "object-rejected",
        "no users",
        lacking("@/auth-type: basic #!\n@/auth-realm: staff\n@/auth-secret: users\n", "secret"),
    ),
    Planting(
        "object-rejected",
        "realm with brackets",
        both("@/auth-type: basic\n@/auth-secret: users\n")
        + right("@/auth-realm: staff\n")
        + wrong('@/auth-realm: "Reports (staff only)" #!\n'),
    ),
    Planting(
        "object-rejected",
        "address that cannot be read",
        right("@/auth-url: http://login.accounts.svc.cluster.local:4180/session\n")
        + wrong("@/auth-url: login.accounts.svc.cluster.local:4180/session #!\n"),
    ),
    Planting(
        "preflight-behind-auth",
        "CORS by hand",
        BASIC
        + right('@/enable-cors: "true"\n@/cors-allow-origin: https://app.example.com\n')
        + snippet(
            "",
            'more_set_headers "Access-Control-Allow-Origin: https://app.example.com";\n'
            'more_set_headers "Access-Control-Allow-Headers: Authorization";',
        ),
        objects=SNIPPETS,
    ),
    # With auth-url nothing is certain: the service is told the method, and may let preflights pass.
    Planting(
        "preflight-unanswered",
        "answered without the headers",
        both(SNIPPET)
        + both("  if ($request_method = OPTIONS) {\n")
        + wrong("    add_header Access-Control-Max-Age 600; #!\n    return 204; #!\n")
        + right("    return 204;\n")
        + both(
            "  }\n  add_header Access-Control-Allow-Origin https://app.example.com always;\n"
            '  add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;\n'
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "duplicate-allow-origin",
        "list",
        snippet(
            "add_header Access-Control-Allow-Origin https://app.example.com always;",
            'add_header Access-Control-Allow-Origin "https://app.example.com https://admin.example.com" always;',
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "duplicate-allow-origin",
        "twice",
        CORS + ORIGIN + snippet("", "add_header Access-Control-Allow-Origin https://app.example.com always;"),
        objects=SNIPPETS,
    ),
    Planting(
        "origin-check-loose",
        "no end",
        snippet(
            'if ($http_origin ~ "^https://app\\.example\\.com$") {\n'
            '  more_set_headers "Access-Control-Allow-Origin: $http_origin";\n}',
            'if ($http_origin ~ "^https://app\\.example\\.com") {\n'
            '  more_set_headers "Access-Control-Allow-Origin: $http_origin";\n}',
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "auth-fails-open",
        "outage is a yes",
        SESSION + snippet("error_page 502 504 @path@/;", "error_page 502 504 =200 @path@/;", "auth-snippet"),
        objects=SNIPPETS,
    ),
    Planting(
        "auth-service-blind",
        "cookie emptied",
        SESSION
        + snippet(
            'proxy_set_header X-Own "";',
            'proxy_set_header Cookie "";\nproxy_set_header Authorization "";',
            "auth-snippet",
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "auth-not-enforced",
        "anywhere will do",
        BASIC + wrong('@/satisfy: any #!\n@/whitelist-source-range: "0.0.0.0/0" #!\n'),
    ),
    Planting(
        "auth-not-enforced",
        "a realm that switches off",
        "".join(
            (
                both("@/auth-type: basic #!\n@/auth-secret: users\n"),
                right("@/auth-realm: staff\n"),
                wrong('@/auth-realm: "off" #!\n'),
            )
        ),
        also=("auth-reference-dangling",),
    ),
    Planting(
        "auth-not-enforced",
        "settings of a check that is not there",
        right("@/auth-url: http://login.accounts.svc.cluster.local:4180/session\n")
        + both(
            "@/auth-signin: https://login.example.com/start #!\n@/auth-response-headers: X-Auth-Request-User #!\n"
        ),
        also=("setting-ignored",),
    ),
    Planting(
        "auth-reference-dangling",
        "page that is not there",
        BASIC + snippet("error_page 404 = /missing;", "error_page 401 = @login;"),
        objects=SNIPPETS,
    ),
    Planting(
        "authorization-malformed",
        "token from a cookie that may be missing",
        snippet(
            'proxy_set_header Authorization "Bearer TOKEN";',
            'proxy_set_header Authorization "Bearer $cookie_token";',
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "competing-authorization",
        "password and token",
        BASIC
        + snippet(
            'if ($http_authorization !~ "^Basic ") {\n  return 401;\n}',
            'if ($http_authorization !~ "^Bearer ") {\n  return 401;\n}',
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "auth-unsatisfiable",
        "tokens blocked",
        BASIC
        + snippet(
            'if ($http_user_agent ~* "bot") {\n  return 403;\n}',
            'if ($http_authorization ~* "basic|bearer") {\n  return 403;\n}',
        ),
        objects=SNIPPETS,
    ),
    Planting(
        "challenge-missing",
        "home-made",
        snippet("", 'if ($http_authorization = "") {\n  return 401;\n}'),
        objects=SNIPPETS,
    ),
    Planting(
        "header-name-dropped",
        "underscore, told to pages",
        CORS
        + ORIGIN
        + right("@/cors-allow-headers: Content-Type,x-auth-token\n")
        + wrong("@/cors-allow-headers: Content-Type,x_auth_token #!\n"),
    ),
    Planting(
        "method-not-allowed",
        "test names it",
        CORS
        + ORIGIN
        + right('@/cors-allow-methods: "GET, POST, PUT, OPTIONS"\n')
        + wrong('@/cors-allow-methods: "GET, POST, OPTIONS" #!\n')
        + both(SNIPPET + "  if ($request_method !~ ^(GET|POST|PUT|OPTIONS)$) {\n    return 405;\n  }\n"),
        objects=SNIPPETS,
    ),
    Planting(
        "redirect-loses-credentials",
        "API moved",
        wrong("@/permanent-redirect: https://moved.example.net$request_uri #!\n")
        + CORS.replace("true", "false"),
        path=r"\b(api|rpc|graphql|v1|v2)\b",
    ),
    Planting(
        "unauthorized-masked",
        "sign-in for an API",
        CORS + ORIGIN + TOKEN + wrong("@/auth-signin: https://login.example.com/start #!\n"),
    ),
    Planting(
        "unauthorized-masked",
        "pages for errors of an API",
        CORS + ORIGIN + TOKEN + wrong('@/custom-http-errors: "401,404" #!\n'),
    ),
    Planting(
        "rewrite-leaves-protection",
        "last for break",
        BASIC + snippet("rewrite ^(.*)$ /archive$1 break;", "rewrite ^(.*)$ /archive$1 last;"),
        objects=SNIPPETS + "  ---\n" + both(BESIDE.replace("@beside@", "/archive")),
        below=True,
    ),
    Planting(
        "auth-endpoint-behind-auth",
        "sign-in of the same object",
        both("@/auth-url: http://login.accounts.svc.cluster.local:4180/session #!\n")
        + right("@/auth-signin: https://login.example.com/start?rd=$escaped_request_uri\n")
        + wrong("@/auth-signin: https://@host@@path@/start?rd=$escaped_request_uri #!\n"),
        tls=True,
    ),
    Planting(
        "token-logged",
        "header in the log",
        BASIC,
        objects=both(CONTROLLER)
        + right("  log-format-upstream: '$remote_addr \"$request\" $status'\n")
        + wrong("  log-format-upstream: '$remote_addr \"$request\" $status $http_authorization' #!\n"),
    ),
    Planting(
        "throttled-as-unauthorized",
        "status",
        BASIC + both('@/limit-rpm: "2" #!\n'),
        objects=both(CONTROLLER)
        + right('  limit-req-status-code: "429"\n')
        + wrong('  limit-req-status-code: "401" #!\n'),
    ),
    Planting(
        "unauthorized-cached",
        "one key for all",
        SESSION
        + right("@/auth-cache-key: $http_cookie$http_authorization\n")
        + wrong("@/auth-cache-key: $request_uri #!\n")
        + both('@/auth-cache-duration: "200 202 10m"\n'),
    ),
    Planting(
        "challenge-not-exposed",
        "not exposed",
        CORS + ORIGIN + TOKEN + right("@/cors-expose-headers: WWW-Authenticate\n"),
        pedantic=True,
    ),
    Planting(
        "auth-subrequest-broken",
        "start of the sign-in asked",
        right("@/auth-url: http://login.accounts.svc.cluster.local:4180/oauth2/auth\n")
        + wrong("@/auth-url: http://login.accounts.svc.cluster.local:4180/oauth2/start #!\n"),
    ),
    Planting(
        "auth-subrequest-broken",
        "path of the service forgotten",
        right("@/auth-url: http://vouch.accounts.svc.cluster.local:9090/validate\n")
        + wrong("@/auth-url: http://vouch.accounts.svc.cluster.local:9090 #!\n"),
    ),
    Planting(
        "challenge-misleading",
        "twice",
        BASIC + snippet("", "add_header WWW-Authenticate 'Basic realm=\"staff\"' always;"),
        objects=SNIPPETS,
    ),
    Planting(
        "auth-response-header-dropped",
        "renewed cookie erased by an if",
        SESSION + snippet("", "if ($request_method = GET) {\n  add_header X-Frame-Options DENY;\n}"),
        objects=SNIPPETS,
    ),
    Planting(
        "protection-gap",
        "another object for any host",
        SESSION,
        objects=wrong(BESIDE.replace("  - host: @host@\n    http:", "  - http: #!").replace("@beside@", "/")),
        root=True,
    ),
    Planting(
        "public-path-protected",
        "exemption of certificates replaced",
        both("cert-manager.io/cluster-issuer: letsencrypt-http\n"),
        objects=both(
            CONTROLLER + "  global-auth-url: http://login.accounts.svc.cluster.local:4180/session #!\n"
        )
        + wrong('  no-auth-locations: "/status" #!\n'),
        tls=True,
    ),
    Planting(
        "protected-route-overreaches",
        "every path is exempt",
        objects=both(CONTROLLER + "  global-auth-url: http://all.accounts.svc.cluster.local/check #!\n")
        + wrong('  no-auth-locations: "/" #!\n'),
        below=True,
    ),
    Planting(
        "cookie-unsendable",
        "affinity by a path that nobody asks for",
        both("@/affinity: cookie #!\n")
        + right('@/session-cookie-path: "/"\n')
        + wrong('@/session-cookie-path: "/elsewhere@path@" #!\n'),
        below=True,
    ),
)
