"""What people do to credentials, and to the checks that ask for them, in nginx."""

from __future__ import annotations

from tests.mutants.nginx.cors import BASIC, HEADERS, OPTIONS, ORIGIN, SESSION
from tests.mutants.nginx.planting import Planting

PROXY = ("proxy_pass",)

PLANTINGS = (
    Planting(
        "authorization-dropped",
        "emptied",
        OPTIONS
        + ORIGIN
        + HEADERS
        + '+ proxy_set_header Authorization ""; #!\n- proxy_set_header Authorization $http_authorization;\n',
        via=PROXY,
        part=True,
    ),
    Planting(
        "authorization-dropped",
        "emptied for the application's page, sent for its export",
        '+ proxy_set_header Authorization ""; #!\n',
        server="location /export/ {\n    proxy_set_header Authorization $http_authorization;\n    @pass@\n}\n",
        via=PROXY,
    ),
    Planting(
        "authorization-dropped",
        "headers switched off",
        OPTIONS + ORIGIN + HEADERS + "+ proxy_pass_request_headers off; #!\n",
        via=PROXY,
        part=True,
    ),
    Planting(
        "authorization-dropped",
        "variable misspelt",
        OPTIONS
        + ORIGIN
        + HEADERS
        + "+ proxy_set_header Authorization $http_authorisation; #!\n"
        + "- proxy_set_header Authorization $http_authorization;\n",
        via=PROXY,
        part=True,
    ),
    Planting(
        "authorization-malformed",
        "token from a cookie that may be missing",
        '- if ($cookie_token = "") {\n-     return 401;\n- }\n'
        'proxy_set_header Authorization "Bearer $cookie_token"; #!\n',
        via=PROXY,
    ),
    Planting(
        "authorization-malformed",
        "token from a parameter that may be missing",
        '- if ($arg_token = "") {\n-     return 401;\n- }\n'
        'proxy_set_header Authorization "Bearer $arg_token"; #!\n',
        via=PROXY,
    ),
    Planting(
        "authorization-malformed",
        "two lines",
        "+ proxy_set_header Authorization $http_authorization; #!\n"
        'proxy_set_header Authorization "Bearer ROBOT"; #!\n',
        via=PROXY,
    ),
    Planting(
        "authorization-malformed",
        "map without a fallback",
        OPTIONS + ORIGIN + HEADERS + "proxy_set_header Authorization $sent_on; #!\n",
        http='map $cookie_token $sent_on {\n-     "" $http_authorization;\n-     default "Bearer $cookie_token";\n'
        '+     ~. "Bearer $cookie_token"; #!\n}\n',
        also=("authorization-dropped",),
        via=PROXY,
    ),
    Planting(
        "auth-unsatisfiable",
        "tokens blocked in front of the password",
        'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        "+ if ($http_authorization) { #!\n+     return 403;\n+ }\n",
    ),
    Planting(
        "auth-unsatisfiable",
        "tokens blocked in the whole server",
        'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n',
        server='+ if ($http_authorization ~* "basic|bearer") { #!\n+     return 400;\n+ }\n',
    ),
    Planting(
        "competing-authorization",
        "password and token",
        '+ auth_basic "staff"; #!\n+ auth_basic_user_file /etc/nginx/htpasswd;\n'
        'if ($http_authorization !~ "^Bearer ") { #!\n    return 401;\n}\n',
    ),
    Planting(
        "auth-service-blind",
        "no headers for the service",
        OPTIONS + "auth_request /_session; #!\nerror_page 401 = @sign-in;\n",
        server=SESSION.replace("}", "+     proxy_pass_request_headers off; #!\n}").replace("\n+", "\n+")
        + "location @sign-in {\n    return 302 https://login.example.com/;\n}\n",
    ),
    Planting(
        "auth-service-blind",
        "cookie emptied for the service",
        "auth_request /_session;\nerror_page 401 = @sign-in;\n",
        server=SESSION.replace("}", '+     proxy_set_header Cookie ""; #!\n}')
        + "location @sign-in {\n    return 302 https://login.example.com/;\n}\n",
    ),
    Planting(
        "auth-service-blind",
        "token emptied for everybody",
        OPTIONS + ORIGIN + HEADERS + "auth_request /_token;\n",
        server='+ proxy_set_header Authorization ""; #!\n'
        + SESSION.replace("session", "token").replace('    proxy_set_header Content-Length "";\n', ""),
        headers=False,
        via=PROXY,
    ),
    Planting(
        "inherited-headers-lost",
        "token for the application",
        "+ proxy_set_header X-Real-IP $remote_addr; #!\n",
        server='proxy_set_header Authorization "Bearer SERVICE";\n',
        sole=True,
        headers=False,
        via=PROXY,
    ),
    Planting(
        "inherited-headers-lost",
        "identity from the service",
        "auth_request /_session;\nauth_request_set $user $upstream_http_x_user;\n"
        "+ proxy_set_header X-Real-IP $remote_addr; #!\n",
        server="proxy_set_header X-User $user;\n"
        + SESSION
        + "location /pages-of-it/ {\n    auth_request /_session;\n    @pass@\n}\n",
        headers=False,
        via=PROXY,
    ),
    Planting(
        "header-name-dropped",
        "underscores",
        "proxy_set_header api_access_token $http_api_access_token; #!\n",
        http="- underscores_in_headers on;\n",
        via=PROXY,
    ),
    Planting(
        "header-name-dropped",
        "underscores, told to pages",
        OPTIONS
        + ORIGIN
        + '+ add_header Access-Control-Allow-Headers "Content-Type, X_Auth_Token" always; #!\n'
        + '- add_header Access-Control-Allow-Headers "Content-Type, X-Auth-Token" always;\n',
    ),
    Planting(
        "auth-not-enforced",
        "no file of users",
        'auth_basic "staff"; #!\n- auth_basic_user_file /etc/nginx/htpasswd;\n',
    ),
    Planting(
        "auth-not-enforced",
        "no realm",
        '- auth_basic "staff";\nauth_basic_user_file /etc/nginx/htpasswd; #!\n',
    ),
    Planting(
        "auth-not-enforced",
        "everybody is allowed",
        BASIC.replace('staff";', 'staff"; #!') + "+ satisfy any; #!\n- satisfy all;\nallow all; #!\n",
    ),
    Planting(
        "auth-not-enforced",
        "limit the wrong way round",
        "+ limit_except OPTIONS { #!\n+     auth_basic off; #!\n+ }\n",
        server=BASIC,
    ),
    Planting(
        "auth-not-enforced",
        "a page says yes",
        "auth_request /_session; #!\n",
        server=SESSION.replace("    proxy_pass http", "-     proxy_pass http").replace(
            "}", "+     return 200; #!\n}"
        ),
    ),
    Planting(
        "auth-fails-open",
        "an outage is a yes",
        "auth_request /_session; #!\n",
        server=SESSION.replace("}", "+     error_page 502 504 =200 /_yes; #!\n}")
        + "location = /_yes {\n    internal;\n    return 204;\n}\n",
    ),
    Planting(
        "auth-fails-open",
        "an outage goes around",
        "auth_request /_session; #!\n+ error_page 500 502 503 504 = @direct; #!\n",
        server=SESSION + "location @direct {\n    @pass@\n}\n",
    ),
    Planting(
        "auth-reference-dangling",
        "no page for the error",
        BASIC + "+ error_page 401 = @sign-in; #!\n",
    ),
    Planting(
        "auth-reference-dangling",
        "no such service",
        "auth_request /_session; #!\n",
        server="".join(f"- {line}\n" for line in SESSION.strip().split("\n")),
        missing="/_session",
    ),
    Planting(
        "token-logged",
        "header in the log",
        BASIC + "access_log /var/log/nginx/audit.log audit;\n",
        http='+ log_format audit \'$remote_addr "$request" "$http_authorization"\'; #!\n'
        "- log_format audit '$remote_addr \"$request\" $remote_user';\n",
    ),
    Planting(
        "token-logged",
        "cookie in the log",
        "auth_request /_session;\naccess_log /var/log/nginx/audit.log audit;\n",
        server=SESSION,
        http='+ log_format audit \'$remote_addr "$request" "$http_cookie"\'; #!\n'
        "- log_format audit '$remote_addr \"$request\"';\n",
    ),
)
