"""Values of the model as nginx writes them."""

from __future__ import annotations

from authlint.model.value import Cat, Get, Lit, Value, Variable

# https://nginx.org/en/docs/varindex.html
NAMES = {
    "authority": "$http_host",
    "host": "$host",
    "scheme": "$scheme",
    "forwarded-for": "$proxy_add_x_forwarded_for",
    "peer": "$remote_addr",
    "target": "$request_uri",
}
NAMED = {"header": "$http_", "upstream-header": "$upstream_http_", "cookie": "$cookie_"}


def spelled(value: Value) -> str | None:
    """The words that nginx takes for the value; None where there are none."""
    match value:
        case Lit(text):
            return None if "$" in text else text
        case Variable(name):
            return f"${{{name}}}" if not name.isidentifier() else f"${name}"
        case Get(kind, name) if name and kind in NAMED:
            return NAMED[kind] + name.replace("-", "_")
        case Get(kind, ""):
            return NAMES.get(kind)
        case Cat(parts):
            texts = [spelled(part) for part in parts]
            return None if None in texts else "".join(text for text in texts if text is not None)
    return None
