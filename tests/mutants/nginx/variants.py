"""The same mistakes in other words: blocks that are copied from page to page, exemptions in each of their ways,
headers of other modules, and what the gateway does around a session service."""

from __future__ import annotations

from tests.mutants.nginx.cors import BASIC, HEADERS, OPTIONS, ORIGIN, SESSION
from tests.mutants.nginx.planting import Planting

PROXY = ("proxy_pass",)
# The block that everybody has, with its quotes.
COPIED = """if ($request_method = 'OPTIONS') {
    add_header 'Access-Control-Allow-Origin' '*';
    add_header 'Access-Control-Allow-Methods' 'GET, POST, OPTIONS';
-     add_header 'Access-Control-Allow-Headers' 'DNT,User-Agent,X-Requested-With,Content-Type,Range,Authorization';
+     add_header 'Access-Control-Allow-Headers' 'DNT,User-Agent,X-Requested-With,Content-Type,Range'; #!
    add_header 'Access-Control-Max-Age' 1728000;
    add_header 'Content-Length' 0;
    return 204;
}
if ($request_method = 'POST') {
    add_header 'Access-Control-Allow-Origin' '*' always;
}
if ($request_method = 'GET') {
    add_header 'Access-Control-Allow-Origin' '*' always;
}
"""
PROXIED_LOGIN = SESSION.replace("_session", "oauth2/auth").replace("9000/session", "4180")

PLANTINGS = (
    Planting(
        "authorization-not-allowed",
        "copied block",
        COPIED + "proxy_set_header Authorization $http_authorization;\n",
        via=PROXY,
    ),
    Planting("authorization-not-allowed", "copied block, password", COPIED + BASIC),
    Planting(
        "wildcard-origin-with-credentials",
        "headers of another module",
        "+ more_set_headers 'Access-Control-Allow-Origin: $http_origin'; #!\n"
        "- more_set_headers 'Access-Control-Allow-Origin: https://app.example.com';\n"
        "more_set_headers 'Access-Control-Allow-Credentials: true'; #!\n",
        part=True,
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "variable in between",
        "+ set $cors_origin $http_origin; #!\n- set $cors_origin https://app.example.com;\n"
        "add_header Access-Control-Allow-Origin $cors_origin always; #!\n"
        "add_header Access-Control-Allow-Credentials true always; #!\n",
    ),
    Planting(
        "wildcard-origin-with-credentials",
        "any name fits",
        "+ if ($http_origin ~* (.*)) { #!\n- if ($http_origin = https://app.example.com) {\n"
        "    add_header Access-Control-Allow-Origin $http_origin always; #!\n"
        "    add_header Access-Control-Allow-Credentials true always; #!\n}\n",
        also=("origin-check-loose",),
    ),
    Planting(
        "origin-check-loose",
        "names in brackets",
        "+ if ($http_origin ~* (app\\.example\\.com|admin\\.example\\.com)) { #!\n"
        "- if ($http_origin ~* ^https://(app\\.example\\.com|admin\\.example\\.com)$) {\n"
        "    add_header Access-Control-Allow-Origin $http_origin always;\n"
        "    add_header Access-Control-Allow-Credentials true always;\n}\n",
    ),
    Planting(
        "preflight-behind-auth",
        "password of the whole server",
        "- auth_basic off;\n" + ORIGIN + HEADERS,
        server='auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n',
    ),
    Planting(
        "preflight-behind-auth",
        "exemption by limit_except for the wrong methods",
        "+ limit_except GET {\n- limit_except OPTIONS {\n"
        '    auth_basic "staff"; #!\n    auth_basic_user_file /etc/nginx/htpasswd;\n}\n' + ORIGIN + HEADERS,
    ),
    Planting(
        "preflight-behind-auth",
        "realm that ought to be off for preflights",
        "auth_basic $realm; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n" + ORIGIN + HEADERS,
        http='map $request_method $realm {\n    default "staff";\n-     OPTIONS off;\n+     OPTIONS ""; #!\n}\n',
    ),
    Planting(
        "preflight-behind-auth",
        "home-made check before the answer",
        "- if ($request_method = OPTIONS) {\n-     return 204;\n- }\n"
        'if ($http_authorization = "") {\n    return 401; #!\n}\n'
        "+ if ($request_method = OPTIONS) {\n+     return 204;\n+ }\n" + ORIGIN + HEADERS,
        also=("preflight-unanswered",),
    ),
    Planting(
        "cors-policy-inert",
        "erased by a header of the location",
        "+ add_header X-Frame-Options DENY; #!\n",
        server="".join(f"{line} #!\n" for line in (ORIGIN + HEADERS).strip().split("\n")),
        only=True,
    ),
    Planting(
        "cors-missing-on-unauthorized",
        "error answered elsewhere",
        OPTIONS + BASIC + "error_page 401 = @refused; #!\n" + ORIGIN + HEADERS,
        server="location @refused { #!\n-     add_header Access-Control-Allow-Origin https://app.example.com always;\n"
        "    add_header WWW-Authenticate Basic always;\n    return 401; #!\n}\n",
    ),
    Planting(
        "authorization-malformed",
        "scheme before the client's own",
        '+ proxy_set_header Authorization "Bearer $http_authorization"; #!\n'
        "- proxy_set_header Authorization $http_authorization;\n",
        via=PROXY,
    ),
    Planting(
        "challenge-missing",
        "not always",
        'if ($http_authorization = "") {\n'
        "+     add_header WWW-Authenticate 'Bearer realm=\"all\"'; #!\n"
        "-     add_header WWW-Authenticate 'Bearer realm=\"all\"' always;\n    return 401; #!\n}\n",
        also=("challenge-misleading",),
        free="oauth|auth|sign|log",
    ),
    Planting(
        "challenge-misleading",
        "twice",
        'auth_basic "staff";\nauth_basic_user_file /etc/nginx/htpasswd;\n'
        "+ add_header WWW-Authenticate 'Basic realm=\"staff\"' always; #!\n",
    ),
    Planting(
        "challenge-misleading",
        "another scheme",
        "if ($known = 0) {\n+     add_header WWW-Authenticate 'Basic realm=\"all\"' always; #!\n"
        "-     add_header WWW-Authenticate 'Bearer realm=\"all\"' always;\n    return 401;\n}\n",
        http='map $http_authorization $known {\n    default 0;\n    "Bearer TOKEN" 1;\n}\n',
    ),
    Planting(
        "unauthorized-masked",
        "session service's sign-in for an API",
        OPTIONS + ORIGIN + HEADERS + "auth_request /_session;\n+ error_page 401 = @sign-in; #!\n",
        server=SESSION
        + "+ location @sign-in {\n+     return 302 https://login.example.com/?to=$request_uri; #!\n+ }\n",
    ),
    Planting(
        "redirect-loses-credentials",
        "API on another port",
        "+ return 307 $scheme://$host:8443$request_uri; #!\n",
        path=r"\b(api|rpc|graphql|v1|v2|ws|rest|jsonrpc)\b",
    ),
    Planting(
        "auth-not-enforced",
        "addresses that are everybody's",
        BASIC.replace('staff";', 'staff"; #!')
        + "satisfy any; #!\n+ allow 0.0.0.0/0; #!\n- allow 10.0.0.0/8;\ndeny all;\n",
    ),
    Planting(
        "auth-subrequest-broken",
        "a body that is announced and never sent",
        "auth_request /_session; #!\n",
        server=SESSION.replace("    proxy_set_header", "-     proxy_set_header").replace(
            "body off;", "body off; #!"
        ),
        pedantic=True,
    ),
    Planting(
        "auth-subrequest-broken",
        "address in place of a path",
        "+ auth_request http://127.0.0.1:9000/session; #!\n- auth_request /_session;\n",
        server=SESSION,
    ),
    Planting(
        "auth-subrequest-broken",
        "page of the sign-in asked",
        "auth_request /oauth2/auth; #!\n",
        server=PROXIED_LOGIN.replace(
            "    proxy_pass http://127.0.0.1:4180;",
            "-     proxy_pass http://oauth2-proxy:4180;\n"
            "+     proxy_pass http://oauth2-proxy:4180/oauth2/start; #!",
        ),
    ),
    Planting(
        "auth-response-header-dropped",
        "renewed cookie fetched and not sent",
        "auth_request /oauth2/auth; #!\nauth_request_set $renewed $upstream_http_set_cookie; #!\n"
        "- add_header Set-Cookie $renewed;\n",
        server=PROXIED_LOGIN,
    ),
    Planting(
        "auth-response-header-dropped",
        "renewed cookie no more inherited",
        "auth_request /oauth2/auth;\nauth_request_set $renewed $upstream_http_set_cookie; #!\n"
        "+ add_header X-Frame-Options DENY; #!\n",
        server="add_header Set-Cookie $renewed; #!\n" + PROXIED_LOGIN,
    ),
    Planting(
        "unauthorized-cached",
        "one verdict for all",
        "auth_request /_session;\n",
        server=SESSION.replace(
            "}",
            "    proxy_cache verdicts; #!\n    proxy_cache_valid 200 5m; #!\n"
            '-     proxy_cache_key "$http_authorization$http_cookie";\n}',
        ),
        http="proxy_cache_path /var/cache/nginx keys_zone=verdicts:1m;\n",
    ),
    Planting(
        "unauthorized-cached",
        "refusals kept",
        "proxy_cache pages;\n+ proxy_cache_valid any 1m; #!\n- proxy_cache_valid 200 1m;\n"
        'proxy_cache_key "$host$request_uri";\nproxy_no_cache $http_authorization;\n'
        "proxy_set_header Authorization $http_authorization;\n",
        http="proxy_cache_path /var/cache/nginx keys_zone=pages:1m;\n",
        via=PROXY,
    ),
)
