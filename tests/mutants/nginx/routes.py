"""What people do to routes, and to the 401 itself, in nginx."""

from __future__ import annotations

from tests.mutants.nginx.cors import BASIC, HEADERS, OPTIONS, ORIGIN, SESSION
from tests.mutants.nginx.planting import Planting

SIGN_IN = "location @sign-in {\n    return 302 $scheme://$http_host/welcome/?from=$request_uri;\n}\n"
API = r"\b(api|rpc|graphql|v1|v2|ws|rest|jsonrpc)\b"

PLANTINGS = (
    Planting(
        "rewrite-leaves-protection",
        "last for break",
        'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        "+ rewrite ^(.*)$ /pages$1 last; #!\n- rewrite ^(.*)$ /pages$1 break;\n",
        server="location /pages/ {\n    @pass@\n}\n",
        alone=True,
        plain=True,
    ),
    Planting(
        "rewrite-leaves-protection",
        "flag forgotten",
        'auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        "+ rewrite ^(.*)$ /pages$1; #!\n- rewrite ^(.*)$ /pages$1 break;\n",
        server="location /pages/ {\n    @pass@\n}\n",
        alone=True,
        plain=True,
    ),
    Planting(
        "rewrite-enters-protection",
        "public path rewritten into the rest",
        "auth_basic off; #!\n+ rewrite ^(.*)$ /staff$1 last; #!\n- rewrite ^(.*)$ /staff$1 break;\n",
        server=BASIC + "location /staff/ {\n    @pass@\n}\n",
        alone=True,
        plain=True,
    ),
    Planting(
        "public-path-protected",
        "certificates",
        server='auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        "location /.well-known/acme-challenge/ { #!\n-     auth_basic off;\n    root /srv/acme;\n}\n",
    ),
    Planting(
        "public-path-protected",
        "health of the application",
        server='auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        "location = /healthz { #!\n-     auth_basic off;\n    @pass@\n}\n",
    ),
    Planting(
        "public-path-protected",
        "discovery",
        server="auth_request /_session; #!\n"
        + SESSION
        + "location = /.well-known/openid-configuration { #!\n-     auth_request off;\n    @pass@\n}\n",
    ),
    Planting(
        "auth-endpoint-behind-auth",
        "sign-in asks for the session",
        server="auth_request /_session; #!\nerror_page 401 = @sign-in; #!\n"
        + SESSION
        + SIGN_IN
        + "location /welcome/ { #!\n-     auth_request off;\n    proxy_pass http://127.0.0.1:9001/;\n}\n",
        free="oauth|auth|sign|log",
    ),
    Planting(
        "auth-endpoint-behind-auth",
        "page for the error asks for the session",
        server="auth_request /_session; #!\nerror_page 401 /login.html; #!\n"
        + SESSION
        + "location = /login.html { #!\n-     auth_request off;\n    root /srv/pages;\n}\n",
        free="oauth|auth|sign|log",
    ),
    Planting(
        "redirect-loses-credentials",
        "API moved to another host",
        "+ return 308 https://moved.example.net$request_uri; #!\n",
        path=API,
    ),
    Planting(
        "redirect-loses-credentials",
        "API sent to another host by a rewrite",
        "+ rewrite ^(.*)$ https://moved.example.net$1 permanent; #!\n",
        path=API,
    ),
    Planting(
        "challenge-missing",
        "home-made",
        'if ($http_authorization = "") {\n    return 401; #!\n}\n- error_page 401 @challenge;\n',
        server="- location @challenge {\n-     add_header WWW-Authenticate 'Bearer realm=\"all\"' always;\n"
        "-     return 401;\n- }\n",
        also=("challenge-misleading",),
    ),
    Planting(
        "challenge-missing",
        "hidden from git",
        server="location ~ \\.git/ {\n+     proxy_hide_header WWW-Authenticate; #!\n    @pass@\n}\n",
        via=("proxy_pass",),
    ),
    Planting(
        "unauthorized-masked",
        "API sent to the sign-in",
        OPTIONS
        + ORIGIN
        + HEADERS
        + "auth_request /_session;\n+ error_page 401 =302 https://login.example.com/; #!\n",
        server=SESSION,
    ),
    Planting(
        "unauthorized-masked",
        "API gets a page with 200",
        OPTIONS
        + ORIGIN
        + HEADERS
        + BASIC
        + "+ error_page 401 =200 /oops.html; #!\n- error_page 401 /oops.html;\n",
        server="location = /oops.html {\n    internal;\n    root /srv/errors;\n}\n",
    ),
    Planting(
        "throttled-as-unauthorized",
        "limit of requests",
        BASIC + "limit_req zone=clients; #!\n+ limit_req_status 401; #!\n- limit_req_status 429;\n",
        http="limit_req_zone $binary_remote_addr zone=clients:1m rate=1r/s;\n",
    ),
    Planting(
        "throttled-as-unauthorized",
        "limit of connections",
        BASIC + "limit_conn clients 1; #!\n+ limit_conn_status 403; #!\n- limit_conn_status 429;\n",
        http="limit_conn_zone $binary_remote_addr zone=clients:1m;\n",
    ),
)
