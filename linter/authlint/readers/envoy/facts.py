"""What a configuration says that no request shows: names that nothing defines, settings that are not heard, logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlint.model.fact import Dangling, Fact, Ignored, Log, Miswired
from authlint.model.near import nearest
from authlint.model.slip import Misdirected, Misspelt, Slip
from authlint.readers.envoy import formatting
from authlint.readers.envoy.filters import Filter, Surroundings, filters, unwrapped
from authlint.readers.envoy.inert import KEY_CURE, LEVEL, levels
from authlint.readers.envoy.listeners import managers
from authlint.readers.envoy.proto import entries, field, fields, is_set, message, text
from authlint.readers.yaml.tree import Item

DEFINE = "define it under static_resources, or write the name of one that is there"
DEFAULT_FORMAT = '"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE%'


def facts(listener: Item, around: Surroundings) -> Iterator[Fact]:
    for _, config in managers(listener):
        chain = filters(config)
        for one in chain:
            yield from _dangling(one, around)
            yield from _uri(one)
        table = around.table(config)
        if table is not None:
            yield from _unheard(chain, table)
            yield from _misplaced(table)
            yield from _older(table)
            yield from _requirements(chain, table)
        yield from _logs(config)


def _dangling(one: Filter, around: Surroundings) -> Iterator[Fact]:
    """Clusters that a filter needs. Envoy starts without them."""
    if one.kind == "jwt_authn":
        for provider in entries(one.config, "providers"):
            uri = field(provider, "remote_jwks", "http_uri")
            effect = "every token of this provider is answered 401"
            yield from _missing(field(uri, "cluster"), around, effect, text(uri, "uri"))
        names = {item.name for item in entries(one.config, "requirement_map")}
        for rule in fields(one.config, "rules"):
            name = field(rule, "requirement_name")
            if name is not None and name.text not in names and not name.masked:
                yield Dangling(
                    "the requirement",
                    name.text,
                    "Envoy refuses to start",
                    "add it to requirement_map",
                    name.span,
                    slips=_meant(name, names),
                )
        yield from _providers(one)
    elif one.kind == "ext_authz":
        uri = field(one.config, "http_service", "server_uri")
        cluster = field(uri, "cluster") or field(one.config, "grpc_service", "envoy_grpc", "cluster_name")
        open_ = is_set(one.config, "failure_mode_allow")
        effect = "every request passes unasked" if open_ else "every request is answered 403"
        yield from _missing(cluster, around, effect, text(uri, "uri"))
    elif one.kind == "oauth2":
        uri = field(one.config, "config", "token_endpoint")
        yield from _missing(field(uri, "cluster"), around, "no login can be completed", text(uri, "uri"))


def _missing(cluster: Item | None, around: Surroundings, effect: str, uri: str) -> Iterator[Fact]:
    if cluster is not None and not cluster.masked and not around.defined(cluster.text):
        there = _leading_to(uri, around)
        slips = _meant(cluster, around.clusters)
        if len(there) == 1:
            slips = (Misspelt(cluster.span, cluster.text, there[0], decides=True),)
        yield Dangling("the cluster", cluster.text, effect, DEFINE, cluster.span, slips=slips)


def _leading_to(uri: str, around: Surroundings) -> list[str]:
    """The clusters whose only endpoint is the host of the URI, reached as its scheme says."""
    scheme, _, rest = uri.partition("://")
    authority = rest.partition("/")[0]
    if ":" not in authority:
        authority += ":443" if scheme == "https" else ":80"
    return [
        name
        for name, one in around.clusters.items()
        if one.addresses == (authority,) and one.tls == (scheme == "https")
    ]


def _meant(name: Item, names: Iterable[str]) -> tuple[Slip, ...]:
    meant = nearest(name.text, names)
    return (Misspelt(name.span, name.text, meant, decides=True),) if meant else ()


def _providers(one: Filter) -> Iterator[Fact]:
    known = {item.name for item in entries(one.config, "providers")}
    named = [field(rule, "requires") for rule in fields(one.config, "rules")]
    named += list(entries(one.config, "requirement_map"))
    for name in (found for item in named for found in _provider_names(item)):
        if name.text not in known and not name.masked:
            yield Dangling(
                "the provider",
                name.text,
                "Envoy refuses to start",
                "add it to providers",
                name.span,
                slips=_meant(name, known),
            )


def _provider_names(item: Item | None) -> Iterator[Item]:
    name = field(item, "provider_name") or field(item, "provider_and_audiences", "provider_name")
    if name is not None:
        yield name
    for kind in ("requires_any", "requires_all"):
        for part in fields(item, kind, "requirements"):
            yield from _provider_names(part)


def _requirements(chain: tuple[Filter, ...], table: Item) -> Iterator[Fact]:
    """Requirements that a route names."""
    known = {one.name: one for one in chain if one.kind == "jwt_authn"}
    for level in levels(table):
        for entry in entries(level, LEVEL):
            one, own = known.get(entry.name), unwrapped(entry)
            name = field(own.config, "requirement_name")
            if one is None or name is None or name.masked:
                continue
            names = [item.name for item in entries(one.config, "requirement_map")]
            if name.text not in names:
                yield Dangling(
                    "the requirement",
                    name.text,
                    "every request of the route is answered 403",
                    "add it to requirement_map",
                    name.span,
                    slips=_meant(name, names),
                )


def _uri(one: Filter) -> Iterator[Fact]:
    """The service is asked for the client's own path: that of server_uri is not used (measured)."""
    service = field(one.config, "http_service") if one.kind == "ext_authz" else None
    uri = field(service, "server_uri", "uri")
    if uri is None or uri.masked or field(service, "path_prefix") is not None:
        return
    path = uri.text.partition("://")[2].partition("/")[2]
    if path:
        yield Miswired(
            f"the path /{path} is not used: the service is asked for the client's own path",
            "the service gets the path of each request",
            f"write path_prefix: /{path} where the service expects it in front",
            uri.span,
            f"/{path}",
        )


def _older(table: Item) -> Iterator[Fact]:
    """A policy of the old form is not heard where one of the new form is in effect (measured)."""
    for host in fields(table, "virtual_hosts"):
        for route in fields(host, "routes"):
            around = (route, host, table)
            typed = any(
                unwrapped(entry).message == "CorsPolicy"
                for level in around
                for entry in entries(level, LEVEL)
            )
            old = field(route, "route", "cors") or field(host, "cors")
            if typed and old is not None:
                yield Ignored(
                    "is not heard: a CorsPolicy under typed_per_filter_config is in effect",
                    "the CorsPolicy decides alone",
                    "write it as a CorsPolicy of this route",
                    old.span,
                )


def _unheard(chain: tuple[Filter, ...], table: Item) -> Iterator[Fact]:
    """Exemptions under a key that is no filter's name."""
    known = {one.name for one in chain}
    for level in levels(table):
        for entry in entries(level, LEVEL):
            own = unwrapped(entry)
            off = own.disabled or is_set(own.config, "disabled")
            package = message(entry)[0]
            meant = [one for one in chain if one.kind == package]
            if entry.name not in known and off and meant and package != "cors":
                yield Ignored(
                    f"is not heard: no filter is called {entry.name}",
                    f"{meant[0].name} asks here as everywhere",
                    KEY_CURE,
                    entry.span,
                )


def _misplaced(table: Item) -> Iterator[Fact]:
    """Headers added on the side where nobody reads them."""
    for level in levels(table):
        for item in fields(level, "response_headers_to_add"):
            key = field(item, "header", "key")
            if key is not None and key.text.lower() == "authorization":
                yield Ignored(
                    "goes to the client, and no client reads it",
                    "the upstream gets what the client sent",
                    "write it under request_headers_to_add",
                    key.span,
                    slips=(Misdirected(key.span, "application"),),
                )
        for item in fields(level, "request_headers_to_add"):
            key = field(item, "header", "key")
            if key is not None and key.text.lower().startswith("access-control-allow-"):
                yield Ignored(
                    "goes to the upstream, and no browser sees it",
                    "the answer leaves without it",
                    "write it under response_headers_to_add",
                    key.span,
                    slips=(Misdirected(key.span, "client"),),
                )


def _logs(config: Item) -> Iterator[Fact]:
    """A line is written at the end, of the headers as filters left them: of a token that jwt_authn has verified and
    taken out there is nothing in it (measured)."""
    for log in fields(config, "access_log"):
        typed = field(log, "typed_config")
        found = list(_formats(typed))
        if typed is None:
            continue
        if not found and field(typed, "path") is not None:
            yield Log((formatting.value(DEFAULT_FORMAT, typed.span),), log.span, log.span, late=True)
        for item in found:
            yield Log((formatting.value(item.text, item.span),), item.span, log.span, late=True)


def _formats(typed: Item | None) -> Iterator[Item]:
    for path in (
        ("format",),
        ("log_format", "text_format"),
        ("log_format", "text_format_source", "inline_string"),
    ):
        found = field(typed, *path)
        if found is not None:
            yield found
    for path in (("json_format",), ("typed_json_format",), ("log_format", "json_format")):
        yield from (item for item in _leaves(field(typed, *path)))


def _leaves(item: Item | None) -> Iterator[Item]:
    if item is None:
        return
    for one in item.entries():
        if one.kind == "map":
            yield from _leaves(one)
        elif one.kind == "text":
            yield one
