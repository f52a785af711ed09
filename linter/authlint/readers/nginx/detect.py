"""Is this nginx configuration? Because of what it says, not of its name."""

from __future__ import annotations

import re

from authlint.expression import expression

BLOCK = expression(
    r"(?:^|[;{}])[ \t]*(?:server|http|location\s+[^;{}\n]+|upstream\s+[^\s;{}]+|map\s+[^;{}\n]+\$\w+)\s*\{",
    re.MULTILINE,
)
DIRECTIVE = expression(
    r"^[^#\n=]*?(?<![\w-])(?:listen|server_name|location|proxy_pass|proxy_set_header|fastcgi_pass|uwsgi_pass|grpc_pass"
    r"|return|rewrite|root|alias|try_files|add_header|auth_basic|auth_request|include|default|server)"
    r"[ \t]+[^=\n;{}]*(?:=[^=\n;{}]*)*[;{]",
    re.MULTILINE,
)


def is_nginx(text: str) -> bool:
    """Whether the text has a block and a directive as only nginx writes them."""
    return "{" in text and BLOCK.search(text) is not None and DIRECTIVE.search(text) is not None


# Directives of locations that only nginx has.
SNIPPET = expression(
    r"^[ \t]*(?:add_header|proxy_set_header|proxy_hide_header|proxy_pass|auth_request|auth_request_set|auth_basic"
    r"|auth_basic_user_file|more_set_headers|more_set_input_headers|fastcgi_param|grpc_set_header)[ \t]+[^;{}#]+;",
    re.MULTILINE,
)


def is_snippet(text: str) -> bool:
    """Whether a text without blocks of its own is written for a location of nginx's."""
    return SNIPPET.search(text) is not None
