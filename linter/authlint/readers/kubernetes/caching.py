"""auth-cache-key and auth-cache-duration: the auth service's verdicts are kept (nginx.tmpl, 1.15).

The controller puts host and path before the key of the annotation, and hashes all of it; without a duration verdicts
with 200, 202 and 401 are kept for five minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.text import Span

DURATION = "200 202 401 5m"
ZONE = "auth_cache"
KEY = re.compile(r"[A-Za-z0-9\-._~/:,?&=$ ]+")


def zone(hosts: Iterable[Host]) -> Iterator[Node]:
    """The one zone of all verdicts, where some are kept."""
    for host in hosts:
        for path in host.paths:
            span = path.own.span("auth-cache-key")
            if span is not None and is_on(path):
                yield node(span, "proxy_cache_path", "/tmp/nginx/nginx-cache-auth", f"keys_zone={ZONE}:10m")
                return


def is_on(path: Path) -> bool:
    return KEY.fullmatch(path.own.text("auth-cache-key")) is not None


def cache(path: Path, number: int, at: Span) -> Iterator[Node]:
    """What the location that asks the service keeps."""
    span = path.own.span("auth-cache-key")
    if span is None or not is_on(path):
        return
    key = f"{path.ingress.name}/_external-auth-{number}{path.own.text('auth-cache-key')}"
    yield node(span, "proxy_cache", ZONE)
    yield node(span, "proxy_cache_key", key)
    listed = path.own.text("auth-cache-duration") or DURATION
    for one in listed.split(","):
        if one.split():
            yield node(path.own.span("auth-cache-duration") or at, "proxy_cache_valid", *one.split())
