"""nginx's variables: from a word with `$` in it to an expression of the model."""

from __future__ import annotations

import re
from collections.abc import Callable

from authlint.expression import expression
from authlint.model.fact import Log
from authlint.model.gateway import Server
from authlint.model.value import EMPTY, Case, Cat, Get, Kind, Lit, Opaque, Pick, Text, Value, Variable
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.release import NEWEST
from authlint.readers.nginx.template import HOLE
from authlint.record import field, mutable
from authlint.text import Span

# A name, ${name}, or one digit: "$1abc" is the first capture and the letters abc.
DOLLAR = expression(r"\$(?:\{(\w+)\}|(\d)|([A-Za-z_]\w*))", re.ASCII)
NAMED_GROUP = expression(r"\(\?P?<([A-Za-z_]\w*)>|\(\?'([A-Za-z_]\w*)'")

# https://nginx.org/en/docs/varindex.html
SIMPLE: dict[str, tuple[Kind, str]] = {
    "request_uri": ("target", ""),
    "uri": ("path", ""),
    "document_uri": ("path", ""),
    "fastcgi_script_name": ("path", ""),
    "args": ("query", ""),
    "query_string": ("query", ""),
    "is_args": ("has-query", ""),
    "request": ("request-line", ""),
    "server_protocol": ("protocol", ""),
    "request_method": ("method", ""),
    "scheme": ("scheme", ""),
    "host": ("host", ""),
    "server_name": ("server-name", ""),
    "server_port": ("server-port", ""),
    "remote_addr": ("peer", ""),
    "binary_remote_addr": ("peer", ""),
    "realip_remote_addr": ("peer", ""),
    "remote_user": ("user", ""),
    "proxy_add_x_forwarded_for": ("forwarded-for", ""),
    "proxy_host": ("upstream-host", ""),
    "proxy_port": ("upstream-port", ""),
    "upstream_status": ("upstream-status", ""),
    "upstream_cache_status": ("cache-status", ""),
    "document_root": ("document-root", ""),
    "content_type": ("header", "content-type"),
    "content_length": ("header", "content-length"),
}
PREFIXED: tuple[tuple[str, Kind, str], ...] = (
    ("http_", "header", "-"),
    ("cookie_", "cookie", "_"),
    ("arg_", "argument", "_"),
    ("upstream_http_", "upstream-header", "-"),
    ("upstream_cookie_", "upstream-cookie", "_"),
    ("sent_http_", "response-header", "-"),
)
FIXED = {"https": "", "http3": "", "pipe": "."}
HTTPS = Text("is", "https")
HTTP2 = Text("is", "HTTP/2.0")


@mutable
class Names:
    """The variables that a configuration defines, by name; `assigned` ones are empty until a script sets them."""

    defined: dict[str, Value] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    cache: dict[str, Value] = field(default_factory=dict)
    maps: list[tuple[str, Node]] = field(default_factory=list)
    definitions: dict[str, Value] = field(default_factory=dict)  # of the maps, for the gateway
    server: Server = NEWEST
    outside: tuple[Node, ...] = ()  # error_log around http
    logs: dict[tuple[int, ...], tuple[Log, ...]] = field(default_factory=dict)  # by the id()s of what says so

    def knows(self, name: str) -> bool:
        """Whether the configuration defines a variable, be it where it is assigned."""
        return name in self.defined or name in self.assigned

    def value(self, text: str) -> Value:
        """The expression that a word stands for."""
        if "$" not in text and HOLE not in text:
            return Lit(text)
        known = self.cache.get(text)
        if known is None:
            known = self.cache[text] = self._parse(text)
        return known

    def _parse(self, text: str) -> Value:
        if HOLE in text:
            return Opaque("a template writes this")
        found: list[Value] = []
        at = 0
        for match in DOLLAR.finditer(text):
            if match.start() > at:
                found.append(Lit(text[at : match.start()]))
            found.append(self._digit(match[2]) if match[2] else self.variable(match[1] or match[3]))
            at = match.end()
        if at < len(text):
            found.append(Lit(text[at:]))
        return found[0] if len(found) == 1 else Cat(tuple(found))

    def _digit(self, digit: str) -> Value:
        return Get("capture", digit)

    def variable(self, name: str) -> Value:
        name = name.lower() if name.startswith(("HTTP_", "ARG_")) else name
        if name in self.defined:
            return self.defined[name]
        if name in self.assigned:
            made = self.defined[name] = Variable(name)
            return made
        return builtin(name)


def builtin(name: str) -> Value:
    """A variable of the server's own."""
    if name.isdigit():
        return Get("capture", name)
    if name in SIMPLE:
        return Get(*SIMPLE[name])
    for prefix, kind, joint in PREFIXED:
        if name.startswith(prefix):
            return Get(kind, name[len(prefix) :].replace("_", joint))
    if name == "https":
        case = Case(HTTPS, Lit("on"), Span("", 0, 0))
        return Pick(Get("scheme"), (case,), EMPTY, Span("", 0, 0))
    if name == "http2":
        case = Case(HTTPS, Lit("h2"), Span("", 0, 0))
        later = Case(HTTP2, Pick(Get("scheme"), (case,), Lit("h2c"), Span("", 0, 0)), Span("", 0, 0))
        return Pick(Get("protocol"), (later,), EMPTY, Span("", 0, 0))
    if name in FIXED:
        return Lit(FIXED[name])
    if name == "request_filename":
        return Get("document-root", "path")
    return Opaque(f"the variable ${name}")


def collect(nodes: tuple[Node, ...], server: Server = NEWEST) -> Names:
    """Every definition of a configuration: maps and the like at its top, assignments anywhere."""
    names = Names(server=server)
    todo = list(reversed(nodes))
    maps: list[Node] = []
    while todo:
        node = todo.pop()
        if node.children is not None:
            todo.extend(reversed(node.children))
        if node.name in DEFINING:
            maps.append(node)
        elif node.name in ("set", "auth_request_set") and node.args:
            names.assigned.add(node.arg(0).lstrip("$"))
        elif node.name in ("rewrite", "location", "if", "server_name") and node.args:
            _groups(names, node)
    for node in maps:
        DEFINING[node.name](names, node)
    for name, node in names.maps:
        # A map's lines may name maps that stand further down: they are read when every name is known.
        names.definitions[name] = pick(names, node)
    return names


def _groups(names: Names, node: Node) -> None:
    for word in node.args:
        if "(?" in word.text:
            for match in NAMED_GROUP.finditer(word.text):
                names.assigned.add(match[1] or match[2])


def _map(names: Names, node: Node) -> None:
    if len(node.args) < 2 or node.children is None:
        return
    name = node.arg(1).lstrip("$")
    for child in node.children:
        for match in NAMED_GROUP.finditer(child.name):
            names.assigned.add(match[1] or match[2])
    names.defined[name] = Variable(name)
    names.maps.append((name, node))


def pick(names: Names, node: Node) -> Value:
    """ngx_http_map_module: exact strings (without regard to case) first, then wildcards, then patterns in order."""
    children = node.children or ()
    if any(child.gap is not None for child in children):
        return Opaque(f"lines of the map {node.arg(1)} that were not read")
    hostnames = any(child.name == "hostnames" and not child.args for child in children)
    exact: list[Case] = []
    wild: list[Case] = []
    patterns: list[Case] = []
    default: Value = EMPTY
    for child in children:
        if not child.args:
            continue
        value, key = names.value(child.arg(0)), child.name
        if HOLE in key:
            return Opaque("a template writes this")
        if key == "default":
            default = value
        elif key.startswith("~"):
            nocase = key.startswith("~*")
            patterns.append(Case(Text("search", key[2 if nocase else 1 :], nocase), value, child.span))
        elif hostnames and (key.startswith((".", "*.")) or key.endswith(".*")):
            wild.append(Case(Text("host", key, True), value, child.span))
        else:
            plain = key[1:] if key.startswith("\\") else key
            exact.append(Case(Text("is", plain, True), value, child.span))
    if patterns and all(case.test.arg for case in exact):
        # Patterns are not tried on an empty value, not even ~^$ (measured on 1.22.1 and 1.31.3).
        exact.append(Case(Text("is"), default, node.span))
    wild.sort(key=lambda case: (case.test.arg.endswith("*"), -len(case.test.arg)))
    source = names.value(node.arg(0))
    volatile = any(child.name == "volatile" and not child.args for child in children)
    return Pick(source, (*exact, *wild, *patterns), default, node.span, volatile)


def _opaque(argument: int) -> Callable[[Names, Node], None]:
    def define(names: Names, node: Node) -> None:
        if len(node.args) > argument:
            name = node.arg(argument).lstrip("$")
            names.defined[name] = Opaque(f"the variable ${name}, which {node.name} computes")

    return define


def _geo(names: Names, node: Node) -> None:
    """ngx_http_geo_module: the smallest network that holds the address; of ranges the last one that does (measured:
    the server refuses one around an earlier one)."""
    if not node.args:
        return
    name = node.args[-1].text.lstrip("$")
    children = [child for child in node.children or () if child.args]
    names_of = {child.name for child in node.children or ()}
    ranges = "ranges" in names_of
    gaps = any(child.gap is not None or child.masked for child in node.children or ())
    if gaps or not names_of.isdisjoint(("proxy", "include")) or (ranges and _cuts(children)):
        names.defined[name] = Opaque(f"the variable ${name}, which depends on the client's address")
        return
    cases: dict[str, Case] = {}
    default: Value = EMPTY
    for child in children:
        if child.name == "default":
            default = Lit(child.arg(0))
        elif child.name == "delete":
            cases.pop(child.arg(0), None)
        else:
            cases.pop(child.name, None)
            cases[child.name] = Case(Text("network", child.name), Lit(child.arg(0)), child.span)
    ordered = sorted(cases.values(), key=lambda case: -_bits(case.test.arg))
    if ranges:
        ordered = list(cases.values())[::-1]
    source = names.value(node.arg(0)) if len(node.args) > 1 else Get("peer")
    names.defined[name] = Variable(name)
    names.definitions[name] = Pick(source, tuple(ordered), default, node.span)


def _cuts(children: list[Node]) -> bool:
    """Whether a part of a range is deleted: nobody measured which parts can be."""
    there: set[str] = set()
    for child in children:
        if child.name == "delete" and child.arg(0) not in there:
            return True
        there.add(child.name)
    return False


def _bits(network: str) -> int:
    """How narrow a network is; IPv4 and IPv6 are never in one another."""
    length = network.partition("/")[2]
    return int(length) if length.isdigit() else 128


DEFINING: dict[str, Callable[[Names, Node], None]] = {
    "map": _map,
    "geo": _geo,
    "split_clients": _opaque(1),
    "js_set": _opaque(0),
    "set_escape_uri": _opaque(0),
    "perl_set": _opaque(0),
    "set_by_lua": _opaque(0),
    "set_by_lua_block": _opaque(0),
    "set_by_lua_file": _opaque(0),
    "auth_jwt_claim_set": _opaque(0),
    "auth_jwt_header_set": _opaque(0),
}
