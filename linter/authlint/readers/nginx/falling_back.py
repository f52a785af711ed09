"""A header whose value may be empty, as one that is then the client's own.

https://nginx.org/en/docs/http/ngx_http_map_module.html
"""

from __future__ import annotations

from collections.abc import Sequence

from authlint.expression import expression
from authlint.intent import Edit, FallBack
from authlint.readers.nginx.scan import Directive
from authlint.readers.nginx.writing import STEP, Page, inside, word

# A scheme and one variable behind it.
CREDENTIAL = expression(r"(?P<scheme>[A-Za-z]+) \$(?:\{(?P<braced>\w+)\}|(?P<name>\w+))")


def fallen_back(page: Page, around: Sequence[Directive], intent: FallBack) -> tuple[Edit, ...] | None:
    """The map at the end of `around` knows what else to say, or a new one does in place of the value there."""
    found = around[-1]
    if found.name.text == "map" and found.block is not None:
        keys = {one.name.text for one in found.block}
        key = "default" if "default" not in keys else '""' if "" not in keys else ""
        edit = (
            inside(page, found, [f"{key} {_otherwise(intent)};"]) if key and "include" not in keys else None
        )
        return None if edit is None else (edit,)
    server = next((one for one in around if one.name.text == "server"), None)
    if server is None or len(found.args) != 2 or "set_header" not in found.name.text:
        return None
    return _with_map(page, found, server, intent)


def _with_map(page: Page, found: Directive, server: Directive, intent: FallBack) -> tuple[Edit, ...] | None:
    value, names = found.args[1], _names(found, intent)
    if names is None:
        return None
    variable, name = names
    entries = f'"" {_otherwise(intent)};', f"default {word(value.text)};"
    lines = [f"map ${variable} {name} {{", *(STEP + one for one in entries), "}"]
    use = page.edit(value.start, value.end, name)
    if _is_there(page, lines):
        return None if use is None else (use,)
    indent = page.text[page.line_start(server.start) : server.start]
    if name in page.text or indent.strip():
        return None
    at, end = _above(page, server), "\r\n" if "\r\n" in page.text else "\n"
    put = page.edit(at, at, "".join(f"{indent}{line}{end}" for line in lines) + end)
    return None if put is None or use is None else (put, use)


def _is_there(page: Page, lines: Sequence[str]) -> bool:
    """Whether the same map stands in the file already."""
    return "".join(" ".join(lines).split()) in "".join(page.text.split())


def scripted(page: Page, found: Directive, intent: FallBack) -> tuple[Edit, ...] | None:
    """In a location, where no map can be: `set` comes before the request goes on, and is harmless inside `if`
    (https://nginx.org/en/docs/http/ngx_http_rewrite_module.html)."""
    names = _names(found, intent) if len(found.args) == 2 and "set_header" in found.name.text else None
    if names is None or names[1] in page.text:
        return None
    variable, name = names
    value = found.args[1]
    lines = [
        f"set {name} {_otherwise(intent)};",
        f"if (${variable}) {{",
        f"{STEP}set {name} {word(value.text)};",
        "}",
        f"{found.name.text} {found.args[0].text} {name};",
    ]
    indent = page.text[page.line_start(found.start) : found.start]
    edit = page.edit(found.start, found.end, f"\n{indent}".join(lines)) if not indent.strip() else None
    return None if edit is None else (edit,)


def _otherwise(intent: FallBack) -> str:
    return f"$http_{intent.header.lower().replace('-', '_')}" if intent.own else '""'


def _names(found: Directive, intent: FallBack) -> tuple[str, str] | None:
    """The variable of a credential, and one that is to hold the header: the same one for all that mean the same."""
    credential = CREDENTIAL.fullmatch(found.args[1].text)
    if credential is None:
        return None
    variable, scheme = credential["braced"] or credential["name"], credential["scheme"].lower()
    return variable, f"${scheme}_{'' if intent.own else 'or_none_'}from_{variable}"


def _above(page: Page, server: Directive) -> int:
    """Where the server's line begins, or the comment that stands directly above it."""
    at = page.line_start(server.start)
    while at > 0:
        before = page.text.rfind("\n", 0, at - 1) + 1
        if not page.text[before:at].lstrip().startswith("#"):
            break
        at = before
    return at
