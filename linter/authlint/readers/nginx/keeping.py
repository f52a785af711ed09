"""What a cache keeps, and for whom (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid)."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.intent import Edit
from authlint.readers.nginx.scan import Directive
from authlint.readers.nginx.writing import Page, before, behind
from authlint.text import Span

# https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_key: the default
DEFAULT_KEY = "$scheme$proxy_host$request_uri"


def not_kept(page: Page, found: Directive, status: str) -> tuple[Edit, ...] | None:
    """A status less, or one that is kept for no time in front of the line that keeps any: the first that fits counts
    (measured)."""
    said = found.args[:-1]
    chosen = [one for one in said if one.text == status]
    if len(chosen) == 1 and len(said) > 1:
        start, end = page.with_line(chosen[0].start, chosen[0].end)
        return (Edit(Span(page.path, start, end), ""),)
    if len(chosen) == 1 and len(said) == 1:
        return (Edit(Span(page.path, *page.with_line(found.start, found.end)), ""),)
    if [one.text for one in said] == ["any"]:
        edit = before(page, found, [f"{found.name.text} {status} 0;"])
        return None if edit is None else (edit,)
    return None


def keyed(page: Page, found: Directive, headers: Sequence[str]) -> tuple[Edit, ...] | None:
    """The headers become a part of the key; the default one is written out if none was said."""
    names = [f"$http_{one.lower().replace('-', '_')}" for one in headers]
    if found.name.text == "proxy_cache":
        edit = behind(page, found, [f"proxy_cache_key {DEFAULT_KEY}{''.join(names)};"])
    elif found.name.text.endswith("_cache_key") and len(found.args) == 1:
        key = found.args[0]
        more = "".join(one for one in names if one not in key.text)
        at = key.end - (1 if key.quoted else 0)
        edit = page.edit(at, at, more) if more and not key.text.endswith("$") else None
    else:
        return None
    return None if edit is None else (edit,)
