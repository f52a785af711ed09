"""Parts of Envoy configuration that several mistakes need."""

from __future__ import annotations

from tests.mutants.mutant import PLACE

TYPE = '"@type": type.googleapis.com/envoy.extensions.filters.http.'

CORS = f"""- name: envoy.filters.http.cors
  typed_config:
    {TYPE}cors.v3.Cors
"""
POLICY = f"""typed_per_filter_config:
  envoy.filters.http.cors:
    {TYPE}cors.v3.CorsPolicy
    allow_origin_string_match:
    - exact: https://app.example.com
    allow_methods: GET, POST, DELETE
    allow_headers: authorization, content-type
"""
JWT = f"""- name: envoy.filters.http.jwt_authn #!
  typed_config:
    {TYPE}jwt_authn.v3.JwtAuthentication
    providers:
      accounts: #!
        issuer: https://accounts.example.com/
        audiences: [orders]
        forward: true
        remote_jwks:
          http_uri:
            uri: https://accounts.example.com/keys
            cluster: accounts
            timeout: 3s
    rules:
    - match: {{prefix: /}}
      requires: {{provider_name: accounts}} #!
"""
BASIC = f"""- name: envoy.filters.http.basic_auth #!
  typed_config:
    {TYPE}basic_auth.v3.BasicAuth
    users:
      inline_string: "USER:{{SHA}}W6ph5Mm5Pz8GgiULbPgzG37mj9g="
"""
SERVICE = f"""- name: envoy.filters.http.ext_authz #!
  typed_config:
    {TYPE}ext_authz.v3.ExtAuthz
    http_service:
      server_uri: {{uri: "http://login.example.com:9091", cluster: login, timeout: 1s}} #!
      path_prefix: /verify
"""
KEY = f"""- name: envoy.filters.http.api_key_auth #!
  typed_config:
    {TYPE}api_key_auth.v3.ApiKeyAuth
    credentials:
    - {{client: reports, key: not-a-real-key}}
    key_sources:
    - header: X-Api-Key
"""
LIMIT = f"""- name: envoy.filters.http.local_ratelimit #!
  typed_config:
    {TYPE}local_ratelimit.v3.LocalRateLimit
    stat_prefix: clients
    token_bucket: {{max_tokens: 2, tokens_per_fill: 2, fill_interval: 60s}}
    filter_enabled: {{default_value: {{numerator: 100}}}}
    filter_enforced: {{default_value: {{numerator: 100}}}}
"""
REMOVAL = f"""- name: envoy.filters.http.header_mutation #!
  typed_config:
    {TYPE}header_mutation.v3.HeaderMutation
    mutations:
      request_mutations:
      - remove: authorization #!
"""


def cluster(name: str, tls: bool) -> str:
    secured = f"""  transport_socket:
    name: envoy.transport_sockets.tls
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
      sni: {name}.example.com
"""
    return f"""- name: {name}
  type: STRICT_DNS
  connect_timeout: 1s
{secured if tls else ""}  load_assignment:
    cluster_name: {name}
    endpoints:
    - lb_endpoints:
      - endpoint:
          address:
            socket_address: {{address: {name}.example.com, port_value: {443 if tls else 9091}}}
"""


ACCOUNTS = cluster("accounts", True)
LOGIN = cluster("login", False)


def quiet(text: str) -> str:
    """Without marks of places."""
    return PLACE.sub("", text)


def right(text: str) -> str:
    """Only in the right text."""
    return "".join(f"- {line}\n" for line in quiet(text).strip("\n").split("\n"))


def wrong(text: str) -> str:
    """Only in the wrong text."""
    return "".join(f"+ {line}\n" for line in text.strip("\n").split("\n"))


def both(text: str) -> str:
    """Lists begin with a dash, and so do lines of the right text alone."""
    return "".join(f"  {line}\n" for line in text.strip("\n").split("\n"))


def swapped(text: str, old: str, new: str) -> str:
    """A text in which one line differs; the line that is wrong is a place."""
    found = []
    assert old in text
    for line in quiet(text).strip("\n").split("\n"):
        if old in line:
            found += [
                f"- {line}",
                *(f"+ {one} #!" for one in line.replace(old, new).split("\n") if one.strip()),
            ]
        else:
            found.append(f"  {line}")
    return "\n".join(found) + "\n"


def lacking(text: str, *lines: str) -> str:
    """A text whose wrong form lacks the lines that have these words in them."""
    return "".join(
        f"{'-' if any(part in line for part in lines) else ' '} {line}\n"
        for line in text.strip("\n").split("\n")
    )
