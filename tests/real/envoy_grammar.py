"""Random bootstraps for Envoy, and random requests to them."""

from __future__ import annotations

from tests.real.envoy_clauses import NAMES, Clauses, Json

MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
DOMAINS = (
    ["*"],
    ["app.example"],
    ["app.example", "other.example"],
    ["*.example"],
    ["app.*"],
    ["app.example:99"],
)
PORTS = {"up1": 9001, "up2": 9002, "login": 9003, "keys": 9004, "down": 1}
TARGETS = (
    "/", "/a", "/a/", "/a/x", "/A", "/ab", "/b", "/b/x", "/c", "/a?k=1", "/b?k=2&x=1", "//a", "/a/../b", "/%61",
    "/a%2Fx", "/a?key=k-1", "/a?token=<p>", "/a?access_token=<p>", "/b?k=1&key=k-2&access_token=<q>", "/a;v=1",
)  # fmt: skip
CREDENTIALS = (
    *(("Authorization", "Bearer <p>"),) * 5,
    *(("Authorization", "Bearer <q>"),) * 2,
    ("Authorization", "Bearer <p aud=c>"),
    ("Authorization", "Bearer <p exp=-1000>"),
    ("Authorization", "Bearer <p iss=https://else.example>"),
    ("Authorization", "Bearer nonsense"),
    ("Authorization", "Basic VVNFUjpQQVNTV09SRA=="),
    ("Authorization", "Basic VVNFUjpQQVNTV09SRA=="),
    ("Authorization", "Basic VVNFUjp3cm9uZw=="),
    ("Authorization", "Bearer k-1"),
    ("X-Api-Key", "k-1"),
    ("X-Api-Key", "k-1"),
    ("X-Api-Key", "k-2"),
    ("X-Api-Key", "none"),
    ("X-Token", "<p>"),
    ("Cookie", "session=<p>; a=1"),
    ("Cookie", "key=k-1; a=1"),
)
PREFLIGHT = [
    ["Access-Control-Request-Method", "PUT"],
    ["Access-Control-Request-Headers", "authorization"],
]
JUDGED: tuple[tuple[int, list[list[str]]], ...] = (
    (200, [["X-User", "alice"], ["X-A", "s"], ["Set-Cookie", "s=1"]]),
    (200, []),
    (401, [["WWW-Authenticate", "Own"], ["X-A", "s"]]),
    (403, []),
    (302, [["Location", "https://login.example/"]]),
    (204, []),
    (500, []),
)
REPLIED: tuple[tuple[int, list[list[str]]], ...] = (
    (200, [["X-C", "up"], ["Access-Control-Allow-Origin", "*"]]),
    (401, [["WWW-Authenticate", "Bearer"]]),
    (302, [["Location", "/b"]]),
    (404, []),
)


class Grammar(Clauses):
    """A whole bootstrap, with one listener."""

    def configuration(self) -> Json:
        manager: Json = {"@type": MANAGER, "stat_prefix": "h", **self.intake()}
        kinds = [name for name, chance in NAMES.items() if self.maybe(chance)]
        self.random.shuffle(kinds)
        filters = [self.filter(kind) for kind in kinds]
        router = {"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}}
        manager["http_filters"] = [*filters, router]
        manager["route_config"] = self.routes_of_all()
        chain = {
            "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
        }
        address = {"socket_address": {"address": "0.0.0.0", "port_value": 10000}}
        listener = {"name": "l", "address": address, "filter_chains": [chain]}
        clusters = [cluster(name, port) for name, port in PORTS.items()]
        return {"static_resources": {"listeners": [listener], "clusters": clusters}}

    def intake(self) -> Json:
        found: Json = {}
        for option, value in (
            ("normalize_path", True),
            ("merge_slashes", True),
            ("strip_any_host_port", True),
            ("path_with_escaped_slashes_action", self.pick("REJECT_REQUEST", "UNESCAPE_AND_FORWARD")),
        ):
            if self.maybe(0.15):
                self.note(option)
                found[option] = value
        return found

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
        return found

    def host(self, number: int, domains: list[str]) -> Json:
        routes = [self.route() for _ in range(self.pick(1, 2, 3, 4))]
        if self.maybe(0.8):
            routes.append({"match": {"prefix": "/"}, "route": {"cluster": "up1"}})
        name = {"name": f"v{number}", "domains": domains, "routes": routes}
        return {**name, **self.header_ops(0.15), **self.per_filter(0.3)}

    def route(self) -> Json:
        match = self.match()
        found: Json = {"match": match}
        kind = self.random.random()
        if kind < 0.75:
            found["route"] = self.forward("prefix" in match)
        elif kind < 0.87:
            self.note("redirect")
            found["redirect"] = self.pick(
                {"path_redirect": "/n"}, {"https_redirect": True}, {"host_redirect": "h.example"}
            )
        else:
            self.note("direct response")
            found["direct_response"] = {"status": self.pick(200, 204, 401, 403)}
        return {**found, **self.header_ops(0.2), **self.per_filter(0.2)}

    def forward(self, by_prefix: bool) -> Json:
        found: Json = {"cluster": self.pick("up1", "up1", "up2", "up2", "down")}
        if self.maybe(0.25):
            self.note("rewrite")
            pattern = {"pattern": {"regex": "^/([ab])"}, "substitution": "/x\\1"}
            found.update(
                {"prefix_rewrite": "/b/"} if by_prefix and self.maybe(0.6) else {"regex_rewrite": pattern}
            )
        if self.maybe(0.1):
            found["host_rewrite_literal"] = "inner.example"
        return found

    # Requests

    def question(self) -> list[object]:
        headers: list[list[str]] = []
        if self.maybe(0.4):
            headers.append(
                ["Host", self.pick("other.example", "app.example:99", "x.example", "APP.example", "nobody")]
            )
        for _ in range(self.pick(0, 1, 1, 1, 2, 2)):
            chosen = list(self.pick(*CREDENTIALS))
            if chosen[0] not in [name for name, _ in headers]:
                headers.append(chosen)
        method = self.pick("GET", "GET", "GET", "POST", "OPTIONS", "OPTIONS", "HEAD")
        if self.maybe(0.5):
            headers.append(
                ["Origin", self.pick("https://app.example", "https://evil.example", "https://app.test")]
            )
            if method == "OPTIONS":
                headers += PREFLIGHT
        if self.maybe(0.3):
            headers.append(["X-H", self.pick("a", "b", "abc")])
        for name in ("X-A", "X-User", "X-Payload"):
            if self.maybe(0.1):
                headers.append([name, "client"])
        options: Json = {}
        if self.maybe(0.25):
            options["auth"] = self.pick(*JUDGED)
        if self.maybe(0.25):
            options["st"], options["rh"] = self.pick(*REPLIED)
        return [method, self.pick(*TARGETS), headers, options]


def cluster(name: str, port: int) -> Json:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    assignment = {"cluster_name": name, "endpoints": endpoints}
    return {"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": assignment}
