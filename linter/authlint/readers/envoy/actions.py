"""What a route does: forward to a cluster, redirect, or answer.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto (RouteAction,
RedirectAction, DirectResponseAction)
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.gateway import Match
from authlint.model.step import Amend, Answer, Follow, Forward, HeaderOp, PathRewrite, Readdress, Step, Unsure
from authlint.model.value import EMPTY, Case, Cat, Get, Lit, Opaque, Pick, Text, Value
from authlint.readers.envoy import upstreams
from authlint.readers.envoy.filters import Surroundings
from authlint.readers.envoy.matching import header
from authlint.readers.envoy.proto import field, fields, is_set, number, place, text
from authlint.readers.envoy.templates import substitution
from authlint.readers.yaml.tree import Item
from authlint.text import Span

HOP_BY_HOP = frozenset(("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"))
REDIRECTS = {
    "": 301,
    "MOVED_PERMANENTLY": 301,
    "FOUND": 302,
    "SEE_OTHER": 303,
    "TEMPORARY_REDIRECT": 307,
    "PERMANENT_REDIRECT": 308,
    "0": 301,
    "1": 302,
    "2": 303,
    "3": 307,
    "4": 308,
}
# Statuses that may be named as redirects to follow; others there do nothing (measured).
FOLLOWED = frozenset((301, 302, 303, 307, 308))
REWRITES = ("prefix_rewrite", "regex_rewrite", "path_rewrite_policy", "path_rewrite")


def weighted(action: Item) -> list[Item | None]:
    """The weighted clusters that can be taken; several that differ in their name only are one."""
    found = [one for one in fields(action, "weighted_clusters", "clusters") if number(one, "weight") != 0]
    plain = {"name", "weight"}
    if all({entry.name for entry in one.entries()} <= plain for one in found):
        return list(found[:1])
    return list(found)


def forward(action: Item, one: Item | None, path: Match, around: Surroundings) -> tuple[Step, ...]:
    """The steps of a route to a cluster; `one` is the weighted cluster that is taken."""
    named = field(action, "cluster") or field(one, "name")
    span = place(named or field(action, "cluster_header"), action.span)
    target: Value = Opaque("which cluster a route leads to")
    by_header = field(action, "cluster_header")
    if named is not None and not named.masked:
        target = Lit(f"http://{named.text}")
    change, doubt = _rewrite(action, path)
    host = _host(action, one, named, around)
    late = is_set(action, "auto_host_rewrite")
    step = Forward(
        target=target,
        prefix=None,
        whole=False,
        headers=host,
        client_headers=True,
        client_headers_span=None,
        body=True,
        encoding="http",
        dropped=HOP_BY_HOP,
        hide=(),
        intercept=False,
        intercept_span=None,
        redirects=(),
        jump_header=None,
        span=_span(action, span),
        verbatim=change,
        follows=_follow(action),
        unreachable=503,
        late_host=late,
    )
    if by_header is not None:
        doubt = doubt or Unsure("which cluster a header names", by_header.span)
    last: tuple[Step, ...] = tuple(upstreams.steps(named.text if named is not None else "", around))
    if last:
        last = (Readdress(change, () if late else host, step.span), *last)
    last = (*_forwarded_host(action), *last, step)
    return last if doubt is None else (doubt, *last)


def _span(action: Item, otherwise: Span) -> Span:
    """The words that a person would change: the rewrite, where there is one."""
    for name in REWRITES[:2]:
        found = field(action, name)
        if found is not None:
            return found.span
    return otherwise


def _rewrite(action: Item, path: Match) -> tuple[PathRewrite, Unsure | None]:
    prefix = field(action, "prefix_rewrite")
    if prefix is not None and not prefix.masked:
        cut = None if path.kind in ("full", "everything") else len(path.text)
        return PathRewrite(cut, prefix.text), None
    regex = field(action, "regex_rewrite")
    if regex is not None:
        pattern = text(regex, "pattern", "regex") or text(regex, "pattern", "google_re2", "regex")
        return PathRewrite(0, text(regex, "substitution"), pattern), None
    by_template = substitution(field(action, "path_rewrite_policy"), path.text)
    if by_template is not None and path.kind == "full":
        return PathRewrite(0, by_template, f"^(?:{path.text})$"), None
    for name in REWRITES:
        found = field(action, name)
        if found is not None:
            return PathRewrite(), Unsure("what a rewrite makes of the path", found.span)
    return PathRewrite(), None


def _host(action: Item, one: Item | None, named: Item | None, around: Surroundings) -> tuple[HeaderOp, ...]:
    for owner in (one, action):
        for name in ("host_rewrite_literal", "host_rewrite"):
            found = field(owner, name)
            if found is not None:
                return (HeaderOp("set", "Host", Lit(found.text), found.span),)
    by_header = field(action, "host_rewrite_header")
    if by_header is not None:
        source = header(by_header.text)
        value = Pick(
            source, (Case(Text("present"), source, by_header.span),), Get("authority"), by_header.span
        )
        return (HeaderOp("set", "Host", value, by_header.span),)
    automatic = field(action, "auto_host_rewrite")
    if automatic is not None and automatic.text == "true":
        group = around.clusters.get(named.text) if named is not None else None
        hosts = {address.rpartition(":")[0] for address in group.addresses} if group is not None else set()
        name_of: Value = Lit(hosts.pop()) if len(hosts) == 1 else Opaque("the name of the upstream's host")
        return (HeaderOp("set", "Host", name_of, automatic.span),)
    other = field(action, "host_rewrite_path_regex")
    if other is not None:
        return (HeaderOp("set", "Host", Opaque("what a rewrite makes of the host"), other.span),)
    return ()


def _forwarded_host(action: Item) -> Iterator[Step]:
    """The client's Host goes on in another header where it is rewritten (measured)."""
    said, by_header = field(action, "append_x_forwarded_host"), field(action, "host_rewrite_header")
    if said is None or said.text != "true":
        return
    value: Value = Get("authority")
    if by_header is not None:
        value = Pick(header(by_header.text), (Case(Text("present"), value, said.span),), EMPTY, said.span)
    yield Amend((HeaderOp("append", "x-forwarded-host", value, said.span, empty_keeps=True, join=","),))


def _follow(action: Item) -> Follow | None:
    found = field(action, "internal_redirect_policy")
    if found is None:
        return None
    listed = fields(found, "redirect_response_codes")
    codes = FOLLOWED.intersection(int(one.text) for one in listed if one.text.isdigit())
    most = number(found, "max_internal_redirects")
    return Follow(
        codes if listed else frozenset((302,)),
        1 if most is None else most,
        is_set(found, "allow_cross_scheme_redirect"),
        found.span,
        copies=tuple(one.text.lower() for one in fields(found, "response_headers_to_copy")),
        doubt="which redirects a predicate lets the gateway follow" if fields(found, "predicates") else "",
    )


def redirect(item: Item, path: Match) -> Answer:
    status = REDIRECTS.get(text(item, "response_code"), 301)
    scheme: Value = Get("scheme")
    authority: Value = Get("authority")
    if is_set(item, "https_redirect"):
        scheme = Lit("https")
        cut = Case(Text("suffix", ":80"), Get("authority-name"), item.span)
        authority = Pick(authority, (cut,), authority, item.span)
    elif field(item, "scheme_redirect") is not None:
        scheme = Lit(text(item, "scheme_redirect"))
    host = authority
    if field(item, "host_redirect") is not None:
        host = Lit(text(item, "host_redirect"))
    port = number(item, "port_redirect")
    if port is not None:
        host = Cat((host if isinstance(host, Lit) else Get("authority-name"), Lit(f":{port}")))
    first = next(item.entries(), None)
    span = item.span if first is None else first.span
    change, doubt = _rewrite(item, path)
    where = (Opaque("what a rewrite makes of the path"),) if doubt is not None else _path(item)
    return Answer(status, span, Cat((scheme, Lit("://"), host, *where)), change)


def _path(item: Item) -> tuple[Value, ...]:
    query: tuple[Value, ...] = () if is_set(item, "strip_query") else (Get("question"),)
    whole = field(item, "path_redirect")
    if whole is not None:
        return (Lit(whole.text), *(() if "?" in whole.text else query))
    return (Get("path"), *query)


def direct(item: Item) -> Answer:
    status = field(item, "status")
    return Answer(number(item, "status") or 200, place(status, item.span))
