"""Which listener, which virtual host, which route."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

from authlint.expression import expression
from authlint.flow.assume import Front
from authlint.flow.intake import authority_of
from authlint.flow.passage import Passage
from authlint.flow.patterns import Match, compile_pattern
from authlint.flow.reading import host_name
from authlint.flow.request import Request, split_authority
from authlint.flow.values import holds
from authlint.model.gateway import Gateway, HostName, Listener, Route, Table, VirtualHost
from authlint.model.unknown import Unknown
from authlint.record import record


def choose_listener(
    gateway: Gateway, request: Request, front: Front | None = None
) -> tuple[Listener, bool] | None:
    """The listener for a request's scheme, port and address, and whether its port had to be assumed."""
    tls = request.scheme in ("https", "wss")
    address = split_authority(request.authority)[0].strip("[]")
    if front is not None and front.ends_tls and tls:
        behind = [one for one in gateway.listeners if front.stands_before(one)]
        by_name = [one for one in behind if _names(one, host_name(request.host))]
        if by_name or (behind and not any(one.tls for one in gateway.listeners)):
            return _best_address(by_name or behind, address), False
    on_port = [one for one in gateway.listeners if one.port == request.port]
    same_scheme = [one for one in on_port if one.tls == tls] or on_port
    name = host_name(request.host)
    if same_scheme:
        best = _best_address(same_scheme, address)
        # One address may have several: then a TLS connection's own name decides, if any listener has that name.
        alike = [one for one in same_scheme if one.address == best.address]
        named = (one for one in alike if len(alike) > 1 and _names(one, name))
        return next(named, best), False
    rest = [one for one in gateway.listeners if not one.address.startswith("unix:")] or list(
        gateway.listeners
    )
    if not rest:
        return None
    by_name = [one for one in rest if _names(one, name)]
    by_scheme = [one for one in (by_name or rest) if one.tls == tls]
    return _best_address(by_scheme or by_name or rest, address), True


def serves(gateway: Gateway, request: Request) -> bool:
    """Whether a virtual host has the name that a request is for; one that takes every name does not."""
    chosen = choose_listener(gateway, request)
    return chosen is not None and _names(chosen[0], host_name(request.host))


def _best_address(listeners: Sequence[Listener], address: str) -> Listener:
    for wanted in (address, "*"):
        for one in listeners:
            if one.address == wanted:
                return one
    return listeners[0]


def _names(listener: Listener, name: str) -> bool:
    return name in listener.exact or any(_rank(one, name) is not None for one, _ in listener.others)


def _rank(host: HostName, name: str) -> tuple[int, int] | None:
    """How well a wildcard or pattern fits, the smaller the better; None where it does not."""
    text = host.text
    match host.kind:
        case "ends":
            return (1, -len(text)) if name.endswith(text) and name != text else None
        case "starts":
            return (2, -len(text)) if name.startswith(text + ".") else None
        case "begins":
            return (2, -len(text)) if name.startswith(text) and name != text else None
        case "pattern":
            return (3, 0) if isinstance(_search(text, name), Match) else None
        case _:
            return None


def _search(pattern: str, subject: str) -> Match | Unknown | None:
    compiled = compile_pattern(pattern, True)
    return compiled if isinstance(compiled, Unknown) else compiled.search(subject)


# Letters that stand for themselves, and are not made optional by what follows.
LEAD = expression(r"(?:[A-Za-z0-9/_~%@,:;=&!'\"<>-](?![*?{]))*")


PARAMETERS = expression(";[^/]*")  # of a segment (RFC 3986, 3.3)
FEW = 8  # ordered routes that are tried one after the other


@record
class Hosting:
    host: VirtualHost
    match: Match | None  # what a pattern in the name captured


def choose_host(listener: Listener, host_header: str) -> Hosting | Unknown:
    """Exact names, then the longest wildcard at the front, at the end, then the first pattern, then the default."""
    decoded = listener.intake.paths == "decoded"
    name = host_name(host_header) if decoded else authority_of(host_header, listener)
    exact = listener.exact.get(name)
    if exact is not None:
        return Hosting(exact, None)
    best: tuple[tuple[int, int], HostName, VirtualHost] | None = None
    for one, host in listener.others:
        if one.kind == "pattern" and isinstance(found := _search(one.text, name), Unknown):
            return found
        rank = _rank(one, name)
        if rank is not None and (best is None or rank < best[0]):
            best = (rank, one, host)
    if best is None:
        return Hosting(listener.default, None)
    _, one, host = best
    captured = _search(one.text, name) if one.kind == "pattern" else None
    return Hosting(host, captured if isinstance(captured, Match) else None)


@record
class SlashMissing:
    """The path is a prefix route's own without its last slash: the client is redirected."""

    route: Route


@record
class _Found:
    """`settled`: no pattern of an outer level is tried any more."""

    route: Route | SlashMissing
    settled: bool


def choose_route(p: Passage, table: Table, fallback: Route) -> Route | SlashMissing:
    """Exact, else the longest prefix (and inside it), else the first pattern that fits, else the prefix."""
    found = _in_table(p, table)
    return fallback if found is None else found.route


def _in_table(p: Passage, table: Table) -> _Found | None:
    exact = table.exact.get(p.path)
    if exact is not None:
        return _Found(exact, True)
    prefix = _prefix(p, table)
    if isinstance(prefix, SlashMissing):
        return _Found(prefix, True)
    inner: _Found | None = None
    if prefix is not None and prefix.table is not None:
        inner = _in_table(p, prefix.table)
        if inner is not None and inner.settled:
            return inner
    if prefix is None or not prefix.final:
        patterned = _patterns(p, table)
        if patterned is not None:
            return patterned
    if inner is not None:
        return inner
    return None if prefix is None else _Found(prefix, False)


def _prefix(p: Passage, table: Table) -> Route | SlashMissing | None:
    path = p.path
    own = table.by_prefix.get(path)
    if own is not None:
        return own
    for longer in (table.exact.get(path + "/"), table.by_prefix.get(path + "/")):
        if longer is not None and longer.slash:
            return SlashMissing(longer)
    for end in range(len(path) - 1, 0, -1):
        shorter = table.by_prefix.get(path[:end])
        if shorter is not None:
            return shorter
    return None


@lru_cache(maxsize=65536)
def lead(pattern: str, nocase: bool) -> str:
    """The plain letters with which everything begins that the pattern fits: cheaper to look at than to match."""
    if nocase or not pattern.startswith("^") or "|" in pattern:
        return ""
    plain = LEAD.match(pattern, 1)
    return plain[0] if plain is not None else ""


@record
class _Index:
    """Ordered routes by the letters that their paths begin with, each with its number; and the lengths of those."""

    by_lead: dict[str, tuple[tuple[int, Route], ...]]
    lengths: tuple[int, ...]

    def worth_trying(self, path: str) -> Sequence[Route]:
        found = [pair for length in self.lengths for pair in self.by_lead.get(path[:length], ())]
        return [route for _, route in sorted(found, key=itemgetter(0))]


@lru_cache(maxsize=256)
def _indexed(table: Table) -> _Index:
    leads: dict[str, list[tuple[int, Route]]] = {}
    for number, route in enumerate(table.patterns):
        leads.setdefault(_lead_of(route), []).append((number, route))
    by_lead = {text: tuple(pairs) for text, pairs in leads.items()}
    return _Index(by_lead, tuple(sorted({len(text) for text in by_lead})))


def _lead_of(route: Route) -> str:
    match = route.match
    if match.nocase or match.kind in ("full", "everything"):
        return ""
    return lead(match.text, False) if match.kind == "pattern" else match.text


def _patterns(p: Passage, table: Table) -> _Found | None:
    few = len(table.patterns) < FEW
    path = p.path if table.parameters else PARAMETERS.sub("", p.path)
    for route in table.patterns if few else _indexed(table).worth_trying(path):
        found = _fit(path, route)
        if isinstance(found, Unknown):
            if not p.decide((route.match, path), found.reason):
                continue
            found = None
        elif found is None:
            continue
        if isinstance(found, Match):
            capture(p, found)
        if route.when is not None and not holds(p, route.when):
            continue
        inner = _in_table(p, route.table) if route.table is not None else None
        return _Found(route if inner is None else inner.route, True)
    return None


def _fit(path: str, route: Route) -> Match | Unknown | bool | None:
    """Whether an ordered route takes the path; None where it does not."""
    match = route.match
    if match.kind in ("pattern", "full"):
        whole = match.kind == "full"
        if not path.startswith("" if whole else lead(match.text, match.nocase)):
            return None
        pattern = compile_pattern(match.text, match.nocase, whole)
        if isinstance(pattern, Unknown):
            return pattern
        return pattern.full(path) if whole else pattern.search(path)
    text = match.text
    if match.nocase:
        path, text = path.lower(), text.lower()
    if match.kind == "prefix":
        return path.startswith(text) or None
    if match.kind == "segments":
        return path == text or path.startswith(text + "/") or None
    return match.kind == "everything" or path == text or None


def capture(p: Passage, match: Match) -> None:
    """A pattern that fitted leaves its groups for the expressions behind it."""
    p.match = match
    for name, group in match.named.items():
        p.shared.variables[name] = group or ""
