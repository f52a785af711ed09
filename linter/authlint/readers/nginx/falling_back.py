"""A header whose value may be empty, as one that is then the client's own.

https://nginx.org/en/docs/http/ngx_http_map_module.html
"""

from __future__ import annotations

from collections.abc import Sequence

from authlint.expression import expression
from authlint.intent import Edit
from authlint.readers.nginx.scan import Directive
from authlint.readers.nginx.writing import STEP, Page, inside, word

# A scheme and one variable behind it.
CREDENTIAL = expression(r"[A-Za-z]+ \$(?:\{(?P<braced>\w+)\}|(?P<name>\w+))")


def fallen_back(page: Page, around: Sequence[Directive], header: str) -> tuple[Edit, ...] | None:
    """The map at the end of `around` knows what else to say, or a new one does in place of the value there."""
    found, own = around[-1], f"$http_{header.lower().replace('-', '_')}"
    if found.name.text == "map" and found.block is not None:
        keys = {one.name.text for one in found.block}
        key = "default" if "default" not in keys else '""' if "" not in keys else ""
        edit = inside(page, found, [f"{key} {own};"]) if key and "include" not in keys else None
        return None if edit is None else (edit,)
    server = next((one for one in around if one.name.text == "server"), None)
    if server is None or len(found.args) != 2 or "set_header" not in found.name.text:
        return None
    return _with_map(page, found, server, own)


def _with_map(page: Page, found: Directive, server: Directive, own: str) -> tuple[Edit, ...] | None:
    value, names = found.args[1], _names(page, found)
    if names is None:
        return None
    variable, name = names
    at = _above(page, server)
    indent = page.text[page.line_start(server.start) : server.start]
    lines = [f"map ${variable} {name} {{", f'{STEP}"" {own};', f"{STEP}default {word(value.text)};", "}"]
    if indent.strip():
        return None
    text = "".join(f"{indent}{line}\n" for line in lines) + "\n"
    edits = page.edit(at, at, text), page.edit(value.start, value.end, name)
    return None if None in edits else tuple(one for one in edits if one is not None)


def scripted(page: Page, found: Directive, header: str) -> tuple[Edit, ...] | None:
    """In a location, where no map can be: `set` comes before the request goes on, and is harmless inside `if`
    (https://nginx.org/en/docs/http/ngx_http_rewrite_module.html)."""
    names = _names(page, found) if len(found.args) == 2 and "set_header" in found.name.text else None
    if names is None:
        return None
    variable, name = names
    value = found.args[1]
    lines = [
        f"set {name} $http_{header.lower().replace('-', '_')};",
        f"if (${variable}) {{",
        f"{STEP}set {name} {word(value.text)};",
        "}",
        f"{found.name.text} {found.args[0].text} {name};",
    ]
    indent = page.text[page.line_start(found.start) : found.start]
    edit = page.edit(found.start, found.end, f"\n{indent}".join(lines)) if not indent.strip() else None
    return None if edit is None else (edit,)


def _names(page: Page, found: Directive) -> tuple[str, str] | None:
    """The variable of a credential, and one that is to hold the header: the same one always, whoever needs it."""
    credential = CREDENTIAL.fullmatch(found.args[1].text)
    variable = (credential["braced"] or credential["name"]) if credential is not None else ""
    name = f"$authorization_by_{variable}"
    return (variable, name) if variable and name not in page.text else None


def _above(page: Page, server: Directive) -> int:
    """Where the server's line begins, or the comment that stands directly above it."""
    at = page.line_start(server.start)
    while at > 0:
        before = page.text.rfind("\n", 0, at - 1) + 1
        if not page.text[before:at].lstrip().startswith("#"):
            break
        at = before
    return at
