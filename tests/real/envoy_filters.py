"""Parts of random bootstraps: filters, and what routes say of them."""

from __future__ import annotations

from typing import Any

from tests.real.envoy_clauses import HEADERS, REQUEST_NAMES, RESPONSE_NAMES, Json
from tests.real.envoy_gates import HTTP, Gates
from tests.real.envoy_keys import sha_user

FILTER_CONFIG = "type.googleapis.com/envoy.config.route.v3.FilterConfig"
NAMES = {
    "cors": 0.5,
    "jwt_authn": 0.55,
    "ext_authz": 0.25,
    "basic_auth": 0.12,
    "api_key_auth": 0.15,
    "rbac": 0.15,
    "header_mutation": 0.35,
    "credential_injector": 0.05,
    "oauth2": 0.05,
    "local_ratelimit": 0.05,
    "ratelimit": 0.04,
}  # how often each is in the chain
ORIGINS: tuple[Json, ...] = (
    {"exact": "https://app.example"},
    {"exact": "*"},
    {"exact": ""},
    {"prefix": "https://app"},
    {"suffix": ".example"},
    {"contains": "app"},
    {"safe_regex": {"regex": "https://[a-z]+\\.example"}},
    {"exact": "HTTPS://APP.EXAMPLE", "ignore_case": True},
)


class Filters(Gates):
    """Draws filters; `filters` are the names in the chain."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.filters: list[str] = []

    # Filters: their own configuration, and that of a route

    def filter(self, kind: str) -> Json:
        self.note(kind)
        name = f"envoy.filters.http.{kind}"
        if self.maybe(0.06):
            self.note("renamed filter")
            name = f"my.{kind}"
        self.filters.append(name)
        typed: Json = getattr(self, kind)()
        found: Json = {"name": name, "typed_config": {"@type": HTTP + TYPES[kind], **typed}}
        if self.maybe(0.06):
            self.note("filter switched off")
            found["disabled"] = True
        return found

    def cors(self) -> Json:
        return {}

    def jwt_authn(self) -> Json:
        found: Json = {
            "providers": {"p": self.provider("p", "a"), "q": self.provider("q", "b")},
            "requirement_map": {"named": self.demand(), "none": {}},
            "rules": [self.rule() for _ in range(self.pick(0, 1, 1, 2, 3))],
        }
        for option in ("bypass_cors_preflight", "strip_failure_response"):
            if self.maybe(0.15):
                self.note(option)
                found[option] = True
        return found

    def provider(self, name: str, audience: str) -> Json:
        keys = {"http_uri": {"uri": "http://keys.example/", "cluster": "keys", "timeout": "2s"}}
        found: Json = {"issuer": f"https://{name}.example", "remote_jwks": keys}
        if self.maybe(0.2):
            self.note("keys in the bootstrap")
            found = {"issuer": f"https://{name}.example", "local_jwks": {"inline_string": '{"keys": []}'}}
        elif self.maybe(0.06):
            self.note("keys out of reach")
            keys["http_uri"]["cluster"] = "down"
        if self.maybe(0.06):
            self.note("token of a subject")
            found["subjects"] = self.pick({"exact": "alice"}, {"prefix": "b"})
        if self.maybe(0.1):
            self.note("token that must expire")
            found.update({"require_expiration": True, "clock_skew_seconds": self.pick(0, 1)})
        if self.maybe(0.2):
            self.note("claims for later filters")
            found["payload_in_metadata"] = "claims"
        if self.maybe(0.7):
            found["audiences"] = [audience]
        if self.maybe(0.4):
            found["forward"] = self.pick(True, False)
        if self.maybe(0.2):
            place = self.pick(*PLACES)
            self.note(*place)
            found.update(place)
        if self.maybe(0.15):
            self.note("payload in a header")
            found["forward_payload_header"] = "x-payload"
            found["pad_forward_payload_header"] = self.pick(True, False)
        if self.maybe(0.2):
            self.note("claims in headers")
            found["claim_to_headers"] = [{"header_name": "x-user", "claim_name": "sub"}]
            if self.maybe(0.2):
                self.note("route looked for again")
                found["clear_route_cache"] = True
        return found

    def demand(self) -> Json:
        one: Json = {"provider_name": self.pick("p", "p", "q")}
        kind = self.random.randrange(10)
        if kind < 5:
            return one
        if kind == 5:
            self.note("provider_and_audiences")
            return {"provider_and_audiences": {"provider_name": "p", "audiences": ["c"]}}
        several = [one, {"provider_name": "q"}, {"allow_missing": {}}, {"allow_missing_or_failed": {}}]
        if kind == 6:
            lenient = dict(self.pick(*several[2:], {"extract_only_without_validation": {}}))
            self.note(*lenient)
            return lenient
        self.note("requires_all" if kind == 7 else "requires_any")
        if kind == 7:
            return {"requires_all": {"requirements": several[:2]}}
        return {"requires_any": {"requirements": [one, self.pick(*several[1:])]}}

    def rule(self) -> Json:
        found: Json = {"match": self.match()}
        if self.maybe(0.8):
            found["requires"] = self.demand()
        return found

    def basic_auth(self) -> Json:
        found: Json = {"users": {"inline_string": sha_user("alice", "other")}}
        if self.maybe(0.2):
            self.note("user's name for the upstream")
            found["forward_username_header"] = "x-user"
        if self.maybe(0.2):
            self.note("password in another header")
            found["authentication_header"] = "x-token"
        return found

    def credential_injector(self) -> Json:
        typed = {"@type": GENERIC, "credential": {"name": "inner"}}
        if self.maybe(0.5):
            typed["header"] = self.pick("x-user", "authorization")
        found: Json = {"credential": {"name": "c", "typed_config": typed}}
        if self.maybe(0.5):
            self.note("credential written over the client's")
            found["overwrite"] = True
        return found

    def api_key_auth(self) -> Json:
        sources = self.random.sample(SOURCES, self.pick(1, 2))
        self.note(*(f"key in a {kind}" for source in sources for kind in source))
        keys = [{"client": "one", "key": "k-1"}, {"client": "two", "key": "k-2"}]
        found: Json = {"credentials": keys, "key_sources": sources}
        if self.maybe(0.3):
            self.note("key forwarding")
            found["forwarding"] = {"header": "x-client", "hide_credentials": self.pick(True, False)}
        return found

    def rbac(self) -> Json:
        names = self.pick(("one",), ("one",), ("one", "two"))
        policies = {
            name: {"permissions": [self.rule_of()], "principals": [self.identity()]} for name in names
        }
        action = self.pick("ALLOW", "ALLOW", "DENY", "LOG")
        self.note(f"rbac: {action}")
        return {"rules": {"action": action, "policies": policies}}

    def rule_of(self) -> Json:
        """A Permission."""
        plain: tuple[Json, ...] = (
            {"any": True},
            {"url_path": {"path": {"prefix": "/a"}}},
            {"url_path": {"path": {"exact": "/b"}}},
            {"header": dict(self.pick(*HEADERS))},
        )
        if self.maybe(0.15):
            self.note("permission of several")
            both = [dict(self.pick(*plain)), dict(self.pick(*plain))]
            return {self.pick("and_rules", "or_rules"): {"rules": both}}
        if self.maybe(0.1):
            self.note("permission inverted")
            return {"not_rule": dict(self.pick(*plain))}
        return dict(self.pick(*plain))

    def identity(self) -> Json:
        """A Principal."""
        kind = self.random.randrange(10)
        if kind < 5:
            return {"header": dict(self.pick(*HEADERS))}
        if kind == 5:
            self.note("principal of several")
            both = [{"header": dict(self.pick(*HEADERS))}, {"any": True}]
            return {self.pick("and_ids", "or_ids"): {"ids": both}}
        if kind == 6:
            self.note("principal inverted")
            return {"not_id": {"header": dict(self.pick(*HEADERS))}}
        if kind == 7:
            self.note("principal by address")
            network = {"address_prefix": self.pick("127.0.0.0", "10.0.0.0"), "prefix_len": 8}
            return {self.pick("remote_ip", "direct_remote_ip"): network}
        self.note("principal by claim")
        value: Json = self.pick(
            {"string_match": {"exact": "alice"}}, {"string_match": {"prefix": "b"}}, {"present_match": True}
        )
        path = [{"key": "claims"}, {"key": self.pick("sub", "iss", "none")}]
        return {"metadata": {"filter": "envoy.filters.http.jwt_authn", "path": path, "value": value}}

    def header_mutation(self) -> Json:
        found: Json = {"mutations": self.mutations()}
        if self.maybe(0.15):
            self.note("most specific mutation last")
            found["most_specific_header_mutations_wins"] = True
        return found

    def mutations(self) -> Json:
        found: Json = {}
        for side, names in (("request", REQUEST_NAMES), ("response", RESPONSE_NAMES)):
            if self.maybe(0.6):
                one = {"append": self.added(names)} if self.maybe(0.6) else {"remove": self.pick(*names)}
                found[f"{side}_mutations"] = [one]
        return found

    # What a route, virtual host or all routes say of the filters

    def per_filter(self, chance: float) -> Json:
        found: Json = {}
        for name in self.filters:
            kind = name.rpartition(".")[2]
            if not self.maybe(0.7 if kind == "cors" and chance > 0.2 else chance):
                continue
            if kind in ("credential_injector", "oauth2", "ratelimit"):
                continue
            self.note(f"{kind} on a level")
            key = f"envoy.filters.http.{kind}" if self.maybe(0.1) else name
            if self.maybe(0.12):
                self.note("filter switched off on a level")
                found[key] = {"@type": FILTER_CONFIG, "disabled": True}
            else:
                found[key] = getattr(self, f"level_{kind}")()
        return {"typed_per_filter_config": found} if found else {}

    def level_cors(self) -> Json:
        found: Json = {"@type": HTTP + "cors.v3.CorsPolicy"}
        if self.maybe(0.8):
            found["allow_origin_string_match"] = [
                dict(one) for one in self.random.sample(ORIGINS, self.pick(1, 1, 2))
            ]
        for field, values in CORS_FIELDS:
            if self.maybe(0.3):
                self.note(field)
                found[field] = self.pick(*values)
        if self.maybe(0.08):
            self.note("CORS switched off")
            found["filter_enabled"] = {"default_value": {"numerator": self.pick(0, 100)}}
        return found

    def level_jwt_authn(self) -> Json:
        found: Json = self.pick({"disabled": True}, {"requirement_name": "named"}, {"requirement_name": "no"})
        self.note(f"token rule of a level: {next(iter(found.values()))}")
        return {"@type": HTTP + "jwt_authn.v3.PerRouteConfig", **found}

    def level_basic_auth(self) -> Json:
        users = {"inline_string": sha_user("root", "other")}
        return {"@type": HTTP + "basic_auth.v3.BasicAuthPerRoute", "users": users}

    def level_api_key_auth(self) -> Json:
        found: Json = self.pick({"allowed_clients": ["two"]}, {"key_sources": [{"query": "key"}]}, {})
        return {"@type": HTTP + "api_key_auth.v3.ApiKeyAuthPerRoute", **found}

    def level_rbac(self) -> Json:
        return {"@type": HTTP + "rbac.v3.RBACPerRoute", "rbac": self.pick({}, self.rbac())}

    def level_header_mutation(self) -> Json:
        return {"@type": HTTP + "header_mutation.v3.HeaderMutationPerRoute", "mutations": self.mutations()}


GENERIC = "type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic"
TYPES = {
    "cors": "cors.v3.Cors",
    "jwt_authn": "jwt_authn.v3.JwtAuthentication",
    "ext_authz": "ext_authz.v3.ExtAuthz",
    "basic_auth": "basic_auth.v3.BasicAuth",
    "api_key_auth": "api_key_auth.v3.ApiKeyAuth",
    "rbac": "rbac.v3.RBAC",
    "header_mutation": "header_mutation.v3.HeaderMutation",
    "credential_injector": "credential_injector.v3.CredentialInjector",
    "oauth2": "oauth2.v3.OAuth2",
    "local_ratelimit": "local_ratelimit.v3.LocalRateLimit",
    "ratelimit": "ratelimit.v3.RateLimit",
}
PLACES: tuple[Json, ...] = (
    {"from_headers": [{"name": "x-token"}]},
    {"from_headers": [{"name": "Authorization", "value_prefix": "Bearer"}]},
    {"from_params": ["token"]},
    {"from_cookies": ["session"]},
)
SOURCES: tuple[Json, ...] = (
    {"header": "x-api-key"},
    {"header": "authorization"},
    {"query": "key"},
    {"cookie": "key"},
)
CORS_FIELDS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("allow_methods", ("GET, PUT", "*")),
    ("allow_headers", ("authorization, x-a", "*", "x-a")),
    ("allow_credentials", (True, True, False)),
    ("expose_headers", ("x-e",)),
    ("max_age", ("60",)),
    ("forward_not_matching_preflights", (True, False)),
)
