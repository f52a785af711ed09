"""Files that may hold nginx's configuration besides other things, told by a glance at their bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from authlint.discover import is_document, is_script
from authlint.expression import expression

if TYPE_CHECKING:
    from authlint.readers.nginx.excerpt import Excerpt

NGINX = (b"server_name", b"proxy_pass", b"location ", b"listen ", b"auth_request", b"fastcgi_pass")
# A server of nginx's, wherever it stands in a document.
SERVER = expression(rb"^[ \t]*server[ \t]*\{", re.MULTILINE)


def could_hold(path: str, raw: bytes) -> bool:
    if is_document(path):
        likely = b"ConfigMap" in raw or (b"configs:" in raw and b"content" in raw)
        if not likely:
            return b"listen " in raw and SERVER.search(raw) is not None
    else:
        likely = is_script(path) and b"<<" in raw
    return likely and any(word in raw for word in NGINX)


def excerpts(path: str, text: str) -> Iterator[Excerpt]:
    """`path` is what the file is called when it is printed."""
    if not is_document(path):
        from authlint.readers.embedded import heredocs

        yield from heredocs.excerpts(path, text)
        return
    from authlint.readers.embedded import compose_files, configmaps

    if "ConfigMap" in text:
        yield from configmaps.excerpts(path, text)
    elif "configs:" in text:
        yield from compose_files.excerpts(path, text)
    else:
        yield from configmaps.servers(path, text)
