"""Random sets of Ingress objects with the controller's settings, and random requests to them."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator

from tests.real.ingress_clauses import GLOBAL, GROUPS, PATTERNS, PLAIN, SETTINGS, Given

PREFIX = "nginx.ingress.kubernetes.io/"
HOSTS = ("app.example.com", "app.example.com", "www.example.com", "*.example.com", "")
MAPS = "".join(
    f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: apps\ndata:\n{lines}---\n"
    for name, lines in (
        ("sent", "  X-Told: controller\n  X-Api-Key: KEY\n"),
        ("answers", "  X-Frame: deny\n"),
        ("asked", "  X-Told: asked\n"),
    )
)


class IngressGrammar:
    """`used` counts the constructs; `new` is the server's release."""

    def __init__(self, seed: int, new: bool = True) -> None:
        self.random = random.Random(seed)
        self.used: Counter[str] = Counter()
        self.new = new

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def documents(self) -> str:
        self.permitted = self.maybe(0.7)
        self.patterns = self.maybe(0.3)
        taken: set[tuple[str, str]] = set()
        number = self.random.choice((1, 1, 2, 2, 3, 4))
        if number > 1:
            self.used["several objects"] += 1
        found = [self.ingress(index, taken) for index in range(number)]
        return MAPS + "---\n".join([self.controller(), *found])

    def controller(self) -> str:
        data = {
            "allow-snippet-annotations": "true" if self.permitted else "false",
            "annotations-risk-level": "Critical",
            "global-allowed-response-headers": "X-Frame",
        }
        for name, value in self.said(SETTINGS):
            self.used[f"setting {name}"] += 1
            data[name] = value
        if self.maybe(0.12):
            for name, value in GLOBAL:
                if name == "global-auth-url" or self.maybe(0.4):
                    self.used[f"setting {name}"] += 1
                    data[name] = value
        lines = "".join(f"  {name}: {json.dumps(value)}\n" for name, value in data.items())
        return (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ingress-nginx-controller\n"
            f"  namespace: ingress-nginx\ndata:\n{lines}"
        )

    def said(self, table: tuple[Given, ...]) -> Iterator[tuple[str, str]]:
        for chance, name, *values in table:
            if self.maybe(float(chance)):
                yield name, self.pick(*values)

    def annotations(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for chance, group in GROUPS:
            if not self.maybe(chance):
                continue
            for name, value in self.said(group):
                if not self.permitted and name.endswith("-snippet") and self.maybe(0.5):
                    continue
                if name == "affinity" and not self.new:
                    continue  # headers-more of the older server cannot append a header
                found[name] = value
        return found

    def ingress(self, index: int, taken: set[tuple[str, str]]) -> str:
        own = self.annotations()
        if index and self.maybe(0.04):
            own = {**own, "canary": "true"}
        for name in own:
            self.used[name] += 1
        host = self.pick(*HOSTS)
        self.used[f"host {host.partition('.')[0] or 'none'}"] += 1
        protocol = own.get("backend-protocol", "")
        service = {"GRPC": "rpc", "FCGI": "php"}.get(protocol, self.pick("app", "shop"))
        rules = self.paths(host, service, taken, "use-regex" in own or "rewrite-target" in own)
        notes = "".join(f"    {PREFIX}{name}: {json.dumps(value)}\n" for name, value in own.items())
        secure = ""
        if host and self.maybe(0.6):
            self.used["tls"] += 1
            secure = f"  tls:\n  - hosts: [{json.dumps(host)}]\n"
        default = ""
        if self.maybe(0.06):
            self.used["default backend of an object"] += 1
            default = "  defaultBackend:\n    service:\n      name: rest\n      port:\n        number: 80\n"
        return (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n"
            f"  name: one{index}\n  namespace: apps\n" + ("  annotations:\n" + notes if notes else "")
            + f"spec:\n  ingressClassName: nginx\n{secure}{default}  rules:\n"
            + (f"  - host: {json.dumps(host)}\n    http:\n" if host else "  - http:\n")
            + f"      paths:\n{rules}"
        )  # fmt: skip

    def paths(self, host: str, service: str, taken: set[tuple[str, str]], regex: bool) -> str:
        lines = ""
        choices = (*PLAIN, *PATTERNS) if regex or self.patterns else PLAIN
        for _ in range(self.random.choice((1, 1, 2, 3))):
            path, kind = self.random.choice(choices)
            # Two prefixes that differ in their slash alone would be one location, and no server starts with two.
            if (host, path.rstrip("/")) in taken and not self.maybe(0.1):
                continue
            if (host, f"{path.rstrip('/')}/") in taken or (host, f"{kind} {path}") in taken:
                continue
            taken.update(((host, path.rstrip("/")), (host, f"{kind} {path}")))
            if path.endswith("/"):
                taken.add((host, path))
            self.used[f"path {kind}"] += 1
            lines += (
                f"      - path: {json.dumps(path)}\n        pathType: {kind}\n        backend:\n"
                f"          service:\n            name: {service}\n            port:\n              number: 80\n"
            )
        return lines or (
            f"      - path: /rest{len(taken)}\n        pathType: Prefix\n        backend:\n          service:\n"
            f"            name: {service}\n            port:\n              number: 80\n"
        )
