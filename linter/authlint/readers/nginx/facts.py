"""What a configuration says that no request shows: settings that nobody hears, values that nginx refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from authlint.model.fact import Fact, Ignored, Rejected
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.headers import NAME_VALUE
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
VALUED = frozenset(("add_header", "proxy_set_header", "fastcgi_param", "grpc_set_header"))
OWN = re.compile(
    r"(?:cors|allow|origin|auth_(?:header|token|user|bearer)|bearer|access_token|api_key)", re.ASCII
)
VARIABLE = re.compile(r"\$\{?(?:http|cookie|arg)_\w+\}?", re.ASCII)
CREDENTIALS = re.compile(r"(?:basic|bearer) ", re.IGNORECASE)
AUTH = ("authorization", "cookie", "x-api-key")


@dataclass(frozen=True, slots=True)
class Around:
    """A block and those around it, the innermost first."""

    nodes: tuple[Node, ...]
    names: frozenset[str]  # of what stands directly in the block

    def has(self, *names: str) -> bool:
        return not self.names.isdisjoint(names)


def facts(nodes: tuple[Node, ...], names: Names, unseen: int) -> Iterator[Fact]:
    """Of a configuration with its includes in their place: `nodes` are those in http, or of a fragment around which
    so many blocks stand elsewhere."""
    whole = unseen == 0 and not any(node.gap is not None or node.masked for node in _inside(nodes))
    todo: list[tuple[tuple[Node, ...], tuple[Node, ...]]] = [(nodes, ())]
    while todo:
        children, outer = todo.pop()
        around = Around(outer, frozenset(child.name for child in children))
        written = {_set(child)[0].lower() for child in children if child.name in TO_CLIENT}
        if around.has("auth_request_set") and unseen < 2:
            yield from _unasked(children, around, nodes)
        for child in children:
            if child.name in TO_CLIENT:
                yield from _to_client(child, children, around, written)
            elif child.name in SETTERS or child.name in TO_UPSTREAM:
                yield from _to_upstream(child, children, around, written)
            if whole and child.name in VALUED:
                yield from _undefined(child, names)
            if child.children is not None:
                todo.append((child.children, (child, *outer)))


def _set(node: Node) -> tuple[str, str]:
    """The header that a directive sets, and its value."""
    if not node.name.startswith("more_"):
        return node.arg(0), node.arg(1)
    for word in node.args:
        match = NAME_VALUE.fullmatch(word.text)
        if match is not None and ":" in word.text:
            return match[1].strip(), match[2].strip()
    return "", ""


def _to_client(node: Node, children: tuple[Node, ...], around: Around, written: set[str]) -> Iterator[Fact]:
    name, value = _set(node)
    lower = name.lower()
    if HOLE in name:
        return
    if lower == "authorization" and _hands_on(children, around) and _is_for_upstream(value):
        yield Ignored(
            "goes to the client, and no client reads it",
            "the upstream gets what the client sent",
            "write it as proxy_set_header Authorization ...;",
            node.span,
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
        yield from _misspelt(lower, written, node.span)
    if node.name == "add_header" and len(node.args) == 3 and node.arg(2) != "always":
        yield from _unquoted(node, lower)


def _misspelt(lower: str, written: set[str], span: Span) -> Iterator[Fact]:
    if lower in FOR_BROWSERS or not lower.startswith("a"):
        return
    meant = get_close_matches(lower, FOR_BROWSERS, 1, CLOSE)
    if meant and meant[0] not in written:
        yield Ignored(
            "is no header that browsers know",
            f"the answer is read as if it had no {_titled(meant[0])}",
            f"write {_titled(meant[0])}",
            span,
            lacking=meant[0],
        )


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
        )


def _to_upstream(node: Node, children: tuple[Node, ...], around: Around, written: set[str]) -> Iterator[Fact]:
    name, _ = _set(node)
    lower = name.lower()
    if node.name in TO_UPSTREAM and lower in FOR_BROWSERS and lower not in written:
        yield Ignored(
            "goes to the upstream, and no browser sees it",
            "the answer leaves without it",
            f"write it as add_header {name} ... always;",
            node.span,
            lacking=lower,
        )
    other = _other_family(node, children, around)
    if other and lower.replace("_", "-").removeprefix("http-") in AUTH and not _is_default(node, lower):
        right = FAMILIES[other].setter
        yield Ignored(
            f"is for {SETTERS[node.name]}, and this location uses {other}",
            "the upstream gets what the client sent",
            f"write it as {right} {_in_family(right, name)} ...;",
            node.span,
        )


def _other_family(node: Node, children: tuple[Node, ...], around: Around) -> str:
    """The kind of upstream that a location uses, where a directive in it is for another kind."""
    own = SETTERS.get(node.name)
    here = bool(around.nodes) and around.nodes[0].name == "location"
    if own is None or not here or around.has("location", "include", "") or _below(children, own):
        return ""
    return next((one for one in FAMILIES if around.has(one)), "")


def _is_default(node: Node, lower: str) -> bool:
    return node.arg(1) == f"$http_{lower.replace('-', '_')}"


def _in_family(setter: str, name: str) -> str:
    plain = name if not name.upper().startswith("HTTP_") else name[5:].title()
    return plain if setter.endswith("_header") else f"HTTP_{plain.upper().replace('-', '_')}"


def _unasked(children: tuple[Node, ...], around: Around, whole: tuple[Node, ...]) -> Iterator[Fact]:
    """auth_request_set counts where auth_request is in effect, not in the location that is asked (measured)."""
    outer = [one for block in around.nodes for one in block.children or ()]
    if any(one.name == "auth_request" or one.gap is not None for one in outer):
        return
    own = [child for child in children if child.name == "auth_request_set" and child.args]
    if _below(children, "auth_request") or not own:
        return
    everything = list(_inside(whole))
    names = [node.arg(0) for node in own if _is_used(node.arg(0), everything)]
    asks = any(one.name == "auth_request" for one in everything)
    if names:
        yield Ignored(
            "counts only in a block where auth_request is in effect",
            f"{', '.join(names)} stay{'s' if len(names) == 1 else ''} empty",
            "write it in the block that has auth_request"
            if asks
            else "add auth_request here, or take this out",
            own[0].span,
        )


def _is_used(name: str, nodes: list[Node]) -> bool:
    return any(name in word.text for node in nodes if node.name != "auth_request_set" for word in node.args)


def _below(children: tuple[Node, ...], name: str) -> bool:
    """Whether a directive stands here or in a block inside, or something was not read."""
    return any(one.name == name or one.gap is not None for one in _inside(children))


def _inside(children: tuple[Node, ...]) -> Iterator[Node]:
    todo = list(children)
    while todo:
        one = todo.pop()
        yield one
        todo.extend(one.children or ())


def _undefined(node: Node, names: Names) -> Iterator[Fact]:
    """nginx names the variable and neither file nor line. Names that a module might bring are left alone."""
    for match in DOLLAR.finditer(node.arg(1)):
        name = match[1] or match[3]
        if name and OWN.match(name) and not names.knows(name):
            yield Rejected(
                f"nothing defines ${name}",
                f'nginx does not start: unknown "{name}" variable',
                "define it with map or set, or write the name of a variable that there is",
                node.word(1),
            )


def _hands_on(children: tuple[Node, ...], around: Around) -> bool:
    """Whether what is set is in effect where requests go on to an upstream."""
    kind = around.nodes[0].name if around.nodes else "http"
    if kind == "if":
        beside = around.nodes[1].children if len(around.nodes) > 1 else ()
        return around.has(*FAMILIES) or any(one.name in FAMILIES for one in beside or ())
    if kind == "location":
        return around.has(*FAMILIES)
    return any(one.name in FAMILIES for one in _inside(children))


def _is_for_upstream(value: str) -> bool:
    """Credentials that are the client's or the gateway's own; what an auth service said may be for the client."""
    known = VARIABLE.sub("", value)
    return "$" not in known and (value == "$http_authorization" or CREDENTIALS.match(value) is not None)


def _titled(lower: str) -> str:
    return "-".join(word.capitalize() for word in lower.split("-"))
