"""What people do to CORS in nginx."""

from __future__ import annotations

from tests.mutants.nginx.planting import Planting

OPTIONS = """
if ($request_method = OPTIONS) {
    return 204;
}
"""
ORIGIN = "add_header Access-Control-Allow-Origin https://app.example.com always;\n"
HEADERS = 'add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;\n'
BASIC = """
auth_basic "staff";
auth_basic_user_file /etc/nginx/htpasswd;
"""
SESSION = """
location = /_session {
    internal;
    proxy_pass http://127.0.0.1:9000/session;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}
"""


def absent(text: str) -> str:
    """Lines that the wrong text lacks."""
    return "".join(f"- {line}\n" for line in text.strip("\n").split("\n"))


def added(text: str) -> str:
    """Lines that only the wrong text has."""
    return "".join(f"+ {line}\n" for line in text.strip("\n").split("\n"))


PLANTINGS = (
    Planting(
        "preflight-behind-auth",
        "exemption forgotten",
        absent(OPTIONS)
        + 'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        + ORIGIN
        + HEADERS,
    ),
    Planting(
        "preflight-behind-auth",
        "exemption forgotten, session asked for",
        absent(OPTIONS) + "auth_request /_session; #!\n" + ORIGIN + HEADERS,
        server=SESSION,
    ),
    Planting(
        "preflight-behind-auth",
        "options in small letters",
        absent(OPTIONS)
        + added(OPTIONS.replace("OPTIONS", "options"))
        + 'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        + ORIGIN
        + HEADERS,
    ),
    Planting(
        "preflight-behind-auth",
        "exemption left outside of the location",
        absent(OPTIONS)
        + 'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        + ORIGIN
        + HEADERS,
        server="+ location = /ping {\n+     if ($request_method = OPTIONS) {\n+         return 204;\n+     }\n"
        "+     return 200;\n+ }\n",
    ),
    Planting(
        "preflight-unanswered",
        "answered where the headers are not",
        absent(OPTIONS) + ORIGIN + HEADERS,
        server="+ if ($request_method = OPTIONS) {\n+     return 204; #!\n+ }\n",
        alone=True,
    ),
    Planting(
        "preflight-unanswered",
        "limit_except without OPTIONS",
        "+ limit_except GET POST PUT { #!\n- limit_except GET POST PUT OPTIONS {\n    deny all;\n}\n"
        + ORIGIN
        + HEADERS
        + 'add_header Access-Control-Allow-Methods "GET, POST, PUT" always;\n'
        + absent(OPTIONS),
    ),
    Planting(
        "preflight-unanswered",
        "list of methods without OPTIONS",
        "+ if ($request_method !~ ^(GET|POST|DELETE)$) {\n- if ($request_method !~ ^(GET|POST|DELETE|OPTIONS)$) {\n"
        "    return 405; #!\n}\n" + ORIGIN + HEADERS,
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "star",
        "+ add_header Access-Control-Allow-Origin * always; #!\n"
        "- add_header Access-Control-Allow-Origin https://app.example.com always;\n"
        "add_header Access-Control-Allow-Credentials true always; #!\n",
        part=True,
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "echo",
        "+ add_header Access-Control-Allow-Origin $http_origin always; #!\n"
        "- add_header Access-Control-Allow-Origin https://app.example.com always;\n"
        "add_header Access-Control-Allow-Credentials true always; #!\n",
        part=True,
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "map with a catch-all",
        "add_header Access-Control-Allow-Origin $allowed_origin always; #!\n"
        "add_header Access-Control-Allow-Credentials true always; #!\n",
        http="map $http_origin $allowed_origin {\n+     default $http_origin; #!\n"
        '-     default "";\n    https://app.example.com $http_origin;\n}\n',
    ),
    Planting(
        "credentials-not-allowed",
        "session of a page elsewhere",
        "auth_request /_session; #!\nerror_page 401 = @sign-in;\n"
        + OPTIONS
        + "add_header Access-Control-Allow-Origin https://app.example.com always; #!\n"
        "- add_header Access-Control-Allow-Credentials true always;\n",
        server=SESSION + "location @sign-in {\n    return 302 https://login.example.com/;\n}\n",
    ),
    Planting(
        "credentials-not-allowed",
        "cookie tested by hand",
        OPTIONS + 'if ($cookie_sid = "") {\n    return 401;\n}\n'
        "add_header Access-Control-Allow-Origin https://app.example.com always; #!\n"
        "- add_header Access-Control-Allow-Credentials true always;\n",
    ),
    Planting(
        "authorization-not-allowed",
        "header forgotten",
        OPTIONS
        + BASIC
        + ORIGIN
        + "+ add_header Access-Control-Allow-Headers Content-Type always; #!\n"
        + absent(HEADERS),
    ),
    Planting(
        "authorization-not-allowed",
        "no list at all",
        "if ($request_method = OPTIONS) {\n    add_header Access-Control-Allow-Origin https://app.example.com; #!\n"
        '    add_header Access-Control-Allow-Methods "GET, PUT";\n'
        '-     add_header Access-Control-Allow-Headers "Authorization";\n    return 204; #!\n}\n'
        "proxy_set_header Authorization $http_authorization;\n" + ORIGIN,
        via=("proxy_pass",),
    ),
    Planting(
        "authorization-not-allowed",
        "star with credentials",
        OPTIONS
        + ORIGIN
        + "add_header Access-Control-Allow-Credentials true always;\n"
        + "+ add_header Access-Control-Allow-Headers * always; #!\n"
        + absent(HEADERS)
        + "proxy_set_header Authorization $http_authorization;\n",
        via=("proxy_pass",),
    ),
    Planting(
        "method-not-allowed",
        "limit names it",
        "limit_except GET POST PUT OPTIONS {\n    deny all;\n}\n"
        + OPTIONS
        + ORIGIN
        + HEADERS
        + '+ add_header Access-Control-Allow-Methods "GET, POST, OPTIONS" always; #!\n'
        + '- add_header Access-Control-Allow-Methods "GET, POST, PUT, OPTIONS" always;\n',
    ),
    Planting(
        "method-not-allowed",
        "test names it",
        "if ($request_method !~ ^(GET|POST|PATCH|OPTIONS)$) {\n    return 405;\n}\n"
        + OPTIONS
        + ORIGIN
        + HEADERS
        + '+ add_header Access-Control-Allow-Methods "GET, POST" always; #!\n'
        + '- add_header Access-Control-Allow-Methods "GET, POST, PATCH" always;\n',
    ),
    Planting(
        "cors-missing-on-unauthorized",
        "always lost, password",
        OPTIONS
        + BASIC
        + absent(ORIGIN)
        + "+ add_header Access-Control-Allow-Origin https://app.example.com; #!\n"
        + HEADERS,
    ),
    Planting(
        "cors-missing-on-unauthorized",
        "always lost, service asked",
        OPTIONS
        + "auth_request /_session;\n"
        + absent(ORIGIN)
        + "+ add_header Access-Control-Allow-Origin https://app.example.com; #!\n"
        + HEADERS,
        server=SESSION,
    ),
    Planting(
        "cors-missing-on-unauthorized",
        "moved to an error page",
        OPTIONS + BASIC + "+ error_page 401 /401.json; #!\n" + ORIGIN + HEADERS,
        server="+ location = /401.json {\n+     internal;\n+     root /srv/errors;\n+ }\n",
    ),
    Planting(
        "cors-policy-inert",
        "erased by an if",
        ORIGIN.rstrip("\n")
        + " #!\n+ if ($request_method != OPTIONS) {\n+     add_header X-Served-By gateway; #!\n+ }\n",
    ),
    Planting(
        "cors-policy-inert",
        "origin with a slash",
        "add_header Access-Control-Allow-Origin $cors_origin always; #!\n",
        http="map $http_origin $cors_origin {\n+     https://app.example.com/ $http_origin; #!\n"
        "-     https://app.example.com $http_origin;\n}\n",
    ),
    Planting(
        "cors-policy-inert",
        "pattern without the scheme",
        "+ if ($http_origin ~ ^app\\.example\\.com$) { #!\n- if ($http_origin ~ ^https://app\\.example\\.com$) {\n"
        "    add_header Access-Control-Allow-Origin $http_origin always;\n}\n",
    ),
    Planting(
        "duplicate-allow-origin",
        "two lines",
        "add_header Access-Control-Allow-Origin https://app.example.com always; #!\n"
        "+ add_header Access-Control-Allow-Origin https://admin.example.com always; #!\n",
        part=True,
    ),
    Planting(
        "duplicate-allow-origin",
        "a list",
        '+ add_header Access-Control-Allow-Origin "https://app.example.com, https://admin.example.com" always; #!\n'
        + absent(ORIGIN),
        part=True,
    ),
    Planting(
        "origin-check-loose",
        "no end",
        "if ($http_origin ~ ^https://app\\.example\\.com) { #!\n".replace("if", "+ if")
        + "- if ($http_origin ~ ^https://app\\.example\\.com$) {\n"
        "    add_header Access-Control-Allow-Origin $http_origin always;\n}\n",
        part=True,
    ),
    Planting(
        "origin-check-loose",
        "no beginning",
        "add_header Access-Control-Allow-Origin $allowed_origin always;\n",
        http="map $http_origin $allowed_origin {\n+     ~example\\.com$ $http_origin; #!\n"
        "-     ~^https://([a-z]+\\.)?example\\.com$ $http_origin;\n}\n",
    ),
    Planting(
        "origin-check-loose",
        "plain dot",
        "add_header Access-Control-Allow-Origin $allowed_origin always;\n",
        http="map $http_origin $allowed_origin {\n+     ~^https://app.example\\.com$ $http_origin; #!\n"
        "-     ~^https://app\\.example\\.com$ $http_origin;\n}\n",
    ),
    Planting(
        "challenge-not-exposed",
        "not exposed",
        OPTIONS
        + "auth_request /_token; #!\n"
        + "add_header Access-Control-Allow-Origin https://app.example.com always; #!\n"
        + HEADERS
        + "- add_header Access-Control-Expose-Headers WWW-Authenticate always;\n",
        server=SESSION.replace("session", "token"),
        pedantic=True,
    ),
    Planting(
        "setting-ignored",
        "misspelt",
        ORIGIN
        + '+ add_header Access-Control-Allow-Header "Authorization" always; #!\n'
        + '- add_header Access-Control-Allow-Headers "Authorization" always;\n',
        part=True,
    ),
    Planting(
        "setting-ignored",
        "answer's header sent to the application",
        "+ proxy_set_header Access-Control-Allow-Origin https://app.example.com; #!\n" + absent(ORIGIN),
        via=("proxy_pass",),
        part=True,
    ),
    Planting(
        "object-rejected",
        "variable that nobody defines",
        "+ add_header Access-Control-Allow-Origin $cors_origins always; #!\n" + absent(ORIGIN),
        main=True,
        refused=True,
    ),
    Planting(
        "object-rejected",
        "list without quotes",
        ORIGIN
        + "+ add_header Access-Control-Allow-Methods GET, POST, PUT; #!\n"
        + '- add_header Access-Control-Allow-Methods "GET, POST, PUT";\n',
        also=("syntax-error",),
        refused=True,
        part=True,
    ),
)
