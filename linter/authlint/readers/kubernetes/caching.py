"""auth-cache-key and auth-cache-duration, or the controller's settings for all: the auth service's verdicts are kept
(nginx.tmpl, 1.15).

The controller puts host and path before the key, and hashes all of it; without a duration verdicts with 200, 202 and
401 are kept for five minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlint.expression import expression
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.readers.yaml.tree import Item
from authlint.text import Span

DURATION = "200 202 401 5m"
ZONE = "auth_cache"
KEY = expression(r"[A-Za-z0-9\-._~/:,?&=$ ]+")


def zone(keys: Iterable[Item | None]) -> Iterator[Node]:
    """The one zone of all verdicts, where some are kept."""
    found = next((one for one in keys if one is not None), None)
    if found is not None:
        yield node(found.span, "proxy_cache_path", "/tmp/nginx/nginx-cache-auth", f"keys_zone={ZONE}:10m")


def taken(key: Item | None) -> Item | None:
    """The key, where the controller takes it."""
    return key if key is not None and KEY.fullmatch(key.text.strip()) else None


def cache(key: Item | None, durations: Item | None, before: str, at: Span) -> Iterator[Node]:
    """What the location that asks the service keeps; `before` is what its key begins with."""
    if key is None:
        return
    yield node(key.span, "proxy_cache", ZONE)
    yield node(key.span, "proxy_cache_key", f"{before}{key.text.strip()}")
    listed = (durations.text.strip() if durations is not None else "") or DURATION
    for one in listed.split(","):
        if one.split():
            span = durations.span if durations is not None else at
            yield node(span, "proxy_cache_valid", *one.split())
