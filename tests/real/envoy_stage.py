"""A bootstrap as a person would have it, made to run here: other ports, applications of ours, a key of this run.

Only what names the outside world is replaced (addresses, TLS, key sets, passwords, files); all else stays.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.real.envoy_keys import KeyServer, SigningKey, sha_user
from tests.real.ports import free_port
from tests.real.recorder import Recorder, Script

Json = dict[str, Any]
NOBODY = ("127.0.0.1", 1)  # where nobody listens: it stays so
USER = sha_user("USER", "PASSWORD")
# What a random bootstrap has for a listener with TLS.
TLS = {"name": "envoy.transport_sockets.tls"}
TLS_CONTEXT = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A token provider of the configuration."""

    name: str
    issuer: str | None
    audiences: tuple[str, ...]

    def token(self, key: SigningKey, **claims: Any) -> str:
        """A token that this provider's issuer could have made, with other claims as wished."""
        audience = self.audiences[0] if self.audiences else None
        return key.token(**{"iss": self.issuer or "https://issuer.example", "aud": audience, **claims})


@dataclass(slots=True)
class Staged:
    """`ports` are the real ones of the listeners, by the written port; `upstreams` by the written address.

    `names` are the clusters by real port. `judges` and `key_sets` are clusters that auth services and key servers
    are asked at.
    """

    configuration: Json
    folder: Path
    key: SigningKey
    ports: dict[int, int] = field(default_factory=dict)
    upstreams: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    judges: set[str] = field(default_factory=set)
    authorizers: set[str] = field(default_factory=set)  # judges that are asked over gRPC
    key_sets: set[str] = field(default_factory=set)
    secure_ports: set[str] = field(default_factory=set)
    encrypted: set[str] = field(default_factory=set)  # clusters that speak TLS, if only here not
    expect_tls: set[str] = field(default_factory=set)  # whose other side would
    issuers: list[Issuer] = field(default_factory=list)
    api_keys: list[str] = field(default_factory=list)
    secure: set[int] = field(default_factory=set)  # real ports that speak TLS
    oauth: bool = False  # logins in the browser: their answers hold random words

    def port(self, written: int) -> int:
        """The real port of a listener; one that nobody has written is mapped to the first listener."""
        return self.ports.get(written) or next(iter(self.ports.values()))

    @property
    def refusing(self) -> list[int]:
        """Ports of key servers that would speak TLS, and are spoken to in plain text."""
        expecting = (self.expect_tls & self.secure_ports) - self.encrypted
        return [port for port, name in self.names.items() if name in expecting]

    def is_judge(self, port: int) -> bool:
        return self.names[port] in self.judges

    def serve(self, recorder: Recorder) -> list[KeyServer]:
        """Starts what stands behind the gateway; returned are the key servers, which are to be closed."""
        servers = []
        for port, name in self.names.items():
            if name in self.key_sets:
                servers.append(KeyServer(self.key, port, port in self.refusing))
            else:
                spoken = "authorizer" if name in self.authorizers else "http"
                recorder.serve(Script(judge=name in self.judges), port, spoken)
        return servers


def stage(text: str, folder: Path) -> Staged:
    """The configuration in `text` (YAML or JSON), rewritten. Anchors are resolved."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = json.loads(json.dumps(yaml.safe_load(text)))
    staged = Staged(configuration, folder, SigningKey())
    configuration.pop("admin", None)
    resources = configuration["static_resources"]
    for listener in resources["listeners"]:
        _listener(listener, staged)
    for typed in _nodes(configuration):
        _typed(typed, staged)
    for cluster in resources.get("clusters", ()):
        _cluster(cluster, staged)
    for source in _nodes(configuration):
        _file(source, staged)
    return staged


def _listener(listener: Json, staged: Staged) -> None:
    socket = listener["address"]["socket_address"]
    written = int(socket["port_value"])
    real = staged.ports.setdefault(written, 0) or free_port()
    staged.ports[written] = real
    socket.update(address="127.0.0.1", port_value=real)
    listener["enable_reuse_port"] = False  # or another Envoy on this machine could share the port
    for chain in listener["filter_chains"]:
        wrapped = chain.pop("transport_socket", None)
        if wrapped == TLS:
            chain["transport_socket"] = _certified(staged.folder)
            staged.secure.add(real)


def _certified(folder: Path) -> Json:
    """TLS with a certificate made for this run."""
    certificate, key = folder / "tls.pem", folder / "tls.key"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=test.invalid"]
    subprocess.run(made, check=True, capture_output=True)
    files = {"certificate_chain": {"filename": str(certificate)}, "private_key": {"filename": str(key)}}
    context = {"common_tls_context": {"tls_certificates": [files]}}
    return {"name": TLS["name"], "typed_config": {"@type": TLS_CONTEXT, **context}}


def _cluster(cluster: Json, staged: Staged) -> None:
    """Every address becomes a port of this machine; the name it had stays as the endpoint's host name."""
    if "transport_socket" in cluster:
        staged.encrypted.add(cluster["name"])
    for unwanted in ("transport_socket", "health_checks"):
        cluster.pop(unwanted, None)
    options = cluster.get("typed_extension_protocol_options", {})
    if (
        not any("http_filters" in one for one in options.values())
        and cluster["name"] not in staged.authorizers
    ):
        cluster.pop("typed_extension_protocol_options", None)
    cluster["type"] = "STATIC"
    for locality in cluster.get("load_assignment", {}).get("endpoints", ()):
        for one in locality["lb_endpoints"]:
            endpoint = one["endpoint"]
            socket = endpoint["address"]["socket_address"]
            written = socket["address"], int(socket["port_value"])
            endpoint.setdefault("hostname", written[0])
            if written == NOBODY:
                continue
            if written[0] == "127.0.0.1" and written[1] in staged.ports:  # another listener of this gateway
                socket["port_value"] = staged.ports[written[1]]
                continue
            address = f"{written[0]}:{written[1]}"
            if written[1] in (443, 8443):
                staged.secure_ports.add(cluster["name"])
            real = staged.upstreams.get(address) or free_port()
            staged.upstreams[address] = real
            staged.names[real] = cluster["name"]
            socket.update(address="127.0.0.1", port_value=real)


def _nodes(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        for value in list(node.values()):
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _typed(node: Json, staged: Staged) -> None:
    """A filter's own configuration: whom it asks, which keys and passwords it takes."""
    kind = str(node.get("@type", "")).rpartition(".")[2]
    if kind == "JwtAuthentication":
        for name, provider in node.get("providers", {}).items():
            _provider(name, provider, staged)
    elif kind in ("ExtAuthz", "ExtAuthzPerRoute"):
        for inner in _nodes(node):
            if "server_uri" in inner:
                staged.judges.add(inner["server_uri"]["cluster"])
            elif "envoy_grpc" in inner:
                staged.judges.add(inner["envoy_grpc"]["cluster_name"])
                staged.authorizers.add(inner["envoy_grpc"]["cluster_name"])
    elif kind in ("BasicAuth", "BasicAuthPerRoute") and "users" in node:
        users = node["users"].get("inline_string", "")
        node["users"] = {"inline_string": f"{users.rstrip()}\n{USER}".lstrip()}
    elif kind == "OAuth2":
        staged.oauth = True
    elif kind in ("ApiKeyAuth", "ApiKeyAuthPerRoute"):
        for credential in node.get("credentials", ()):
            staged.api_keys.append(credential["key"])


def _provider(name: str, provider: Json, staged: Staged) -> None:
    issuer = Issuer(name, provider.get("issuer"), tuple(provider.get("audiences", ())))
    staged.issuers.append(issuer)
    if "remote_jwks" in provider:
        asked = provider["remote_jwks"]["http_uri"]
        staged.key_sets.add(asked["cluster"])
        if asked["uri"].startswith("https://"):
            staged.expect_tls.add(asked["cluster"])
        # As a gateway that has run for a while: while keys are on their way requires_all asks the next requirement,
        # and its refusal comes first (measured).
        provider["remote_jwks"].setdefault("async_fetch", {})
        return
    local = provider["local_jwks"]
    if "filename" in local or _is_key_set(local.get("inline_string", "")):
        provider["local_jwks"] = {"inline_string": staged.key.jwks()}


def _is_key_set(text: str) -> bool:
    """Whether these are keys: what is no key set stays as it is written."""
    try:
        return isinstance(json.loads(text)["keys"], list)
    except (ValueError, KeyError, TypeError):
        return False


def _file(node: Json, staged: Staged) -> None:
    """Files to read are made up, files to write are moved."""
    if isinstance(node.get("filename"), str) and not Path(node["filename"]).exists():
        made = staged.folder / node["filename"].replace("/", "_")
        made.write_text("SECRET\n", encoding="utf-8")
        node["filename"] = str(made)
    if str(node.get("@type", "")).endswith("FileAccessLog") and "path" in node:
        node["path"] = str(staged.folder / "access.log")
