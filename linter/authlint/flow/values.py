"""What an expression is for this request, and whether a condition holds for it."""

from __future__ import annotations

import re

from authlint.flow.passage import Passage
from authlint.flow.paths import escape_argument, file_name
from authlint.flow.patterns import compile_pattern
from authlint.flow.queries import parameters
from authlint.flow.reading import (
    argument,
    basic_user,
    claim,
    cookie,
    covers,
    header_text,
    host_name,
    is_address,
    joined,
    one_text,
    peer_address,
    protocol,
    scheme,
    server_name,
    url,
)
from authlint.flow.request import split_authority
from authlint.model.condition import All, AnyOf, Condition, Exists, Not, Test, Unclear
from authlint.model.unknown import Unknown
from authlint.model.value import Cat, Get, Lit, Opaque, Pick, Text, Value, Variable

# What a text that is no address counts as (https://nginx.org/en/docs/http/ngx_http_geo_module.html#geo).
NO_ADDRESS = "255.255.255.255"
DEEPEST = 60  # definitions inside definitions


def evaluate(p: Passage, value: Value, depth: int = 0) -> str | Unknown:
    """The text of `value` now; Unknown where the configuration does not tell."""
    if depth > DEEPEST:
        return Unknown("a definition that goes round in circles")
    match value:
        case Lit(text):
            return text
        case Get():
            return get(p, value)
        case Cat(parts):
            texts = [evaluate(p, part, depth + 1) for part in parts]
            # Variables come first: what a map's pattern has captured counts in the whole text (measured).
            for number, part in enumerate(parts):
                if isinstance(part, Get) and part.kind == "capture":
                    texts[number] = get(p, part)
            return joined(texts)
        case Variable(name):
            known = p.shared.variables.get(name)
            if known is None:
                definition = p.shared.gateway.definitions.get(name)
                known = "" if definition is None else evaluate(p, definition, depth + 1)
                if not (isinstance(definition, Pick) and definition.volatile):
                    p.shared.variables[name] = known
            return known
        case Pick():
            return _pick(p, value, depth)
        case Opaque(reason):
            return Unknown(reason)


def _pick(p: Passage, pick: Pick, depth: int) -> str | Unknown:
    source = evaluate(p, pick.source, depth + 1)
    for case in pick.cases:
        if fits(p, source, case.test):
            return evaluate(p, case.value, depth + 1)
    return evaluate(p, pick.default, depth + 1)


def fits(p: Passage, text: str | Unknown, test: Text) -> bool:
    """Whether the test holds; on an unknown text both answers are followed."""
    if isinstance(text, Unknown):
        return p.decide((text.reason, test), text.reason)
    if test.how in ("search", "full"):
        return _pattern(p, text, test)
    if test.how == "network":
        return covers(test.arg, text if is_address(text) else NO_ADDRESS)
    arg = test.arg
    if test.nocase:
        text, arg = text.lower(), arg.lower()
    match test.how:
        case "is":
            return text == arg
        case "prefix":
            return text.startswith(arg)
        case "suffix":
            return text.endswith(arg)
        case "contains":
            return arg in text
        case "present":
            return text != ""
        case "segments":
            return text == arg or text.startswith(arg + "/")
        case "range":
            return _in_range(text, arg)
        case "host":
            return _host_fits(text.lower(), arg.lower())
        case _:
            return text not in ("", "0")


def _in_range(text: str, bounds: str) -> bool:
    low, _, high = bounds.partition(",")
    number = re.fullmatch(r"\s*([+-]?\d{1,18})\s*", text)
    return number is not None and int(low) <= int(number[1]) < int(high)


def _host_fits(host: str, name: str) -> bool:
    if name.startswith("*."):
        return host.endswith(name[1:])
    if name.startswith("."):
        return host.endswith(name) or host == name[1:]
    if name.endswith(".*"):
        return host.startswith(name[:-1])
    return host == name


def _pattern(p: Passage, text: str, test: Text) -> bool:
    pattern = compile_pattern(test.arg, test.nocase, test.re2)
    if isinstance(pattern, Unknown):
        return p.decide((text, test), pattern.reason)
    found = pattern.search(text) if test.how == "search" else pattern.full(text)
    if isinstance(found, Unknown):
        return p.decide((text, test), found.reason)
    if found is None:
        return False
    p.match = found
    for name, group in found.named.items():
        p.shared.variables[name] = group or ""
    return True


def holds(p: Passage, condition: Condition) -> bool:
    match condition:
        case Test(Get() as value, Text("there")):
            return _there(p, value)
        case Test(value, how, None):
            held = any(fits(p, text, how) for text in _tested(p, value))
            if not held and how.how == "search":
                p.match = None  # a pattern that is not found leaves no numbers behind (measured)
            return held
        case Test(value, how, arg) if arg is not None:
            right = evaluate(p, arg)
            if isinstance(right, Unknown):
                return p.decide((condition,), right.reason)
            return fits(p, evaluate(p, value), Text(how.how, right, how.nocase))
        case Exists(path, what):
            return _exists(p, evaluate(p, path), what)
        case Not(inner):
            return not holds(p, inner)
        case All(conditions):
            return all(holds(p, one) for one in conditions)
        case AnyOf(conditions):
            return any(holds(p, one) for one in conditions)
        case Unclear(reason):
            return p.decide((reason,), reason)
    raise AssertionError(condition)


def _tested(p: Passage, value: Value) -> list[str | Unknown]:
    """What a test looks at: where headers are as they were sent each line of one (measured)."""
    if isinstance(value, Get) and value.kind == "header" and p.shared.listener.intake.paths == "as-sent":
        return [h.value for h in p.header(value.name)] or [""]
    return [evaluate(p, value)]


def _there(p: Passage, value: Get) -> bool:
    """Whether a header or a parameter was sent."""
    if value.kind == "argument":
        return value.name in parameters(p.query, False)
    if value.kind == "header":
        return bool(p.header(value.name))
    return get(p, value) != ""


def _exists(p: Passage, path: str | Unknown, what: str) -> bool:
    state = "unknown" if isinstance(path, Unknown) else p.shared.files.state(path)
    if state == "unknown":
        missing = p.shared.assume.missing_files
        if missing is not None:
            return not missing
        reason = path.reason if isinstance(path, Unknown) else f"whether {path} exists"
        return p.decide(("exists", str(path), what), reason)
    return state != "absent" and what in ("any", state)


def get(p: Passage, value: Get) -> str | Unknown:
    """A property of the request, the connection or the last response."""
    found = _of_request(p, value)
    if found is None:
        found = _of_response(p, value)
    if found is None:
        found = Unknown(f"the {value.kind} {value.name}".strip())
    return found


def _of_request(p: Passage, value: Get) -> str | Unknown | None:
    shared = p.shared
    match value.kind:
        case "header":
            if shared.listener.intake.paths == "as-sent":  # of several lines the first is written (measured)
                return next((h.value for h in p.header(value.name)), "")
            # A variable keeps what it was when first read, also where the header is changed later (measured).
            if value.name not in shared.seen:
                shared.seen[value.name] = header_text(p, value.name)
            return shared.seen[value.name]
        case "cookie":
            exact = shared.listener.intake.paths == "as-sent"
            return cookie(header_text(p, "cookie"), value.name, exact)
        case "argument":
            if shared.listener.intake.paths == "as-sent":
                return next(iter(parameters(p.query, False).get(value.name, ())), "")
            return argument(p.query, value.name)
        case "query":
            return p.query or ""
        case "question":
            return "" if p.query is None else f"?{p.query}"
        case "has-query":
            return "?" if p.query else ""
        case "path":
            return p.path
        case "target":
            return "" if shared.unread else shared.request.target
        case "rest":
            return p.path[int(value.name) :]
        case "routed-target":
            return p.path + ("" if p.query is None else f"?{p.query}")
        case "unwritten-target":
            return p.unwritten
        case "url":
            return url(p, int(value.name or 0))
        case "claim":
            return claim(p, value.name)
        case "request-line":
            if shared.cut:
                return Unknown("how much was read of the request line")
            target = shared.unread_target or shared.request.target
            return joined([f"{shared.request.method} {target} ", protocol(p)])
        case "protocol":
            return protocol(p)
        case "method":
            return shared.method
        case "own-method":
            return p.method
        case "user":
            given = p.header("authorization")
            return basic_user(given[0].value if given else "")
        case "capture":
            return _capture(p, value.name)
        case _:
            return _of_connection(p, value)


def _of_connection(p: Passage, value: Get) -> str | Unknown | None:
    shared = p.shared
    match value.kind:
        case "scheme":
            return scheme(p)
        case "host":
            named = host_name(shared.request.host) if shared.renamed is None else shared.renamed
            return named or server_name(shared.host)
        case "server-name":
            return server_name(shared.host)
        case "authority":
            return header_text(p, "host")
        case "authority-name":
            host = header_text(p, "host")
            return split_authority(host)[0] if isinstance(host, str) else host
        case "server-port":
            return str(shared.listener.port)
        case "document-root":
            root = p.in_force.root
            base = None if root is None else evaluate(p, root.path)
            whole = root is not None and isinstance(base, str) and value.name == "path"
            return file_name(base, root.strip, p.path) if whole and root and isinstance(base, str) else base
        case "peer":
            return peer_address(p)
        case "forwarded-for":
            given = header_text(p, "x-forwarded-for")
            peer = peer_address(p)
            if isinstance(given, Unknown) or isinstance(peer, Unknown) or not given:
                return given if isinstance(given, Unknown) else peer
            return f"{given}, {peer}"
        case _:
            return None


def _of_response(p: Passage, value: Get) -> str | Unknown | None:
    match value.kind:
        case "upstream-host" | "upstream-port":
            return _upstream_authority(p, value.kind == "upstream-port")
        case "upstream-header":
            texts = [h.value for h in p.upstream_headers if h.name.lower() == value.name]
            if texts:  # of an answer from a cache too, for which nobody was asked
                return one_text(p, value.name, texts)
            if p.upstream_status is None or p.upstream_stated:
                return ""
            return Unknown(f"the header {value.name} of {p.upstream.name if p.upstream else 'the upstream'}")
        case "upstream-status":
            return p.upstream_statuses
        case "cache-status":
            return p.cache_status
        case "upstream-cookie":
            return _upstream_cookie(p, value.name)
        case "response-header" if p.answer is not None:
            return one_text(p, value.name, [h.value for h in p.answer if h.name.lower() == value.name])
        case _:
            return None


def _upstream_cookie(p: Passage, name: str) -> str | Unknown:
    for header in p.upstream_headers:
        if header.name.lower() == "set-cookie":
            pair = header.text.partition(";")[0].strip()
            if pair.partition("=")[0].lower() == name.lower():
                return pair.partition("=")[2]
    return (
        ""
        if p.upstream_stated or p.upstream_status is None
        else Unknown(f"the cookie {name} of the upstream")
    )


def _upstream_authority(p: Passage, port: bool) -> str | Unknown | None:
    if p.forward is None:
        return ""
    url = evaluate(p, p.forward.target)
    if isinstance(url, Unknown):
        return url
    scheme, _, rest = url.partition("://")
    authority = rest.split("/", 1)[0].split("?", 1)[0]
    if not port:
        return authority
    given = split_authority(authority)[1]
    return str(given) if given is not None else ("443" if scheme.endswith("s") else "80")


def _capture(p: Passage, name: str) -> str:
    if p.match is None:
        return ""
    if name.isdigit():
        number = int(name)
        text = (p.match.groups[number] or "") if number < len(p.match.groups) else ""
        return escape_argument(text) if p.quoting else text
    return p.match.named.get(name) or ""
