"""Random bootstraps for Envoy, and random requests to them."""

from __future__ import annotations

from tests.real.envoy_clauses import HEADERS, REQUEST_NAMES, RESPONSE_NAMES, Json, rewriter
from tests.real.envoy_filters import NAMES, Filters
from tests.real.envoy_gates import HTTP
from tests.real.envoy_stage import TLS

MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
TYPE_OF = "type.googleapis.com/"
HOST_REWRITES: tuple[Json, ...] = (
    {"host_rewrite_literal": "inner.example"},
    {"host_rewrite_header": "x-h"},
    {"auto_host_rewrite": True},
    {"host_rewrite_path_regex": {"pattern": {"regex": "^/([a-z]+).*"}, "substitution": "\\1.example"}},
)
DOMAINS = (
    ["*"],
    ["app.example"],
    ["app.example", "other.example"],
    ["*.example"],
    ["app.*"],
    ["app.example:99"],
    ["x.example", "app.example:*"],
    ["*-example", "*.app.example"],
)
ESCAPED = ("KEEP_UNCHANGED", "REJECT_REQUEST", "UNESCAPE_AND_FORWARD", "UNESCAPE_AND_REDIRECT")
EARLY = "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
PORTS = {"up1": 9001, "up2": 9002, "login": 9003, "keys": 9004, "authorizer": 9005, "down": 1}
OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
ACCESS_LOG = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"
FORMATS = ("%REQ(AUTHORIZATION)% %PATH(NQ)%\n", "%REQ(:PATH)% %RESPONSE_CODE%\n", "%PROTOCOL%\n")


class Grammar(Filters):
    """A whole bootstrap, with one listener."""

    def configuration(self) -> Json:
        manager: Json = {"@type": MANAGER, "stat_prefix": "h", **self.intake()}
        kinds = [name for name, chance in NAMES.items() if self.maybe(chance)]
        self.random.shuffle(kinds)
        filters = [self.filter(kind) for kind in kinds]
        router: Json = {"@type": ROUTER}
        if self.maybe(0.06):
            self.note("upstream filters of the router")
            router["upstream_http_filters"] = self.upstream_filters()
        manager["http_filters"] = [*filters, {"name": "envoy.filters.http.router", "typed_config": router}]
        manager["route_config"] = self.routes_of_all()
        chain: Json = {
            "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
        }
        if self.maybe(0.1):
            self.note("listener with TLS")
            chain["transport_socket"] = TLS
        address = {"socket_address": {"address": "0.0.0.0", "port_value": 10000}}
        listener = {"name": "l", "address": address, "filter_chains": [chain]}
        clusters = [cluster(name, port) for name, port in PORTS.items()]
        if self.maybe(0.06):
            self.note("upstream filters of a cluster")
            options = {
                "explicit_http_config": {"http_protocol_options": {}},
                "http_filters": self.upstream_filters(),
            }
            clusters[0]["typed_extension_protocol_options"] = {
                OPTIONS: {"@type": TYPE_OF + OPTIONS, **options}
            }
        secret = {"name": "inner", "generic_secret": {"secret": {"inline_string": "FAKE-INNER"}}}
        return {"static_resources": {"listeners": [listener], "clusters": clusters, "secrets": [secret]}}

    def intake(self) -> Json:
        found: Json = {}
        for option, value in (
            ("normalize_path", True),
            ("merge_slashes", True),
            ("path_with_escaped_slashes_action", self.pick(*ESCAPED)),
            ("strip_trailing_host_dot", True),
            (self.pick("strip_any_host_port", "strip_matching_host_port"), True),
            ("use_remote_address", True),
        ):
            if self.maybe(0.12):
                self.note(option if value is True else f"{option}: {value}")
                found[option] = value
        if self.maybe(0.08):
            action = self.pick("DROP_HEADER", "REJECT_REQUEST")
            self.note(f"headers_with_underscores_action: {action}")
            found["common_http_protocol_options"] = {"headers_with_underscores_action": action}
        if self.maybe(0.08):
            self.note("scheme of the gateway's")
            found["scheme_header_transformation"] = {"scheme_to_overwrite": self.pick("https", "http")}
        if self.maybe(0.08):
            self.note("early header operations")
            mutations = [{"append": self.added(REQUEST_NAMES)}, {"remove": self.pick(*REQUEST_NAMES)}]
            typed = {"@type": EARLY, "mutations": mutations[: self.pick(1, 2)]}
            found["early_header_mutation_extensions"] = [{"name": "early", "typed_config": typed}]
        if self.maybe(0.15):
            self.note("access log")
            line = {"text_format_source": {"inline_string": self.pick(*FORMATS)}}
            log = {"@type": ACCESS_LOG, "path": "/var/log/envoy.log", "log_format": line}
            found["access_log"] = [{"name": "file", "typed_config": log}]
        if self.maybe(0.1):
            self.note("own answers changed")
            found["local_reply_config"] = {"mappers": [self.mapper() for _ in range(self.pick(1, 1, 2))]}
        return found

    def mapper(self) -> Json:
        found: Json = {"filter": self.replied()}
        if self.maybe(0.3):
            self.note("own answers by several filters")
            both = {"filters": [self.replied(), {"header_filter": {"header": dict(self.pick(*HEADERS))}}]}
            found = {"filter": {self.pick("and_filter", "or_filter"): both}}
        if self.maybe(0.6):
            found["status_code"] = self.pick(401, 403, 503)
        if self.maybe(0.6):
            found["headers_to_add"] = [self.added(RESPONSE_NAMES)]
        return found

    def replied(self) -> Json:
        value = {"default_value": self.pick(401, 403, 400, 500), "runtime_key": "none"}
        return {"status_code_filter": {"comparison": {"op": self.pick("EQ", "GE", "LE"), "value": value}}}

    def upstream_filters(self) -> list[Json]:
        typed = {"@type": HTTP + "header_mutation.v3.HeaderMutation"}
        mutations = {"request_mutations": [{"append": self.added(REQUEST_NAMES)}]}
        codec = {"@type": HTTP + "upstream_codec.v3.UpstreamCodec"}
        return [
            {"name": "last", "typed_config": {**typed, "mutations": mutations}},
            {"name": "codec", "typed_config": codec},
        ]

    def routes_of_all(self) -> Json:
        domains: list[list[str]] = []
        for one in self.random.sample(DOMAINS, self.pick(1, 2, 2, 3)):
            if not any(set(one) & set(other) for other in domains):
                domains.append(one)
        hosts = [self.host(number, one) for number, one in enumerate(domains)]
        found = {"name": "r", "virtual_hosts": hosts, **self.header_ops(0.1), **self.per_filter(0.12)}
        if self.maybe(0.1):
            self.note("most specific last")
            found["most_specific_header_mutations_wins"] = True
        if self.maybe(0.05):
            self.note("path parameters ignored")
            found["ignore_path_parameters_in_path_matching"] = True
        if self.maybe(0.08):
            self.note("port ignored in names")
            found["ignore_port_in_host_matching"] = True
        return found

    def host(self, number: int, domains: list[str]) -> Json:
        routes = [self.route() for _ in range(self.pick(1, 2, 3, 4))]
        if self.maybe(0.8):
            routes.append({"match": {"prefix": "/"}, "route": {"cluster": "up1"}})
        found: Json = {"name": f"v{number}", "domains": domains, "routes": routes}
        if self.maybe(0.06):
            self.note("TLS required")
            found["require_tls"] = self.pick("ALL", "EXTERNAL_ONLY")
        return {**found, **self.header_ops(0.15), **self.per_filter(0.3)}

    def route(self) -> Json:
        match = self.match()
        found: Json = {"match": match}
        kind = self.random.random()
        if kind < 0.75:
            found["route"] = self.forward(match)
        elif kind < 0.87:
            found["redirect"] = self.redirect(match)
        else:
            self.note("direct response")
            found["direct_response"] = {"status": self.pick(200, 204, 401, 403)}
        return {**found, **self.header_ops(0.2), **self.per_filter(0.2)}

    def redirect(self, match: Json) -> Json:
        self.note("redirect")
        found: Json = {}
        for one in (
            self.pick({"https_redirect": True}, {"scheme_redirect": "https"}),
            {"host_redirect": "h.example"},
            {"port_redirect": 8443},
            {"response_code": self.pick("FOUND", "SEE_OTHER", "TEMPORARY_REDIRECT", "PERMANENT_REDIRECT")},
            {"strip_query": True},
        ):
            if self.maybe(0.3):
                self.note(*one)
                found.update(one)
        kind = self.random.random()
        if kind < 0.3:
            found["path_redirect"] = self.pick("/n", "/n?q=1")
        elif kind < 0.45 and not {"safe_regex", "path_match_policy"} & set(match):
            self.note("redirect to another prefix")
            found["prefix_rewrite"] = "/n/"
        elif kind < 0.55:
            self.note("redirect by pattern")
            found["regex_rewrite"] = {"pattern": {"regex": "^/([ab])"}, "substitution": "/x\\1"}
        return found

    def forward(self, match: Json) -> Json:
        found: Json = {"cluster": self.pick("up1", "up1", "up2", "up2", "down")}
        if self.maybe(0.08):
            self.note("clusters by weight")
            one, other = self.pick("up1", "up2"), {"name": "down", "weight": 0}
            entry = {"name": one, "weight": 100, **self.header_ops(0.3), **self.per_filter(0.2)}
            found = {"weighted_clusters": {"clusters": [entry, other]}}
        if self.maybe(0.25):
            change = self.rewrite(match)
            self.note(*change)
            found.update(change)
        if self.maybe(0.15):
            self.note("host rewritten")
            change = dict(self.pick(*HOST_REWRITES))
            self.note(*change)
            found.update(change)
            if self.maybe(0.3):
                self.note("host told in another header")
                found["append_x_forwarded_host"] = True
        if self.maybe(0.1):
            self.note("redirects followed inside")
            policy: Json = {"max_internal_redirects": self.pick(1, 2)}
            if self.maybe(0.5):
                policy["redirect_response_codes"] = self.pick([302, 307], [301, 303, 308])
            if self.maybe(0.3):
                self.note("headers of a redirect followed inside")
                policy["response_headers_to_copy"] = ["x-c"]
            found["internal_redirect_policy"] = policy
        if self.maybe(0.05):
            self.note("limits of a route")
            action = {"request_headers": {"header_name": "x-h", "descriptor_key": "h"}}
            found["rate_limits"] = [{"actions": [action]}]
        return found

    def rewrite(self, match: Json) -> Json:
        if "path_match_policy" in match:
            self.note("rewrite by template")
            return {"path_rewrite_policy": rewriter("/b/{x}")}
        if self.maybe(0.6):
            return {"prefix_rewrite": self.pick("/b/", "/", "/a")}
        substitution, pattern = self.pick(("/x\\1", "^/([ab])"), ("", "/x"), ("\\0\\0", "b"), ("-", "[a-c]"))
        return {"regex_rewrite": {"pattern": {"regex": pattern}, "substitution": substitution}}


def cluster(name: str, port: int) -> Json:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    assignment = {"cluster_name": name, "endpoints": endpoints}
    made: Json = {"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": assignment}
    if name == "authorizer":
        options: Json = {"explicit_http_config": {"http2_protocol_options": {}}}
        made["typed_extension_protocol_options"] = {OPTIONS: {"@type": TYPE_OF + OPTIONS, **options}}
    return made
