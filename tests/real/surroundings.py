"""What stands around the servers of a random configuration: variables, groups of upstreams, caches, limits."""

from __future__ import annotations

from tests.real.clauses import Clauses

GROUPS = (
    "server UP2;",
    "server UP1 down; server UP2;",
    "server UP2; server UP3 backup;",
    "server UP2 weight=3 max_fails=0; keepalive 4;",
    "zone g 64k; server UP2;",
    "server 127.0.0.1:1 backup; server UP2 max_conns=50;",
)
GEO = (
    "geo $g { default zero; 127.0.0.0/8 local; 10.0.0.0/8 ten; 10.1.0.0/16 narrow; }",
    "geo $g { 127.0.0.1 ''; default off; }",
    "geo $http_x_real_ip $g { default else; 10.1.2.0/24 near; 10.0.0.0/8 far; 9.9.9.9/32 nine; }",
    "geo $g { ranges; default zero; 127.0.0.0-127.255.255.255 local; 10.0.0.0-10.0.255.255 ten; }",
    "geo $http_x_real_ip $g { ranges; 9.0.0.0-10.255.255.255 far; 10.1.0.0-10.1.255.255 near; }",
)
LISTENS = (
    (("listen 127.0.0.1:PORT;", "PORT"),),
    (("listen 127.0.0.1:PORT;", "PORT"), ("listen 127.0.0.1:SECOND;", "SECOND")),
    (("listen 127.0.0.1:PORT;", "PORT"), ("listen 127.0.0.1:SECURE ssl;", "SECURE")),
    (("listen 127.0.0.1:SECOND;", "SECOND"),),
    (("listen 127.0.0.1:SECURE ssl;", "SECURE"), ("listen 127.0.0.1:SECOND;", "SECOND")),
)


class Surroundings(Clauses):
    """`listeners` are the ports in use, `files` the included ones by name."""

    def __init__(self, seed: int, new: bool) -> None:
        super().__init__(seed, new)
        self.listeners: list[str] = []
        self.files: dict[str, str] = {}
        self.defaults: set[str] = set()
        self.later = self.maybe(0.4)  # HTTP/2 over TLS
        self.later_plain = self.maybe(0.06)  # and on the second port, where nginx 1.22 speaks nothing else

    def around(self) -> str:
        """What http holds besides its servers."""
        out = [f"upstream group {{ {self.group()} }}", "upstream auths { server AUTH; }"]
        out.append(self.pick(*GEO))
        out.append('split_clients "$remote_addr$http_x" $split { 50% a; * b; }')
        out.append(
            "proxy_cache_path cache keys_zone=store:1m inactive=1h; "
            "limit_req_zone $binary_remote_addr zone=rate:1m rate=9999r/s;"
        )
        out.append("map $request_method $counted { default all; OPTIONS ''; }")
        out.append("limit_req_zone $counted zone=spent:1m rate=1r/m;")
        out.append("limit_conn_zone $server_name zone=number:1m;")
        out.append("ssl_certificate TLS/cert.pem; ssl_certificate_key TLS/key.pem;")
        return "".join(f"    {line}\n" for line in out)

    def group(self) -> str:
        return self.pick(*GROUPS)

    def listens(self, number: int) -> str:
        """The first server is always there on PORT, which is waited for."""
        kinds = LISTENS[:3] if number == 0 else LISTENS
        weights = (5, 2, 2) if number == 0 else (5, 2, 2, 1, 1)
        lines: list[str] = []
        for line, port in self.random.choices(kinds, weights)[0]:
            self.listeners.append(port)
            if port not in self.defaults and self.maybe(0.3):
                self.defaults.add(port)
                line = line.replace(";", " default_server;")
            lines.append(line)
            if port == "SECOND" and self.later_plain:
                lines[-1] = line.replace(";", " http2;")
            if port == "SECURE" and self.later:
                if self.new:
                    lines.append("http2 on;")
                else:
                    lines[-1] = line.replace(" ssl", " ssl http2")
        return " ".join(lines)

    def maybe_included(self, text: str) -> str:
        """The same text, sometimes in a file of its own."""
        if not text.strip() or not self.maybe(0.08):
            return text
        name = f"conf/part{len(self.files)}.inc"
        self.files[name] = text + "\n"
        return f"include {self.pick(name, name.replace('.inc', '.*'))};"

    def limits(self) -> list[str]:
        """One that is used up, or some that never are."""
        if self.maybe(0.03):
            return [
                "limit_req zone=spent;",
                *self.clause(0.5, "limit_req_status 401", "limit_req_status 429"),
            ]
        return [
            *self.clause(0.04, "limit_req zone=rate burst=500 nodelay"),
            *self.clause(0.03, "limit_conn number 100"),
            *self.clause(0.02, "limit_req_status 401", "limit_conn_status 429"),
        ]

    def cached(self) -> list[str]:
        """What is kept is seen by the requests behind."""
        if not self.maybe(0.06):
            return []
        valid = self.pick("any 1m", "200 301 1m", "1m", "401 1m", "401 0; proxy_cache_valid any 1m", "404 1m")
        more = self.pick(
            "",
            "",
            "proxy_cache_bypass $http_authorization;",
            "proxy_no_cache $http_x;",
            "proxy_cache_key $uri$http_x;",
            "proxy_cache_key $request_uri$http_authorization;",
            "proxy_ignore_headers Set-Cookie;",
            "proxy_cache_methods POST;",
            "proxy_cache_min_uses 2;",
            "proxy_cache_use_stale error timeout updating http_500 http_403;",
        )
        return [f"proxy_cache store; proxy_cache_valid {valid}; {more}"]

    def cookies(self) -> list[str]:
        return [
            *self.clause(0.04, *(f"proxy_cookie_path {one}" for one in COOKIE_PATHS)),
            *self.clause(0.03, *(f"proxy_cookie_domain {one}" for one in COOKIE_DOMAINS)),
            *self.clause(0.03, *(f"proxy_cookie_flags {one}" for one in COOKIE_FLAGS)),
        ]


COOKIE_PATHS = ("/ /app/", "/base /", "off", "~^/(.*)$ /x/$1", "/ '/; Secure'", "/base/ $uri")
COOKIE_DOMAINS = ("up.example $host", "off", "~\\.?([a-z]+)\\.example $1.test", "other.example x.example")
COOKIE_FLAGS = (
    "~ secure httponly",
    "s samesite=strict",
    "~^t nosecure nohttponly",
    "s nosamesite secure",
    "off",
)
