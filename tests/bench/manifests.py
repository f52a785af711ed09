"""Repositories of manifests: many of no interest, among them Ingress objects."""

from __future__ import annotations

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
      - path: /
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


def write(folder: Path, number: int, every: int, protected: int) -> None:
    """One file in `every` is an Ingress, and one of those in `protected` has authentication and CORS; the others are
    a Deployment and a Service."""
    for n in range(number):
        team = folder / f"team-{n % 50}"
        team.mkdir(parents=True, exist_ok=True)
        template, name = (INGRESS, "ingress") if n % every == 0 else (DEPLOYMENT, "app")
        extra = PROTECTED if n % (every * protected) == 0 else ""
        (team / f"{name}-{n}.yaml").write_text(template.format(n=n, team=n % 50, annotations=extra))
