"""nginx: servers of some twenty directives each; alike, as a tool generates them, and each in its own way."""

from __future__ import annotations

import random

LOCATIONS = (
    "location / {{ proxy_pass http://{app}; }}",
    "location /static/ {{ root /srv/static; expires 1h; }}",
    "location /{word}/ {{ proxy_pass http://{app}; add_header X-Version {n}; }}",
    "location = /health {{ return 200 ok; }}",
    "location ~ \\.(png|css|js)$ {{ root /srv/static; }}",
    "location /old-{word}/ {{ rewrite ^/old-{word}/(.*)$ /{word}/$1 last; }}",
    """location /{word}/admin/ {{
            auth_basic {word};
            auth_basic_user_file /etc/nginx/htpasswd;
            proxy_pass http://{app};
        }}""",
    """location /{word}/api/ {{
            if ($request_method = OPTIONS) {{
                add_header Access-Control-Allow-Origin https://app.example.com;
                add_header Access-Control-Allow-Headers Authorization;
                return 204;
            }}
            add_header Access-Control-Allow-Origin https://app.example.com always;
            auth_basic {word};
            auth_basic_user_file /etc/nginx/htpasswd;
            proxy_pass http://{app};
        }}""",
    """location /{word}/private/ {{
            auth_request /_auth;
            proxy_pass http://{app};
        }}
        location = /_auth {{
            internal;
            proxy_pass http://login/check;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }}""",
)
WORDS = ("orders", "users", "files", "carts", "prices", "stock", "mail", "maps")
SERVER = """
    server {{
        listen 80;
        server_name s{n}.example.com;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        {locations}
    }}
"""


def configuration(servers: int, varied: bool) -> str:
    """`varied`: every server has locations of its own choice, under names of its own."""
    chance = random.Random(servers)
    upstreams = "".join(
        f"    upstream app{n} {{ server 127.0.0.1:{9000 + n % 900}; }}\n" for n in range(servers)
    )
    login = "    upstream login { server 127.0.0.1:9091; }\n"
    body = "".join(_server(n, chance if varied else None) for n in range(servers))
    return f"events {{}}\nhttp {{\n    server_names_hash_max_size 65536;\n{upstreams}{login}{body}}}\n"


def _server(n: int, chance: random.Random | None) -> str:
    chosen = list(LOCATIONS)
    word = WORDS[0]
    if chance is not None:
        chosen = chance.sample(LOCATIONS, 6)
        word = f"{chance.choice(WORDS)}-{chance.choice(WORDS)}{n}"
    lines = "\n        ".join(one.format(app=f"app{n}", word=word, n=n if chance else 1) for one in chosen)
    return SERVER.format(n=n, locations=lines)
