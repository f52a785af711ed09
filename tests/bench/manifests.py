"""Repositories of manifests: many of no interest, among them Ingress objects."""

from __future__ import annotations

import random
from pathlib import Path

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
      - path: {path}
        pathType: Prefix
        backend:
          service: {{name: app-{n}, port: {{number: 80}}}}
"""
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


VARIED = (
    ("enable-cors", '"true"'),
    ("cors-allow-origin", "https://app-{n}.example.org"),
    ("cors-allow-headers", "Authorization,X-Request-{n}"),
    ("auth-response-headers", "X-User, X-Team-{n}"),
    ("proxy-read-timeout", '"{n}"'),
    ("upstream-vhost", "inner-{n}.example.com"),
    ("whitelist-source-range", "10.0.0.0/8"),
    ("ssl-redirect", '"false"'),
    ("limit-rps", '"{n}"'),
)
WORDS = ("orders", "users", "files", "carts", "prices", "stock", "mail", "maps")


def write(folder: Path, number: int, every: int, protected: int, varied: bool = False) -> None:
    """One file in `every` is an Ingress, and one of those in `protected` has authentication and CORS; the others are
    a Deployment and a Service. `varied`: each Ingress has a path and further annotations of its own choice."""
    chance = random.Random(number)
    for n in range(number):
        team = folder / f"team-{n % 50}"
        team.mkdir(parents=True, exist_ok=True)
        template, name = (INGRESS, "ingress") if n % every == 0 else (DEPLOYMENT, "app")
        extra = PROTECTED if n % (every * protected) == 0 else ""
        path = "/"
        if varied:
            path = f"/{chance.choice(WORDS)}-{n}/"
            chosen = [one for one in chance.sample(VARIED, 3) if f"/{one[0]}:" not in extra]
            extra += "".join(
                f"    nginx.ingress.kubernetes.io/{key}: {text.format(n=n)}\n" for key, text in chosen
            )
        text = template.format(n=n, team=n % 50, annotations=extra, path=path)
        (team / f"{name}-{n}.yaml").write_text(text)
