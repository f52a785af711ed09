"""An auth service that is asked, as ext_authz has it (internal/xds/translator/extauth.go of Envoy Gateway)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.gateway_api.backends import Clusters
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

TYPE = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"
TIMEOUT = "10s"


def asked(item: Item, namespace: str, clusters: Clusters) -> Value:
    """Of what the service answers nothing goes on to the application but what `headersToBackend` names."""
    body = item.at("bodyToExtAuth", "maxRequestBytes")
    return {
        "@type": TYPE,
        "transport_api_version": "V3",
        "failure_mode_allow": item.get("failOpen"),
        "clear_route_cache": item.get("recomputeRoute"),
        "allowed_headers": names(item.get("headersToExtAuth")),
        "with_request_body": {"max_request_bytes": body} if body is not None else None,
        **_service(item, namespace, clusters),
    }


def _service(item: Item, namespace: str, clusters: Clusters) -> dict[str, Value | None]:
    http, grpc = item.get("http"), item.get("grpc")
    if http is not None:
        cluster = clusters.service(next(refs(http), http), namespace)
        taken = names(http.get("headersToBackend"))
        return {
            "http_service": written(
                item,
                {
                    "server_uri": {"uri": f"http://{cluster}", "cluster": cluster, "timeout": TIMEOUT},
                    "path_prefix": http.get("path"),
                    "authorization_response": {"allowed_upstream_headers": taken} if taken else None,
                },
            )
        }
    if grpc is not None:
        cluster = clusters.service(next(refs(grpc), grpc), namespace, grpc=True)
        return {"grpc_service": written(item, {"envoy_grpc": {"cluster_name": cluster}, "timeout": TIMEOUT})}
    return {}


def refs(item: Item) -> Iterator[Item]:
    listed, single = item.get("backendRefs"), item.get("backendRef")
    yield from listed.items() if listed is not None else ()
    if single is not None:
        yield single


def names(listed: Item | None) -> Item | None:
    """A list of header names, whose case does not matter."""
    if listed is None or not listed.items():
        return None
    patterns: list[Value] = [written(one, {"exact": one, "ignore_case": True}) for one in listed.items()]
    return written(listed, {"patterns": patterns})
