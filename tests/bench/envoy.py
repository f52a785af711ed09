"""Envoy: one virtual host with thousands of routes behind token checks and CORS."""

from __future__ import annotations

HEAD = """\
static_resources:
  listeners:
  - name: edge
    address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: edge
          http_filters:
          - name: envoy.filters.http.cors
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors
          - name: envoy.filters.http.jwt_authn
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
              providers:
                staff:
                  issuer: https://login.example.com
                  forward: true
                  remote_jwks:
                    http_uri: {uri: "https://login.example.com/keys", cluster: keys, timeout: 1s}
              rules:
              - match: {prefix: /}
                requires: {provider_name: staff}
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            virtual_hosts:
            - name: all
              domains: ["api.example.com"]
              typed_per_filter_config:
                envoy.filters.http.cors:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                  allow_origin_string_match: [{exact: "https://app.example.com"}]
                  allow_methods: GET, POST
                  allow_headers: authorization
              routes:
"""
ROUTE = """\
              - match: {{prefix: "/team-{n}/"}}
                route: {{cluster: app-{k}, prefix_rewrite: "/"}}
"""
CLUSTER = """\
  - name: {name}
    type: STRICT_DNS
    load_assignment:
      cluster_name: {name}
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: {name}.internal, port_value: 8080}}}}}}
"""


def bootstrap(routes: int) -> str:
    listed = "".join(ROUTE.format(n=n, k=n % 50) for n in range(routes))
    clusters = "".join(CLUSTER.format(name=name) for name in ("keys", *(f"app-{n}" for n in range(50))))
    return f"{HEAD}{listed}  clusters:\n{clusters}"
