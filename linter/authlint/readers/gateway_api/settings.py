"""What a ClientTrafficPolicy says of how requests are taken in, and other policies of which the effect is not read.

https://gateway.envoyproxy.io/docs/api/extension_types/ ; internal/gatewayapi/clienttrafficpolicy.go of Envoy Gateway.
Most of what they may say has nothing to do with credentials or origins: timeouts, retries, balancing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.readers.gateway_api.objects import Thing, holes
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

ADDRESSED = ("targetRef", "targetRefs", "targetSelectors", "mergeType")
# Of each kind what does not matter to who may pass, which headers go on and what a browser gets.
QUIET: Mapping[str, tuple[str, ...]] = {
    "ClientTrafficPolicy": (
        *(
            "tcpKeepalive",
            "enableProxyProtocol",
            "clientIPDetection",
            "timeout",
            "connection",
            "http1",
            "http2",
        ),
        *("http3", "path", "headers", "tls"),
    ),
    "BackendTrafficPolicy": (
        *(
            "loadBalancer",
            "retry",
            "proxyProtocol",
            "tcpKeepalive",
            "healthCheck",
            "circuitBreaker",
            "timeout",
        ),
        *("connection", "dns", "http2", "rateLimit", "compression", "compressor", "useClientProtocol"),
        *("httpUpgrade", "requestBuffer", "telemetry", "routingType", "admissionControl", "bandwidthLimit"),
    ),
}
HEADERS = (
    *("enableEnvoyHeaders", "disableRateLimitHeaders", "xForwardedClientCert", "withUnderscoresAction"),
    *("preserveXRequestID", "requestID", "earlyRequestHeaders"),
)
UNDERSCORES = {"Allow": "ALLOW", "RejectRequest": "REJECT_REQUEST", "DropHeader": "DROP_HEADER"}
SLASHES = {
    "KeepUnchanged": "KEEP_UNCHANGED",
    "RejectRequest": "REJECT_REQUEST",
    "UnescapeAndForward": "UNESCAPE_AND_FORWARD",
    "UnescapeAndRedirect": "UNESCAPE_AND_REDIRECT",
}
EARLY = "envoy.http.early_header_mutation.header_mutation"
MUTATION = "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"


def unread(policy: Thing) -> Iterator[tuple[str, Item]]:
    """Why nobody knows what a request meets where a policy counts, and where that stands."""
    spec = policy.spec()
    title = f"what the {policy.manifest.kind} {policy.name} changes"
    if policy.doubt or spec is None:
        yield policy.doubt or title, policy.item
        return
    known = (*ADDRESSED, *QUIET.get(policy.manifest.kind, ()))
    yield from ((title, one) for one in spec.entries() if one.name not in known)
    yield from ((title, one) for one in _inside(spec, "headers") if one.name not in HEADERS)
    client = spec.at("tls", "clientValidation")
    if client is not None:
        yield "whether a client has the certificate that it is asked for", client
    yield from ((title, one) for one in holes(spec))


def _inside(spec: Item, name: str) -> list[Item]:
    found = spec.get(name)
    return list(found.entries()) if found is not None else []


def taken_in(policy: Thing | None) -> dict[str, Value | None]:
    """The fields of the connection manager; without a policy they are as Envoy Gateway has them."""
    spec = policy.spec() if policy is not None else None
    slashes = _said(spec, "path", "escapedSlashesAction")
    underscores = _said(spec, "headers", "withUnderscoresAction")
    early = _said(spec, "headers", "earlyRequestHeaders")
    merge = _said(spec, "path", "disableMergeSlashes")
    return {
        "normalize_path": True,
        "merge_slashes": merge is None or merge.text != "true",
        "path_with_escaped_slashes_action": _word(slashes, SLASHES, "UNESCAPE_AND_REDIRECT"),
        "common_http_protocol_options": {
            "headers_with_underscores_action": _word(underscores, UNDERSCORES, "REJECT_REQUEST"),
        },
        "use_remote_address": True,
        "early_header_mutation_extensions": [_mutations(early)] if early is not None else None,
    }


def _said(spec: Item | None, *names: str) -> Item | None:
    return spec.at(*names) if spec is not None else None


def _word(said: Item | None, words: Mapping[str, str], otherwise: str) -> Item | str:
    return written(said, words.get(said.text, otherwise)) if said is not None else otherwise


def _mutations(item: Item) -> Item:
    """buildEarlyHeaderMutation: what is added, what is set, what is removed."""
    listed: list[Value] = []
    for name, action in (("add", "APPEND_IF_EXISTS_OR_ADD"), ("set", "OVERWRITE_IF_EXISTS_OR_ADD")):
        for one in _inside_list(item, name):
            header: Value = {"key": one.get("name"), "value": one.get("value")}
            listed.append(written(one, {"append": {"header": header, "append_action": action}}))
    listed += [written(one, {"remove": one}) for one in _inside_list(item, "remove")]
    return written(item, {"name": EARLY, "typed_config": {"@type": MUTATION, "mutations": listed}})


def _inside_list(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return found.items() if found is not None else []
