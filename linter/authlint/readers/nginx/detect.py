"""Is this nginx configuration? Because of what it says, not of its name."""

from __future__ import annotations

import re

BLOCK = re.compile(
    r"(?:^|[;{}])[ \t]*(?:server|http|location\s+[^;{}\n]+|upstream\s+[^\s;{}]+|map\s+[^;{}\n]+\$\w+)\s*\{",
    re.MULTILINE,
)
DIRECTIVE = re.compile(
    r"^[^#\n=]*?(?<![\w-])(?:listen|server_name|location|proxy_pass|proxy_set_header|fastcgi_pass|uwsgi_pass|grpc_pass"
    r"|return|rewrite|root|alias|try_files|add_header|auth_basic|auth_request|include|default|server)"
    r"[ \t]+[^=\n;{}]*(?:=[^=\n;{}]*)*[;{]",
    re.MULTILINE,
)


def is_nginx(text: str) -> bool:
    """Whether the text has a block and a directive as only nginx writes them."""
    return "{" in text and BLOCK.search(text) is not None and DIRECTIVE.search(text) is not None
