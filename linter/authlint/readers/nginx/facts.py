"""What a configuration says that no request shows: settings that nobody hears, values that nginx refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from authlint.expression import expression
from authlint.model.fact import Fact, Ignored, Rejected
from authlint.model.near import nearest
from authlint.model.slip import Misdirected, Misspelt, Slip, Unquoted
from authlint.readers.nginx.delivering import in_family
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.headers import NAME_VALUE
from authlint.readers.nginx.idle import GAP, IDLE, Around, below, idle, inside
from authlint.readers.nginx.proxying import FAMILIES
from authlint.readers.nginx.template import HOLE
from authlint.readers.nginx.variables import DOLLAR, Names
from authlint.text import Span

FOR_BROWSERS = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
)
# Directives that set a header, by the side on which somebody reads it.
TO_CLIENT = frozenset(("add_header", "more_set_headers"))
TO_UPSTREAM = frozenset(("proxy_set_header", "grpc_set_header", "more_set_input_headers"))
SETTERS = {family.setter: passing for passing, family in FAMILIES.items()}
CLOSE = 0.9
# Where values with variables are about authentication or CORS, and how people call theirs.
VALUED = {
    "add_header": 1,
    "proxy_set_header": 1,
    "fastcgi_param": 1,
    "grpc_set_header": 1,
    "set": 1,
    "if": 0,
    "map": 0,
    "auth_basic": 0,
}
OWN = expression(
    r"(?:cors|allow|origin|auth_(?:header|token|user|bearer)|bearer|access_token|api_key)", re.ASCII
)
VARIABLE = expression(r"\$\{?(?:http|cookie|arg)_\w+\}?", re.ASCII)
CREDENTIALS = expression(r"(?:basic|bearer) ", re.IGNORECASE)
AUTH = ("authorization", "cookie", "x-api-key")
INTERESTING = frozenset((*TO_CLIENT, *TO_UPSTREAM, *SETTERS, *VALUED, *IDLE))


def facts(nodes: tuple[Node, ...], names: Names, unseen: int) -> Iterator[Fact]:
    """Of a configuration with its includes in their place: `nodes` are those in http, or of a fragment around which
    so many blocks stand elsewhere."""
    whole = unseen == 0 and not any(node.gap is not None or node.masked for node in inside(nodes))
    todo: list[tuple[tuple[Node, ...], tuple[Node, ...], frozenset[str]]] = [(nodes, (), frozenset())]
    while todo:
        children, blocks, outer = todo.pop()
        names_here = frozenset(child.name for child in children)
        if not INTERESTING.isdisjoint(names_here):
            around = Around(blocks, children, names_here, None if unseen else outer)
            yield from idle(around, nodes, unseen)
            yield from _misdirected(around)
            if whole:
                yield from (fact for child in children for fact in _undefined(child, names))
        standing = outer | names_here | {GAP for child in children if child.gap is not None}
        todo += [
            (child.children, (child, *blocks), standing) for child in children if child.children is not None
        ]


def _misdirected(around: Around) -> Iterator[Fact]:
    """Headers, by the side on which somebody reads them."""
    written = {_set(child)[0].lower() for child in around.children if child.name in TO_CLIENT}
    for child in around.children:
        if child.name in TO_CLIENT:
            yield from _to_client(child, around, written)
        elif child.name in SETTERS or child.name in TO_UPSTREAM:
            yield from _to_upstream(child, around, written)


def _set(node: Node) -> tuple[str, str]:
    """The header that a directive sets, and its value."""
    if not node.name.startswith("more_"):
        return node.arg(0), node.arg(1)
    for word in node.args:
        match = NAME_VALUE.fullmatch(word.text)
        if match is not None and ":" in word.text:
            return match[1].strip(), match[2].strip()
    return "", ""


def _to_client(node: Node, around: Around, written: set[str]) -> Iterator[Fact]:
    name, value = _set(node)
    lower = name.lower()
    if HOLE in name:
        return
    if lower == "authorization" and _hands_on(around) and _is_for_upstream(value):
        yield Ignored(
            "goes to the client, and no client reads it",
            "the upstream gets what the client sent",
            "write it as proxy_set_header Authorization ...;",
            node.span,
            slips=_to_deliver(node, around, "application"),
        )
    elif lower.startswith("access-control-request-"):
        yield Ignored(
            "is what browsers say in a preflight; in an answer nobody reads it",
            "browsers look for Access-Control-Allow-Methods and Access-Control-Allow-Headers",
            f"write {_titled(lower.replace('request', 'allow').removesuffix('s') + 's')}",
            node.span,
            lacking=lower.replace("request", "allow").removesuffix("s") + "s",
        )
    else:
        yield from _misspelt(name, written, node.span)
    if node.name == "add_header" and len(node.args) == 3 and node.arg(2) != "always":
        yield from _unquoted(node, lower)


def _misspelt(name: str, written: set[str], span: Span) -> Iterator[Fact]:
    lower = name.lower()
    if lower in FOR_BROWSERS or not lower.startswith("a"):
        return
    from difflib import get_close_matches

    meant = get_close_matches(lower, FOR_BROWSERS, 1, CLOSE)
    if meant and meant[0] not in written:
        yield Ignored(
            "is no header that browsers know",
            f"the answer is read as if it had no {_titled(meant[0])}",
            f"write {_titled(meant[0])}",
            span,
            lacking=meant[0],
            slips=_respelt(span, name, meant[0]),
        )


def _respelt(span: Span, name: str, meant: str) -> tuple[Slip, ...]:
    if nearest(name.lower(), FOR_BROWSERS, CLOSE) != meant:
        return ()
    opens = meant in ("access-control-allow-origin", "access-control-allow-credentials")
    return (Misspelt(span, name, _titled(meant), opens),)


def _unquoted(node: Node, lower: str) -> Iterator[Fact]:
    """nginx names the third word; what is wrong are the quotes around the second and third."""
    third = node.arg(2)
    if lower in FOR_BROWSERS and HOLE not in third and not third.startswith("$"):
        close = third.lower() == "always"
        yield Rejected(
            f'"{third}" is no parameter of add_header',
            "nginx does not start",
            "write always, in lower case" if close else "put quotes around the whole list",
            node.word(2),
            _meant(node, close=close),
        )


def _meant(node: Node, *, close: bool) -> tuple[Slip, ...]:
    """With a comma between the two words, they are one list."""
    if close:
        return (Misspelt(node.span, node.arg(2), "always"),)
    listed = Span(node.path, node.args[1].start, node.args[2].end)
    return (Unquoted(listed),) if node.arg(1).endswith(",") else ()


def _to_upstream(node: Node, around: Around, written: set[str]) -> Iterator[Fact]:
    name, _ = _set(node)
    lower = name.lower()
    if node.name in TO_UPSTREAM and lower in FOR_BROWSERS and lower not in written:
        yield Ignored(
            "goes to the upstream, and no browser sees it",
            "the answer leaves without it",
            f"write it as add_header {name} ... always;",
            node.span,
            lacking=lower,
            slips=_to_deliver(node, around, "client"),
        )
    other = _other_family(node, around)
    if other and lower.replace("_", "-").removeprefix("http-") in AUTH and not _is_default(node, lower):
        right = FAMILIES[other].setter
        yield Ignored(
            f"is for {SETTERS[node.name]}, and this location uses {other}",
            "the upstream gets what the client sent",
            f"write it as {right} {in_family(right, name)} ...;",
            node.span,
            slips=_to_deliver(node, around, "application"),
        )


def _is_beside(node: Node, around: Around) -> bool:
    return any(one.name == node.name and one is not node for one in around.children)


def _to_deliver(node: Node, around: Around, to: Literal["client", "application"]) -> tuple[Slip, ...]:
    """In a location, where no line of the outer blocks is lost because of it
    (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header)."""
    setter = "add_header"
    if to == "application":
        setter = next((family.setter for name, family in FAMILIES.items() if around.has(name)), "")
    if (
        not setter
        or around.nodes[:1] == ()
        or around.nodes[0].name != "location"
        or node.name.startswith("more_")
    ):
        return ()
    name = in_family(setter, node.arg(0)).lower()
    there = any(one.name == setter and one.arg(0).lower() == name for one in around.children)
    if around.outer is None:
        return ()
    if not _is_beside(node, around) and not around.outer.isdisjoint((node.name, GAP)):
        return ()  # without this one the lines of the outer blocks come into force
    lost = not around.outer.isdisjoint((setter, GAP))
    return (Misdirected(node.span, to),) if not there and (around.has(setter) or not lost) else ()


def _other_family(node: Node, around: Around) -> str:
    """The kind of upstream that a location uses, where a directive in it is for another kind."""
    own = SETTERS.get(node.name)
    here = bool(around.nodes) and around.nodes[0].name == "location"
    if own is None or not here or around.has("location", "include", "") or below(around.children, own):
        return ""
    return next((one for one in FAMILIES if around.has(one)), "")


def _is_default(node: Node, lower: str) -> bool:
    return node.arg(1) == f"$http_{lower.replace('-', '_')}"


def _undefined(node: Node, names: Names) -> Iterator[Fact]:
    """nginx names the variable and neither file nor line. Names that a module might bring are left alone."""
    number = VALUED.get(node.name, len(node.args))
    for match in DOLLAR.finditer(node.arg(number)):
        name = match[1] or match[3]
        if name and OWN.match(name) and not names.knows(name):
            yield Rejected(
                f"nothing defines ${name}",
                f'nginx does not start: unknown "{name}" variable',
                "define it with map or set, or write the name of a variable that there is",
                node.word(number),
                _named(node.word(number), match[0], name, names),
            )


def _named(span: Span, written: str, name: str, names: Names) -> tuple[Slip, ...]:
    meant = nearest(name, (*names.defined, *names.assigned))
    return (Misspelt(span, written, written.replace(name, meant), decides=True),) if meant else ()


def _hands_on(around: Around) -> bool:
    """Whether what is set is in effect where requests go on to an upstream."""
    kind = around.nodes[0].name if around.nodes else "http"
    if kind == "if":
        beside = around.nodes[1].children if len(around.nodes) > 1 else ()
        return around.has(*FAMILIES) or any(one.name in FAMILIES for one in beside or ())
    if kind == "location":
        return around.has(*FAMILIES)
    return any(one.name in FAMILIES for one in inside(around.children))


def _is_for_upstream(value: str) -> bool:
    """Credentials that are the client's or the gateway's own; what an auth service said may be for the client."""
    known = VARIABLE.sub("", value)
    return "$" not in known and (value == "$http_authorization" or CREDENTIALS.match(value) is not None)


def _titled(lower: str) -> str:
    return "-".join(word.capitalize() for word in lower.split("-"))
