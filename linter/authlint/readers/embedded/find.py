"""Files that may hold nginx's configuration besides other things, told by a glance at their bytes."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.discover import is_document, is_script
from authlint.readers.nginx.excerpt import Excerpt

NGINX = (b"server_name", b"proxy_pass", b"location ", b"listen ", b"auth_request", b"fastcgi_pass")


def could_hold(path: str, raw: bytes) -> bool:
    if is_document(path):
        likely = b"ConfigMap" in raw or (b"configs:" in raw and b"content" in raw)
    else:
        likely = is_script(path) and b"<<" in raw
    return likely and any(word in raw for word in NGINX)


def excerpts(path: str, text: str) -> Iterator[Excerpt]:
    """`path` is what the file is called when it is printed."""
    if not is_document(path):
        from authlint.readers.embedded import heredocs

        yield from heredocs.excerpts(path, text)
    elif "ConfigMap" in text:
        from authlint.readers.embedded import configmaps

        yield from configmaps.excerpts(path, text)
    else:
        from authlint.readers.embedded import compose_files

        yield from compose_files.excerpts(path, text)
