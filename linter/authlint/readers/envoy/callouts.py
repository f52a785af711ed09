"""The ext_authz filter (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_authz_filter).

What the service gets unasked, that only 200 lets pass and what of its answers goes on was measured on 1.40, and
what a service over gRPC gets and may say.
"""

from __future__ import annotations

from collections.abc import Callable

from authlint.model.credential import Call
from authlint.model.step import Check, Unsure
from authlint.model.value import EMPTY, Text, Value
from authlint.readers.envoy import formatting
from authlint.readers.envoy.filters import Filter, Spot, Surroundings, configured
from authlint.readers.envoy.headers import REQUEST
from authlint.readers.envoy.matching import strings
from authlint.readers.envoy.proto import field, fields, is_set, number, place, share, status_code, text
from authlint.readers.yaml.tree import Item
from authlint.text import Span

SENT = frozenset(("authorization", "host", "x-request-id", "x-envoy-internal"))
TOLD = frozenset(("www-authenticate", "location", "proxy-authenticate"))
ANY = (Text("prefix", ""),)
REFUSES = 403


def check(one: Filter, spot: Spot, around: Surroundings) -> Check | None:
    """The service's verdict on a route; None where it is not asked."""
    if spot.action == "nothing":
        return None
    own = next(configured(spot.own(one.name)), None)
    if own is not None and is_set(own.config, "disabled"):
        return None
    enabled = field(one.config, "filter_enabled")
    part = share(enabled)
    if part == 0:
        return None
    if part < 1 and enabled is not None:
        return Unsure("the service is asked about a share of the requests", enabled.span)
    conditional = field(one.config, "filter_enabled_metadata")
    if conditional is not None:
        return Unsure("the service is asked about some requests", conditional.span)
    settings = field(own.config, "check_settings") if own is not None else None
    key = ("call", id(one), None if settings is None else settings.span)
    if key not in around.kept:
        around.kept[key] = _call(one, settings, around)
    found: Check | None = around.kept[key]
    return found


def _call(one: Filter, settings: Item | None, around: Surroundings) -> Check:
    """A route that names a service of its own has that one, whichever protocol the filter's speaks (measured)."""
    failure = is_set(one.config, "failure_mode_allow")
    otherwise = status_code(field(one.config, "status_on_error")) or REFUSES
    for owner in (settings, one.config):
        service, grpc = field(owner, "http_service"), field(owner, "grpc_service")
        if service is not None:
            return _over_http(one, service, settings, around, otherwise, failure)
        if grpc is not None:
            return _over_grpc(one, grpc, settings, around, otherwise, failure)
    return Unsure("ext_authz has no service: the first request ends the process", one.span)


def _over_grpc(
    one: Filter, grpc: Item, settings: Item | None, around: Surroundings, otherwise: int, failure: bool
) -> Call:
    cluster = field(grpc, "envoy_grpc", "cluster_name")
    name = cluster.text if cluster is not None and not cluster.masked else ""
    span = place(cluster, one.span)
    return Call(
        upstream=name,
        defined=around.defined(name),
        prefix="",
        sends=_sends(one),
        never=strings(field(one.config, "disallowed_headers")),
        always=_always(one),
        allow=frozenset((200,)),
        otherwise=otherwise,
        fails_open=failure,
        takes=ANY,
        appends=(),
        denial_headers=None,
        denial_always=frozenset(),
        success_headers=(),
        adds=(),
        remove_header="",
        once=REQUEST,
        most=_most(one, settings),
        reroutes=is_set(one.config, "clear_route_cache"),
        consents=True,
        sends_span=_sends_span(one),
        span=span,
        open_span=place(field(one.config, "failure_mode_allow"), span),
    )


def _over_http(
    one: Filter, service: Item, settings: Item | None, around: Surroundings, otherwise: int, failure: bool
) -> Call:
    cluster = field(service, "server_uri", "cluster")
    name = cluster.text if cluster is not None and not cluster.masked else ""
    request, response = field(service, "authorization_request"), field(service, "authorization_response")
    client = field(response, "allowed_client_headers")
    upstream = field(response, "allowed_upstream_headers")
    return Call(
        upstream=name,
        defined=around.defined(name),
        prefix=text(service, "path_prefix"),
        sends=_sends(one),
        never=strings(field(one.config, "disallowed_headers")),
        always=_always(one),
        allow=frozenset((200,)),
        otherwise=otherwise,
        fails_open=failure,
        takes=() if upstream is None else strings(upstream),
        appends=strings(field(response, "allowed_upstream_headers_to_append")),
        denial_headers=None if client is None or not fields(client, "patterns") else strings(client),
        denial_always=TOLD,
        success_headers=strings(field(response, "allowed_client_headers_on_success")),
        adds=tuple(_added(pair) for pair in fields(request, "headers_to_add")),
        remove_header="x-envoy-auth-headers-to-remove",
        once=REQUEST,
        most=_most(one, settings),
        reroutes=is_set(one.config, "clear_route_cache"),
        unasked=_unasked(one),
        prefix_span=place(field(service, "path_prefix"), place(cluster, one.span)),
        sends_span=_sends_span(one),
        denial_span=client.words if client is not None else None,
        span=place(cluster, one.span),
        open_span=place(field(one.config, "failure_mode_allow"), one.span),
    )


def _sends(one: Filter) -> tuple[Text, ...] | None:
    """What of the client's headers goes to a service, a route's own one too: the filter decides (measured)."""
    listed = field(one.config, "allowed_headers")
    service = field(one.config, "http_service")
    if service is None:
        return None if listed is None else strings(listed)
    return *strings(listed), *strings(field(service, "authorization_request", "allowed_headers"))


def _sends_span(one: Filter) -> Span | None:
    """The list that decides, of two the filter's own."""
    older = field(one.config, "http_service", "authorization_request", "allowed_headers")
    listed = field(one.config, "allowed_headers") or older
    return None if listed is None else listed.span


def _unasked(one: Filter) -> str:
    """A route's own service over HTTP gets no whole request, if the filter, whose service speaks gRPC, sends other
    headers only (measured)."""
    sends = _sends(one)
    if sends is None or field(one.config, "http_service") is not None:
        return ""
    withheld = [name for name in (":method", ":path") if not _lets(sends, name)]
    return f"a request over HTTP needs {withheld[0]}, which allowed_headers withholds" if withheld else ""


def _lets(tests: tuple[Text, ...], name: str) -> bool:
    """Whether a name is among those that are sent; a pattern may always fit."""
    tried: dict[str, Callable[[str], bool]] = {
        "is": name.__eq__,
        "prefix": name.startswith,
        "suffix": name.endswith,
        "contains": name.__contains__,
    }
    return any(one.how not in tried or tried[one.how](one.arg) for one in tests)


def _always(one: Filter) -> frozenset[str]:
    return frozenset(("host",)) if field(one.config, "http_service") is None else SENT


def _added(pair: Item) -> tuple[str, Value]:
    value = field(pair, "value")
    return text(pair, "key"), EMPTY if value is None else formatting.value(value.text, value.span)


def _most(one: Filter, settings: Item | None) -> int | None:
    """How many bytes of a body the service may get, where more than that is refused; a route may say otherwise."""
    body = field(settings, "with_request_body") or field(one.config, "with_request_body")
    if body is None or is_set(body, "allow_partial_message"):
        return None
    return None if is_set(settings, "disable_request_body_buffering") else number(body, "max_request_bytes")
