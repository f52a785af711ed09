"""What requests end at, and who is asked about them, as clusters that are named as pods name Services.

One Service is one cluster, whatever refers to it, so that two routes to it are seen to lead to the same.
"""

from __future__ import annotations

from authlint.expression import expression
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import field, mutable

APART = expression(r"[/?#]")
TLS: Value = {"name": "envoy.transport_sockets.tls"}


@mutable
class Clusters:
    """Those that were asked for, by their names."""

    found: dict[str, Item] = field(default_factory=dict)

    def service(self, ref: Item, namespace: str, *, grpc: bool = False) -> str:
        """Of a backendRef."""
        where = ref.text_at("namespace") or namespace
        port = ref.text_at("port") or "80"
        return self._named(ref, f"{ref.text_at('name')}.{where}", port, tls=False, grpc=grpc)

    def url(self, uri: Item) -> str:
        """Of an address outside."""
        scheme, _, rest = uri.text.partition("://")
        tls = scheme == "https"
        authority = APART.split(rest, maxsplit=1)[0]
        host, colon, port = authority.rpartition("@")[2].partition(":")
        usual = "443" if tls else "80"
        return self._named(uri, host, port if colon and port.isdigit() else usual, tls=tls, grpc=False)

    def _named(self, source: Item, host: str, port: str, *, tls: bool, grpc: bool) -> str:
        name = f"{host}:{port}"
        address: Value = {
            "socket_address": {"address": host, "port_value": int(port) if port.isdigit() else 80}
        }
        self.found.setdefault(
            name,
            written(
                source,
                {
                    "name": name,
                    "type": "STRICT_DNS",
                    "typed_extension_protocol_options": _speaking_http2() if grpc else None,
                    "load_assignment": {
                        "cluster_name": name,
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
                    },
                    "transport_socket": TLS if tls else None,
                },
            ),
        )
        return name


def _speaking_http2() -> Value:
    upstream = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    return {
        upstream: {
            "@type": f"type.googleapis.com/{upstream}",
            "explicit_http_config": {"http2_protocol_options": {}},
        }
    }
