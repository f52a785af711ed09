"""Clauses of random configurations, drawn with weights; each says which construct it is."""

from __future__ import annotations

import random

CONDITIONS = (
    "$request_method = OPTIONS",
    "$http_x",
    "$http_x = 1",
    "$uri ~ ^/a",
    "$uri ~ ^/(?<q>[a-z]+)$",
    "$http_origin ~* example",
    "$http_authorization = ''",
    "$arg_k != 1",
    "$request_method !~ ^(GET|POST)$",
    "-f $document_root/a.txt",
    "-d $document_root$uri",
    "!-e $request_filename",
    "$scheme = http",
    "$cookie_a = 1",
    "$host ~ ^other",
    "$args ~ k=(.)",
    "$http_x = $arg_k",
    "$g = local",
    "$https",
    "$server_port ~ 0$",
    "$server_protocol = HTTP/2.0",
    "$split = a",
)
RETURNS = (
    "return 204;",
    "return 401;",
    'return 200 "text";',
    "return 302 /b;",
    "return 301 https://x.example$request_uri;",
    "return 418;",
    "return 403;",
    'return 401 "no";',
    "return 307 $uri;",
    "return http://$host/n;",
    "return 308 /n$is_args$args;",
    "return 302;",
    "return 404;",
    "return 444;",
    'return 403 "";',
)
REWRITES = (
    "rewrite ^/a/(.*)$ /b/$1 last;",
    "rewrite ^/a(.*)$ /c/y$1 break;",
    "rewrite ^/b /a.txt;",
    "rewrite ^/c/(.*)$ /a/$1?k=1 last;",
    "rewrite ^/d$ /dir/ permanent;",
    "rewrite ^/a /x? redirect;",
    "break;",
    "rewrite ^/dir /a.txt break;",
    "rewrite ^/a/(.*)$ /b/$1?$args&m=1? redirect;",
    "rewrite ^/(?<w>[a-e])$ /w/$w last;",
    "rewrite ^/b http://$host/z;",
    "rewrite ^ /a/x?only? last;",
    "rewrite ^/(.*)/$ /$1 permanent;",
    "rewrite (.*) $1/ break;",
)
UPSTREAM_HEADERS = (
    'Authorization ""',
    "X-Q $host",
    "Host $host",
    "Host $http_host",
    "Authorization $http_x",
    "Authorization $http_authorization",
    '"Authorization" "Bearer $cookie_a"',
    "X-User $remote_user",
    "X-User $v",
    "Cookie $http_cookie",
    'Cookie ""',
    "X-Q $request_uri|$uri|$args|$request_method",
    "X-Q $document_uri$is_args$query_string",
    "X-Q $proxy_host:$proxy_port",
    "X-Forwarded-For $proxy_add_x_forwarded_for",
    "X-Q $remote_addr",
    "X-Q $server_name:$server_port",
    "X-Q $http_host,$http_origin",
)


class Clauses:
    """A random source. `new`: nginx 1.29.3 and later is meant."""

    def __init__(self, seed: int, new: bool) -> None:
        self.random = random.Random(seed)
        self.new = new
        self.of_answers = self.maybe(0.55)  # what headers-more is to change
        self.of_requests = self.pick(*MORE_INPUT)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def clause(self, chance: float, *choices: str) -> list[str]:
        """One of these directives with this chance."""
        if not self.maybe(chance):
            return []
        return [self.pick(*choices) + ";"]

    def inherited(self, level: str) -> str:
        """Settings that inner levels inherit, all or nothing."""
        value = self.pick(level, "$http_x", "$uri", "$arg_k", "$upstream_status", "$v", "$m0", *VALUES)
        always = self.pick("", " always")
        origin = self.pick("*", "$http_origin", "https://app.example", "$m0", "$m1")
        out = [
            *self.clause(0.25, f"add_header {self.pick('X-A', 'X-B')} {value}{always}"),
            *self.clause(0.2, f"add_header Access-Control-Allow-Origin {origin}{always}"),
            *self.clause(0.06, f"add_header Vary Origin{always}"),
            *self.clause(0.05, f"add_header WWW-Authenticate Own{always}"),
            *self.clause(0.25, *[f"proxy_set_header {h}" for h in UPSTREAM_HEADERS]),
            *self.clause(0.05, *[f"proxy_set_header {h}" for h in UPSTREAM_HEADERS]),
            *self.more_headers(),
            *self.clause(
                0.1,
                *(f"proxy_hide_header {h}" for h in ("WWW-Authenticate", "X-C", "Vary")),
            ),
            *self.clause(0.04, "proxy_pass_header X-C", "proxy_pass_header Vary"),
            *self.clause(0.1, "proxy_intercept_errors on"),
            *self.clause(0.04, "proxy_pass_request_headers off"),
            *self.clause(
                0.06,
                "proxy_redirect off",
                "proxy_redirect http://UP1/base/ /r/",
                "proxy_redirect http://UP1/ https://$host/",
            ),
            *self.clause(
                0.06,
                "absolute_redirect off",
                "port_in_redirect off",
                "server_name_in_redirect on",
            ),
            *self.clause(0.06, "client_max_body_size 2", "client_max_body_size 0"),
            *self.clause(0.06, *REAL),
            *self.clause(0.04, "recursive_error_pages on"),
            *self.limits(),
            *self.cached(),
            *self.cookies(),
        ]
        if self.new:
            out += self.clause(0.06, "add_header_inherit merge", "add_header_inherit off")
        return " ".join(self.without_repeats(out))

    def limits(self) -> list[str]:
        return []

    cached = cookies = limits

    def without_repeats(self, clauses: list[str]) -> list[str]:
        """nginx refuses some directives twice on one level."""
        single: dict[str, str] = {}
        for clause in clauses:
            name = clause.split()[0]
            many = name in ("add_header", "proxy_set_header", "limit_req") or name.startswith("more_")
            single.setdefault(clause if many else name, clause)
        return list(single.values())

    def more_headers(self) -> list[str]:
        """For answers or for requests: headers-more 0.40 loses a level's own where the outer one has both. Of
        requests one header only: with a second one after a removal the server may crash."""
        if not self.of_answers:
            return self.clause(0.13, self.of_requests)
        return self.clause(
            0.18,
            'more_set_headers "X-C: more"',
            "more_clear_headers X-A",
            "more_clear_headers X-*",
            'more_set_headers -s 401 "X-C: no"',
            'more_set_headers -s "401 403" "X-B: no" "X-C: $http_x"',
            'more_set_headers "Access-Control-Allow-Origin: $http_origin"',
        )

    def access(self, chance: float) -> str:
        out = [
            *self.clause(
                chance,
                "auth_basic zone",
                "auth_basic zone",
                "auth_basic off",
                "auth_basic $http_x",
                'auth_basic "for $host"',
                "auth_basic $m0",
            ),
            *self.clause(
                chance * 0.6,
                "auth_request /auth",
                "auth_request /auth",
                "auth_request off",
                "auth_request /nowhere",
                "auth_request /auth2",
            ),
            *self.clause(0.15, *ADDRESSES),
            *self.clause(0.15, "satisfy any", "satisfy all"),
        ]
        if out and self.maybe(0.85):
            missing = self.pick("htpasswd", "htpasswd", "htpasswd", "htpasswd", "missing", "html")
            out.append(f"auth_basic_user_file {missing};")
        if self.maybe(0.12):
            out.append("auth_request_set $v " + self.pick(*FROM_SERVICE) + ";")
        return " ".join(out)

    def rewrites(self, level: str, chance: float) -> str:
        out: list[str] = []
        while self.maybe(chance) and len(out) < 3:
            kind = self.random.random()
            if kind < 0.45:
                out.append(f"if ({self.pick(*CONDITIONS)}) {{ {self.in_branch(level)} {self.action()} }}")
            elif kind < 0.6:
                out.append("set $v " + self.pick("1", '""', "$uri", "$http_x", "$1", "${v}x") + ";")
            else:
                out.append(self.action())
        return " ".join(out)

    def in_branch(self, level: str) -> str:
        if level != "location" or self.maybe(0.4):
            return ""
        return self.pick(
            "add_header X-B if;",
            "add_header X-B if always;",
            "proxy_pass http://UP3;",
            "error_page 401 /b;",
            "root html/dir;",
            "set $v 2;",
        )

    def action(self) -> str:
        if self.maybe(0.45):
            return self.pick(*RETURNS)
        if self.maybe(0.15):
            return "set $w 1;"
        return self.pick(*REWRITES)

    def limit_except(self) -> str:
        if not self.maybe(0.1):
            return ""
        inner = self.pick(
            "deny all;", "auth_basic zone; auth_basic_user_file htpasswd;", "auth_basic off;", "allow all;"
        )
        return f"limit_except {self.pick('GET', 'GET POST', 'OPTIONS', 'POST')} {{ {inner} }}"

    def errors(self, chance: float) -> str:
        out: list[str] = []
        while self.maybe(chance) and len(out) < 2:
            codes = self.pick(
                "401",
                "403",
                "404",
                "401 403",
                "500",
                "418",
                "405",
                "413 405",
                "301 302",
                "502",
                "497 494",
                "400",
            )
            how = self.pick("", "=", "=200", "=302", "=418", "=401")
            target = self.pick(
                "/a.txt", "@n", "/b", "/nope", "https://login.example/?to=$uri", "/auth", "@missing",
                "/a$uri", "/dir/", "$http_x", "/b?e=1",
            )  # fmt: skip
            out.append(f"error_page {codes} {how} {target};")
        return " ".join(out)


REAL = (
    "set_real_ip_from 127.0.0.1",
    "set_real_ip_from 10.0.0.0/8",
    "set_real_ip_from 127.0.0.0/8; real_ip_header X-Forwarded-For",
    "set_real_ip_from 127.0.0.1; set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; real_ip_recursive on",
)
VALUES = (
    "$server_protocol$http2",
    "$upstream_cache_status",
    "$split",
    "$g",
    "$scheme:$server_port",
    "$https$server_name",
    "$upstream_http_x_c",
    "$sent_http_x_c",
    "$remote_user",
)
FROM_SERVICE = (
    "$upstream_http_x_user",
    "$upstream_status",
    "1",
    "$upstream_http_www_authenticate",
    "$uri",
    "$http_x",
)
MORE_INPUT = (
    'more_set_input_headers "Authorization: Bearer m"',
    "more_clear_input_headers Authorization",
    'more_set_input_headers "X-Q: more"',
)
ADDRESSES = (
    "deny all",
    "allow 127.0.0.1; deny all",
    "allow 10.0.0.0/8; deny all",
    "deny 127.0.0.1",
    "allow all",
    "deny 10.0.0.0/8; allow 127.0.0.0/8; deny all",
)
