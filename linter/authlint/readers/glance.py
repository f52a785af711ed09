"""What documents may hold, told from their bytes: a repository has thousands of which few are of interest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from authlint.expression import expression
from authlint.readers.embedded.find import NGINX

KIND = expression(
    rb"kind[\"']?[ \t]*:[ \t]*[\"']?(Ingress|IngressList|List|IngressClass|Secret|ConfigMap|ConfigMapList"
    rb"|HTTPRoute|SecurityPolicy|VirtualService|RequestAuthentication|AuthorizationPolicy|Gateway|GatewayClass"
    rb"|(?:Client|Backend)TrafficPolicy|HTTPRouteFilter|EnvoyFilter|EnvoyPatchPolicy|EnvoyExtensionPolicy|EnvoyProxy"
    rb"|WasmPlugin|TrafficExtension|IstioOperator)\b"
)
# A manifest that routes requests by itself, and one that such a manifest may refer to.
ROUTING = frozenset((b"Ingress", b"IngressList", b"List"))
LINKED = frozenset((b"IngressClass", b"Secret", b"ConfigMap"))
MAPS = frozenset((b"ConfigMap", b"ConfigMapList"))
# Of what a control plane makes a proxy's configuration: kinds without which it has nothing to say about requests, and
# the others.
STEERING = frozenset((b"SecurityPolicy", b"RequestAuthentication", b"AuthorizationPolicy", b"EnvoyFilter"))
STEERED = STEERING | frozenset(
    (
        *(
            b"HTTPRoute",
            b"VirtualService",
            b"Gateway",
            b"GatewayClass",
            b"HTTPRouteFilter",
            b"EnvoyFilter",
            b"List",
        ),
        *(
            b"ClientTrafficPolicy",
            b"BackendTrafficPolicy",
            b"EnvoyPatchPolicy",
            b"EnvoyExtensionPolicy",
            b"EnvoyProxy",
        ),
        *(b"WasmPlugin", b"TrafficExtension", b"IstioOperator"),
    )
)
# Settings of the controller, of its Helm chart and of other charts, workloads that are asked about requests. A search
# for what several have in common spares those for each.
SETTINGS = (b"allowSnippetAnnotations", b"annotations-risk-level")
ASKING = (b"oauth2-proxy", b"oauth2_proxy", b"global-auth-url", b"no-auth-locations")
CHARTS = (b"nginx.ingress.kubernetes.io/", b"chart: ingress-nginx")
CONNECTIONS = (b"http_connection_manager", b"HttpConnectionManager", b"httpConnectionManager")
# What a ConfigMap's document must hold for one of its files to be a gateway's.
GATEWAYS = (*NGINX, b"onnection_manager", b"onnectionManager", b"envoy.filters.network.http")


class Glance:
    """Documents by what they may hold, each by its absolute path and looked at once: manifests that route (`routing`)
    or to which these refer (`linked`), Envoy's configuration (`envoy`), nginx's inside something else (`held`),
    ConfigMaps that a gateway may mount (`mounted`), and objects of which a control plane makes a proxy's configuration
    (`steered`), if any of them asks for credentials (`steering`)."""

    def __init__(self, content: Callable[[str], bytes]) -> None:
        self.content = content
        self.seen: set[str] = set()
        self.routing: list[str] = []
        self.linked: list[str] = []
        self.envoy: list[str] = []
        self.held: list[str] = []
        self.mounted: list[str] = []
        self.steered: list[str] = []
        self.steering = False

    def look(self, paths: Iterable[str]) -> None:
        """Each word is looked for once, and where a pattern begins with letters it is as fast as a search for them."""
        seen, content, kinds_in = self.seen, self.content, KIND.findall
        for path in paths:
            if path in seen:
                continue
            seen.add(path)
            raw = content(path)
            kinds = kinds_in(raw)
            if kinds and not ROUTING.isdisjoint(kinds):
                self.routing.append(path)
            elif (kinds and not LINKED.isdisjoint(kinds)) or _speaks(raw):
                self.linked.append(path)
            maps = bool(kinds) and not MAPS.isdisjoint(kinds)
            if kinds and (not STEERED.isdisjoint(kinds) or (maps and b"extensionProviders" in raw)):
                self.steered.append(path)
                self.steering = self.steering or not STEERING.isdisjoint(kinds) or b"corsPolicy" in raw
            if maps and any(word in raw for word in GATEWAYS):
                self.mounted.append(path)
            if maps or b"listen " in raw or b"configs:" in raw:
                self.held.append(path)
            if b"onnection" in raw and any(word in raw for word in CONNECTIONS):
                self.envoy.append(path)


def _speaks(raw: bytes) -> bool:
    """Of the controller, or of a workload that it may ask."""
    return (
        (b"nnotations" in raw and any(word in raw for word in SETTINGS))
        or (b"auth" in raw and any(word in raw for word in ASKING))
        or (b"nginx" in raw and any(word in raw for word in CHARTS))
    )
