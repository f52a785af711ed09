"""Random configurations: servers and locations, and where their answers come from."""

from __future__ import annotations

from tests.real.surroundings import Surroundings

HEADS = (
    "/",
    "/a",
    "/a/",
    "/b",
    "/c/",
    "= /a",
    "^~ /a",
    "^~ /b",
    "~ ^/a",
    "~* \\.TXT$",
    "~ ^/(?<p>[a-z]+)/",
    "/dir",
    "/dir/",
    "= /",
    "/e f",
    "~ /$",
)
INNER = ("/a/x", "/a/b/", "~ \\.txt$", "= /a/", "~ ^/./x", "/b/x", "~* Y$")
AUTH = (
    "proxy_pass http://AUTH;",
    "proxy_pass http://auths;",
    'proxy_pass http://AUTH/check; proxy_pass_request_body off; proxy_set_header Content-Length "";',
    "proxy_pass http://AUTH; proxy_pass_request_headers off;",
    "proxy_pass http://AUTH; proxy_set_header X-Q $request_method$request_uri;",
    "return 204;",
    "if ($http_x) { return 204; } return 401;",
    "return 403;",
    "return 302 /b;",
    'return 401 "text";',
    'proxy_set_header Authorization ""; proxy_pass http://AUTH;',
    "proxy_intercept_errors on; error_page 401 =200 /a.txt; proxy_pass http://AUTH;",
    "error_page 401 = @n; return 401;",
    "rewrite ^ /b last;",
    "add_header WWW-Authenticate Mine always; return 401;",
    "proxy_pass http://UP2;",
    "set $u AUTH; proxy_pass http://$u$request_uri;",
    "alias html/a.txt;",
    "try_files /a.txt =401;",
    "deny all; proxy_pass http://AUTH;",
    "auth_basic zone; auth_basic_user_file htpasswd; proxy_pass http://AUTH;",
)
# The one request that a limit of this zone lets pass is made here before any other.
SPENT = "    server { listen 127.0.0.1:SPENT; location / { limit_req zone=spent; } }\n"


class Grammar(Surroundings):
    """Writes one configuration."""

    def configuration(self) -> str:
        maps = "".join(self.map(n) for n in range(2))
        servers = "".join(self.server(n) for n in range(self.random.choice((1, 1, 2, 2, 3))))
        inherited = f"{self.maybe_included(self.inherited('http'))} {self.access(0.05)}"
        return f"events {{}}\nhttp {{\n{maps}{self.around()}{inherited}\n{servers}{SPENT}}}\n"

    def map(self, number: int) -> str:
        source = self.pick(
            "$http_x", "$request_method", "$http_origin", "$arg_k", "$http_authorization", "$host",
            "$uri", "$http_x$arg_k", "$cookie_a", "$m1" if number == 0 else "$http_x",
        )  # fmt: skip
        lines = [
            self.pick("default off;", "default one;", 'default "";', "default $http_x;", ""),
            self.pick("volatile;", "", ""),
            self.pick("OPTIONS off;", '"" empty;', "1 $uri;", "hostnames; *.example wild;", ""),
            self.pick(
                "~^https://(.*)$ $1;",
                "~*^bearer off;",
                "~^(?<cap>[a-z]+) $cap;",
                "~.+ $http_origin;",
                "",
                '"~^/(.)" "p-$1";',
            ),
        ]
        return f"    map {source} $m{number} {{ {' '.join(lines)} }}\n"

    def server(self, number: int) -> str:
        names = self.pick(
            "app.example", "other.example", "*.example", "_", "~^app", "~^(?<sub>.+)\\.ex", ".example"
        )
        parts = [
            self.listens(number),
            f"server_name {names};" if self.maybe(0.7) else "",
            "root html;",
            'set $v "";',
            self.maybe_included(self.inherited("server")),
            self.access(0.3),
            self.rewrites("server", 0.25),
            self.errors(0.25),
            " ".join(self.clause(0.06, "merge_slashes off")),
            " ".join(self.clause(0.06, "underscores_in_headers on")),
            " ".join(self.clause(0.04, "ignore_invalid_headers off")),
            " ".join(
                self.clause(
                    0.03,
                    "large_client_header_buffers 2 1k",
                    "large_client_header_buffers 4 2k",
                )
            ),
            " ".join(self.clause(0.05, "try_files $uri =404", "try_files $uri @n")),
            "location @n { " + self.content(pattern=True) + " }",
            "location = /auth { " + self.pick("internal;", "") + self.auth_target() + " }",
            "location /auth2 { internal; " + self.auth_target() + " }",
        ]
        taken: set[str] = set()
        for _ in range(self.random.randint(2, 5)):
            parts.append(self.location(self.pick(*HEADS), taken, True))
        return "    server {\n" + "\n".join(part for part in parts if part) + "\n    }\n"

    def location(self, head: str, taken: set[str], outermost: bool) -> str:
        plain = head.removeprefix("^~ ")
        if plain in taken:
            return ""
        taken.add(plain)
        pattern = head.startswith("~")
        inner = [
            *self.clause(0.03, "internal"),
            self.maybe_included(self.inherited("location")),
            self.access(0.35),
            self.rewrites("location", 0.3),
            self.limit_except(),
            self.errors(0.2),
            self.content(pattern, head),
        ]
        if outermost and head in ("/", "/a", "/a/", "/b", "~ ^/a") and self.maybe(0.2):
            nested = self.pick(*INNER)
            if not nested.lstrip("= ").startswith("/") or nested.lstrip("= ").startswith(head):
                inner.append(self.location(nested, set(), False))
        quoted = f'"{head}"' if " " in head and head[0] == "/" else head
        return f"location {quoted} {{ {' '.join(part for part in inner if part)} }}"

    def content(self, pattern: bool = False, head: str = "") -> str:
        choice = self.random.random()
        if choice < 0.4:
            uri = "" if pattern else self.pick("", "", "/", "/base/", "/base", "/b%20c/")
            passed = f"proxy_pass http://{self.pick('UP1', 'UP2', 'UP3', 'group')}{uri};"
            return " ".join(
                [
                    passed,
                    *self.clause(0.03, "proxy_method POST", "proxy_method $request_method"),
                ]
            )
        if choice < 0.47:
            rest = self.pick("", "$request_uri", "/fixed", "/v$uri$is_args$args")
            return f"set $u UP1; proxy_pass http://$u{rest};"
        if choice < 0.57:
            return self.other_protocol()
        if choice < 0.66:
            return self.try_files()
        if choice < 0.71:
            return "index " + self.pick("index.html", "no.html", "/a.txt", "no.html index.html") + ";"
        if choice < 0.75:
            return "autoindex on;"
        if choice < 0.83 and head.startswith(("/", "^~ /", "= /")):
            exact = head.startswith("=") and not head.endswith("/")
            bare = self.pick("html/a.txt", "html") if exact else "html/"
            return f"alias {self.pick('html/', 'html/dir/', bare)};"
        return ""

    def other_protocol(self) -> str:
        name = self.pick("fastcgi", "fastcgi", "uwsgi", "scgi", "grpc")
        intercept = self.pick("", "", f"{name}_intercept_errors on;", f"{name}_hide_header X-C;")
        if name == "grpc":
            own = self.pick(
                "",
                'grpc_set_header Authorization "";',
                "grpc_set_header X-Q $uri;",
                "grpc_set_header Host $host;",
            )
            return f"grpc_pass grpc://GRPC; {own} {intercept}"
        address = {"fastcgi": "FCGI", "uwsgi": "UWSGI", "scgi": "SCGI"}[name]
        return f"{name}_pass {address}; {self.parameters(name)} {intercept}"

    def parameters(self, name: str) -> str:
        """Method and path must be said: these protocols have no request line."""
        own = self.pick("", f'{name}_param HTTP_AUTHORIZATION "";', f"{name}_param HTTP_COOKIE $http_x;")
        target = self.pick("$request_uri", "$uri", "$document_uri")
        off = self.pick("", "", "", f"{name}_pass_request_headers off;")
        return f"{name}_param REQUEST_METHOD $request_method; {name}_param REQUEST_URI {target}; {own} {off}"

    def try_files(self) -> str:
        choices = (
            "$uri =404", "$uri $uri/ /a.txt", "$uri @n", "/nope @n", "/a.txt =403", "$uri $uri/ =404",
            "$uri /b", "$uri $uri/index.html /b?q=$uri", "$uri/ @n", "/$arg_k /dir/index.html =401",
            "$uri @missing", "$uri =444",
        )  # fmt: skip
        passing = self.pick("", "", "", "proxy_pass http://UP2;")
        return f"try_files {self.pick(*choices)}; {passing}"

    def auth_target(self) -> str:
        return self.pick(*AUTH)
