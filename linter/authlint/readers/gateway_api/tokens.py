"""The providers of tokens as jwt_authn has them (buildJWTAuthn in internal/xds/translator/jwt.go of Envoy Gateway)."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.readers.gateway_api.backends import Clusters
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

TIMEOUT = "10s"


def provider(item: Item, namespace: str, clusters: Clusters) -> Item:
    """The token goes on to the application whatever is said."""
    found: dict[str, Value | None] = {
        "issuer": item.get("issuer"),
        "audiences": item.get("audiences"),
        **_keys(item, namespace, clusters),
        "payload_in_metadata": item.text_at("name"),
        "forward": True,
        "clear_route_cache": item.get("recomputeRoute"),
        "claim_to_headers": _claims(item),
        **_places(item),
    }
    return written(item, found)


def requirement(item: Item, names: Sequence[str]) -> Item:
    """Any of the providers will do; with `optional` no token will, too."""
    listed: list[Value] = [{"provider_name": name} for name in names]
    if item.text_at("optional") == "true":
        listed.append({"allow_missing": {}})
    return written(item, listed[0] if len(listed) == 1 else {"requires_any": {"requirements": listed}})


def _keys(item: Item, namespace: str, clusters: Clusters) -> dict[str, Value | None]:
    remote, local = item.get("remoteJWKS"), item.get("localJWKS")
    uri = remote.get("uri") if remote is not None else None
    if remote is not None and uri is not None:
        refs = remote.get("backendRefs")
        first = refs.items()[0] if refs is not None and refs.items() else None
        cluster = clusters.url(uri) if first is None else clusters.service(first, namespace)
        asked: dict[str, Value | None] = {
            "uri": uri,
            "cluster": written(uri, cluster),
            "timeout": TIMEOUT,
        }
        return {"remote_jwks": written(remote, {"http_uri": asked, "async_fetch": {}})}
    inline = local.get("inline") if local is not None else None
    if local is not None and inline is not None:
        return {"local_jwks": written(local, {"inline_string": inline})}
    return {"local_jwks": written(local or item, {"filename": "/jwks"})}


def _claims(item: Item) -> Item | None:
    listed = item.get("claimToHeaders")
    if listed is None:
        return None
    pairs: list[Value] = [
        written(one, {"header_name": one.get("header"), "claim_name": one.get("claim")})
        for one in listed.items()
    ]
    return written(listed, pairs)


def _places(item: Item) -> dict[str, Value | None]:
    said = item.get("extractFrom")
    if said is None:
        return {}
    headers = said.get("headers")
    listed: list[Value] = [
        written(one, {"name": one.get("name"), "value_prefix": one.get("valuePrefix")})
        for one in (headers.items() if headers is not None else ())
    ]
    return {
        "from_headers": listed or None,
        "from_params": said.get("params"),
        "from_cookies": said.get("cookies"),
    }
