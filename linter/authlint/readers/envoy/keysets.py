"""The keys of a token provider: written here, in a file, or fetched (RemoteJwks).

That a discovery document is no key set, and that the scheme of the URI does not make a cluster speak TLS, was measured
on 1.40: both end in 401 for every token.
"""

from __future__ import annotations

from authlint.expression import expression
from authlint.model.credential import Keys
from authlint.model.gateway import Upstream
from authlint.readers.envoy.filters import Surroundings
from authlint.readers.envoy.proto import data, field, place
from authlint.readers.yaml.tree import Item
from authlint.text import Span

DISCOVERY = expression(r"/\.well-known/(?:openid-configuration|oauth-authorization-server)/?(?:[?#].*)?")
TLS_PORTS = ("443", "8443")
LASTS = 600  # seconds, unless cache_duration says otherwise


def keys(item: Item, span: Span, around: Surroundings) -> Keys:
    """The keys of a provider."""
    remote = field(item, "remote_jwks")
    if remote is not None:
        return _fetched(remote, around)
    local = field(item, "local_jwks")
    inline = data(local)
    if local is None or inline is None:
        return Keys("file", "", True, "", place(local, span))
    usable = _holds_keys(inline) or local.masked or not inline.strip()
    why = "" if usable else "the keys written here are no key set"
    return Keys("here", "", usable, why, local.span, held="" if local.masked else inline)


def _fetched(remote: Item, around: Surroundings) -> Keys:
    cluster, uri = field(remote, "http_uri", "cluster"), field(remote, "http_uri", "uri")
    name = cluster.text if cluster is not None and not cluster.masked else ""
    url = uri.text if uri is not None and not uri.masked else ""
    span, why, cure = place(cluster, remote.span), "", ""
    lasts = field(remote, "cache_duration")
    if not around.defined(name):
        why = f"the keys cannot be fetched: there is no cluster {name}"
    elif DISCOVERY.search(url):
        why, span = "this is the discovery document, which only says where the keys are", place(uri, span)
        cure = "write the address that the document gives under jwks_uri"
    elif url.startswith("https://") and _is_plain(around.clusters.get(name)):
        why = "the keys are fetched in plain text, and this cluster's port speaks TLS"
        cure = "give the cluster a transport_socket with an UpstreamTlsContext (and its sni)"
    return Keys(
        kind="upstream",
        upstream=name,
        usable=not why,
        why=why,
        span=span,
        url=url,
        cure=cure,
        lasts=LASTS if lasts is None else _seconds(lasts.text),
        lasts_span=None if lasts is None else lasts.span,
    )


def _is_plain(group: Upstream | None) -> bool:
    if group is None or group.tls or not group.addresses:
        return False
    return all(address.rpartition(":")[2] in TLS_PORTS for address in group.addresses)


def _seconds(text: str) -> int | None:
    number = text.removesuffix("s").partition(".")[0]
    return int(number) if number.isdigit() else None


def _holds_keys(jwks: str) -> bool:
    import json

    try:
        found = json.loads(jwks)
    except (ValueError, RecursionError):
        # Keys in another form, or a template's: nobody knows.
        return True
    return isinstance(found, dict) and bool(found.get("keys"))
