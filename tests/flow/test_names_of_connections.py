"""Filter chains of one address, told apart by the name that a TLS connection asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from authlint.lint import Result

CHAIN = """\
    - filter_chain_match: {server_names: [NAME.example.com]}
      transport_socket: {name: envoy.transport_sockets.tls}
      filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: NAME
          route_config:
            virtual_hosts:
            - name: NAME
              domains: ["*"]
              typed_per_filter_config:
                envoy.filters.http.cors:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                  allow_origin_string_match: [{suffix: example.com}]
              routes:
              - match: {prefix: /}
                route: {cluster: NAME}
          http_filters:
          - name: envoy.filters.http.cors
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
          - name: envoy.filters.http.router
"""
HEAD = """\
static_resources:
  listeners:
  - address:
      socket_address: {address: 0.0.0.0, port_value: 443}
    filter_chains:
"""


def test_each_chain_is_reached(tmp_path: Path, found_in: Callable[[Path], Result]) -> None:
    text = HEAD + "".join(CHAIN.replace("NAME", name) for name in ("shop", "news"))
    (tmp_path / "envoy.yaml").write_text(text)
    routes = {route for one in found_in(tmp_path).findings for route in one.routes}
    assert routes == {"shop.example.com/", "news.example.com/"}
