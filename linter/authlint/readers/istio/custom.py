"""CUSTOM policies: a service that the mesh's settings name is asked, as ext_authz has it.

Read in Istio's pilot/pkg/security/authz/builder: extauthz.go (what the service gets and may answer) and builder.go (it
is asked where a rule fits, of which the filter learns from another one in front; here routes say it, to the same end).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.readers.envoy.documents import inside
from authlint.readers.istio.clusters import cluster_at
from authlint.readers.istio.filters import filter_of
from authlint.readers.istio.objects import Object, Objects
from authlint.readers.yaml.compose import document
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import record

EXT_AUTHZ = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"
NAME = "istio.authorization.custom"
INSIDE = ".svc.cluster.local"
TIMEOUT = "600s"


@record
class Asked:
    """The service that policies ask, as the filter that does it; `cluster` is its address."""

    filter: Item
    cluster: Item


def asked(policies: Sequence[Object], known: Objects) -> Asked | None:
    """None where nobody says what the service is, or there are several."""
    names = {_provider_name(one) for one in policies}
    providers = [one for one in _providers(known) if one.text_at("name") in names]
    place = policies[0].at("provider") or policies[0].spec
    if len(names) != 1 or len(providers) != 1:
        return None
    http, grpc = providers[0].get("envoyExtAuthzHttp"), providers[0].get("envoyExtAuthzGrpc")
    service = http or grpc
    if service is None or not service.text_at("service") or not service.text_at("port").isdecimal():
        return None
    address = _address(service)
    config: dict[str, Value | None] = {
        "transport_api_version": "V3",
        "failure_mode_allow": service.get("failOpen"),
        "status_on_error": _status(service.get("statusOnError")),
        "with_request_body": _body(service.get("includeRequestBodyInCheck")),
        "clear_route_cache": service.get("clearRouteCache"),
    }
    if http is not None:
        config["allowed_headers"] = _patterns(
            http.get("includeRequestHeadersInCheck") or http.get("includeHeadersInCheck")
        )
        config["http_service"] = _over_http(http, address, place)
    else:
        named: Value = {"cluster_name": written(place, address)}
        config["grpc_service"] = {"envoy_grpc": named, "timeout": TIMEOUT}
    said = {name: one for name, one in config.items() if one is not None}
    return Asked(filter_of(NAME, EXT_AUTHZ, said, place), cluster_at(place, address, address))


def _provider_name(policy: Object) -> str:
    found = policy.at("provider", "name")
    return found.text if found is not None else ""


def _providers(known: Objects) -> Iterator[Item]:
    """Those of the mesh's settings: of the operator's object, or in the ConfigMap that istiod reads
    (https://istio.io/latest/docs/tasks/security/authorization/authz-custom/)."""
    for one in (one for one in known.of("IstioOperator", "ConfigMap") if not one.unsure):
        if one.kind == "IstioOperator":
            yield from one.listed("meshConfig", "extensionProviders")
            continue
        mesh = one.manifest.item.at("data", "mesh")
        if mesh is None or mesh.kind != "text":
            continue
        found = document(mesh.path, inside(mesh, one.manifest.file))
        listed = found.get("extensionProviders") if isinstance(found, Item) else None
        yield from listed.items() if listed is not None else ()


def _address(service: Item) -> str:
    """`[namespace/]host`: the namespace says whose Service of this name is meant."""
    host = service.text_at("service").rpartition("/")[2]
    return f"{host}:{service.text_at('port')}"


def _over_http(http: Item, address: str, place: Item) -> Value:
    answer: dict[str, Value | None] = {
        "allowed_upstream_headers": _patterns(http.get("headersToUpstreamOnAllow")),
        "allowed_client_headers": _patterns(http.get("headersToDownstreamOnDeny")),
        "allowed_client_headers_on_success": _patterns(http.get("headersToDownstreamOnAllow")),
    }
    added = http.get("includeAdditionalHeadersInCheck")
    listed: list[Value] = [
        written(one, {"key": one.name, "value": one})
        for one in (added.entries() if added is not None else ())
    ]
    uri: Value = {
        "uri": f"http://{address.rpartition(':')[0]}",
        "cluster": written(place, address),
        "timeout": TIMEOUT,
    }
    return written(
        http,
        {
            "server_uri": uri,
            "path_prefix": http.get("pathPrefix"),
            "authorization_request": {"headers_to_add": listed} if listed else None,
            "authorization_response": answer if any(one is not None for one in answer.values()) else None,
        },
    )


def _patterns(listed: Item | None) -> Item | None:
    """Names of headers, with a star at one end for any rest."""
    if listed is None or not listed.items():
        return None
    patterns: list[Value] = []
    for one in listed.items():
        how = "suffix" if one.text.startswith("*") else "prefix" if one.text.endswith("*") else "exact"
        patterns.append(written(one, {how: one.text.strip("*"), "ignore_case": True}))
    return written(listed, {"patterns": patterns})


def _status(said: Item | None) -> Value | None:
    return {"code": said} if said is not None and said.text.isdecimal() else None


def _body(said: Item | None) -> Value | None:
    if said is None:
        return None
    return written(
        said,
        {
            "max_request_bytes": said.get("maxRequestBytes"),
            "allow_partial_message": said.get("allowPartialMessage"),
        },
    )
