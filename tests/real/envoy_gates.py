"""Parts of random bootstraps: filters that ask somebody else, and what routes say of them."""

from __future__ import annotations

from tests.real.envoy_clauses import HEADERS, Clauses, Json

HTTP = "type.googleapis.com/envoy.extensions.filters.http."
ON_SUCCESS = "allowed_client_headers_on_success"
TO_APPEND = "allowed_upstream_headers_to_append"
ALL = {"default_value": {"numerator": 100}}
# Nobody's requests here reach that many.
BUCKET = {"max_tokens": 10000, "tokens_per_fill": 10000, "fill_interval": "1s"}


class Gates(Clauses):
    """Draws ext_authz, oauth2 and the two rate limits."""

    def ext_authz(self) -> Json:
        if self.maybe(0.3):
            self.note("service over gRPC")
            found: Json = {"grpc_service": self.over_grpc("authorizer")}
        else:
            found = {"http_service": self.over_http()}
        if self.maybe(0.5):
            self.note("headers for the service")
            found["allowed_headers"] = self.patterns("cookie", "x-h", "Cookie", "origin", "x-api-key")
        if self.maybe(0.1):
            self.note("headers withheld from the service")
            found["disallowed_headers"] = self.patterns("authorization", "cookie")
        if self.maybe(0.1):
            self.note("other status where the service fails")
            found["status_on_error"] = {"code": self.pick("Unauthorized", "ServiceUnavailable")}
        if self.maybe(0.1):
            self.note("service asked about none")
            found["filter_enabled"] = {"default_value": {"numerator": self.pick(0, 100)}}
        if self.maybe(0.2):
            self.note("failure let go")
            found["failure_mode_allow"] = True
        if self.maybe(0.15):
            self.note("body for the service")
            found["with_request_body"] = {
                "max_request_bytes": self.pick(3, 100),
                "allow_partial_message": self.pick(True, False),
            }
        if self.maybe(0.1):
            self.note("route looked for again behind the service")
            found["clear_route_cache"] = True
        return found

    def over_grpc(self, cluster: str) -> Json:
        if self.maybe(0.2):
            self.note("service out of reach over gRPC")
            cluster = "down"
        return {"envoy_grpc": {"cluster_name": cluster}, "timeout": "2s"}

    def over_http(self) -> Json:
        service: Json = {"server_uri": {"uri": "http://login.example", "cluster": "login", "timeout": "2s"}}
        if self.maybe(0.5):
            service["path_prefix"] = "/check"
        if self.maybe(0.4):
            self.note("headers of the service")
            service["authorization_response"] = {
                name: self.patterns("x-user", "x-a", "set-cookie", "authorization")
                for name in ("allowed_upstream_headers", "allowed_client_headers", ON_SUCCESS, TO_APPEND)
                if self.maybe(0.5)
            }
        if self.maybe(0.15):
            self.note("headers of the gateway's for the service")
            added = [{"key": self.pick("x-from", "x-h", "authorization"), "value": "gateway"}]
            service["authorization_request"] = {"headers_to_add": added}
        if self.maybe(0.2):
            self.note("service out of reach")
            service["server_uri"]["cluster"] = "down"
        return service

    def patterns(self, *names: str) -> Json:
        chosen = self.random.sample(names, self.pick(1, min(2, len(names))))
        return {"patterns": [{self.pick("exact", "exact", "prefix"): name} for name in chosen]}

    def oauth2(self) -> Json:
        token = {"uri": "https://p.example/token", "cluster": "down", "timeout": "1s"}
        config: Json = {
            "token_endpoint": token,
            "authorization_endpoint": "https://p.example/authorize",
            "redirect_uri": "http://%REQ(:authority)%/callback",
            "redirect_path_matcher": {"path": {"exact": "/callback"}},
            "signout_path": {"path": {"exact": "/signout"}},
            "credentials": {
                "client_id": "c",
                "token_secret": {"name": "inner"},
                "hmac_secret": {"name": "inner"},
            },
        }
        if self.maybe(0.5):
            self.note("login that some pass")
            config["pass_through_matcher"] = [dict(self.pick(*HEADERS))]
        if self.maybe(0.5):
            self.note("login that some are denied")
            config["deny_redirect_matcher"] = [dict(self.pick(*HEADERS))]
        for option in ("forward_bearer_token", "preserve_authorization_header"):
            if self.maybe(0.4):
                config[option] = True
                break
        return {"config": config}

    def local_ratelimit(self) -> Json:
        found: Json = {"stat_prefix": "l", "token_bucket": BUCKET}
        for one in ("filter_enabled", "filter_enforced"):
            if self.maybe(0.8):
                found[one] = ALL
        if self.maybe(0.5):
            found["status"] = {"code": self.pick("Unauthorized", "Forbidden")}
        return found

    def ratelimit(self) -> Json:
        service = {"transport_api_version": "V3", "grpc_service": {"envoy_grpc": {"cluster_name": "down"}}}
        return {"domain": "d", "timeout": "1s", "rate_limit_service": service}

    # What a level says of them

    def level_ext_authz(self) -> Json:
        uri = {"uri": "http://login.example", "cluster": "login", "timeout": "2s"}
        kind = self.random.randrange(10)
        if kind < 5:
            settings: Json = {"disabled": True}
        elif kind < 8:
            self.note("service of a route's own")
            settings = {"check_settings": {"http_service": {"server_uri": uri, "path_prefix": "/own"}}}
        elif kind == 8:
            self.note("service of a route's own over gRPC")
            settings = {"check_settings": {"grpc_service": self.over_grpc("authorizer")}}
        else:
            self.note("body for the service on a level")
            settings = {
                "check_settings": self.pick(
                    {"disable_request_body_buffering": True},
                    {"with_request_body": {"max_request_bytes": self.pick(3, 100)}},
                )
            }
        return {"@type": HTTP + "ext_authz.v3.ExtAuthzPerRoute", **settings}

    def level_local_ratelimit(self) -> Json:
        return {"@type": HTTP + "local_ratelimit.v3.LocalRateLimit", **self.local_ratelimit()}
