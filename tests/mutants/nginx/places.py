"""How protected places of nginx lie beside others, and what goes on from there."""

from __future__ import annotations

from tests.mutants.nginx.cors import SESSION
from tests.mutants.nginx.planting import Planting

INSIDE = '    auth_basic "staff"; #!\n    auth_basic_user_file /etc/nginx/htpasswd;\n    @pass@\n}\n'
OPEN = "{\n    @pass@\n}\n"

PLANTINGS = (
    Planting(
        "protected-route-shadowed",
        "patterns in the wrong order",
        server="+ location ~ ^/api/ { #!\n+     @pass@\n+ }\nlocation ~ ^/api/admin/ { #!\n"
        + INSIDE
        + "- location ~ ^/api/ {\n-     @pass@\n- }\n",
        free="api",
        via=("proxy_pass",),
        level=True,
    ),
    Planting(
        "protected-route-overreaches",
        "slash forgotten",
        server="+ location ^~ /admin { #!\n- location ^~ /admin/ {\n"
        + INSIDE
        + "location ~ ^/administrators/[a-z]+$ { #!\n    proxy_pass http://127.0.0.1:8001;\n}\n",
        free="admin",
        via=("proxy_pass",),
        level=True,
    ),
    Planting(
        "protection-gap",
        "default server",
        http="+ server { #!\n+     listen 80 default_server; #!\n"
        "+     location / { #!\n+         @pass@\n+     }\n+ }\n",
        server='auth_basic "staff"; #!\nauth_basic_user_file /etc/nginx/htpasswd;\n',
        listens=r"listen (\[::\]:)?80;",
        named=True,
        via=("proxy_pass",),
    ),
    Planting(
        "forwarded-headers-wrong",
        "tests what TLS before it says, and overwrites it",
        server='if ($http_x_forwarded_proto = "http") {\n    return 301 https://$host$request_uri;\n}\n'
        "location /sso/ {\n    proxy_set_header Host $host;\n+     proxy_set_header X-Forwarded-Proto $scheme; #!\n"
        "-     proxy_set_header X-Forwarded-Proto https;\n    @pass@\n}\n",
        listens=r"listen (\[::\]:)?80;",
        alien=r"listen[^;]*443|(?i:x-forwarded-proto)",
        via=("proxy_pass",),
    ),
    Planting(
        "auth-response-header-dropped",
        "user told by another location, not by this one",
        "auth_request /oauth2/auth; #!\nauth_request_set $user $upstream_http_x_auth_request_user; #!\n"
        "- proxy_set_header X-Auth-Request-User $user;\n",
        server=SESSION.replace("_session", "oauth2/auth").replace("9000/session", "4180")
        + "location /reports-of-it/ {\n    auth_request /oauth2/auth;\n"
        "    auth_request_set $reader $upstream_http_x_auth_request_user;\n"
        "    proxy_set_header X-Auth-Request-User $reader;\n    @pass@\n}\n",
        headers=False,
        via=("proxy_pass",),
    ),
)
