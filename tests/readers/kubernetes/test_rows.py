"""What the controller's template and its code do with single annotations and settings, row by row."""

from __future__ import annotations

import pytest
from tests.readers.kubernetes.made import ingress, lines, location, locations, nodes, server, settings

AUTH = {"auth-url": "http://auth.example/check"}
ALLOWED = {"allow_snippet_annotations": "true", "annotations_risk_level": "Critical"}
TO_HTTPS = "if ( $scheme = http ) {"


def http(*documents: str) -> list[str]:
    """What stands outside the servers and upstreams."""
    return lines([one for one in nodes(*documents) if one.name not in ("server", "upstream")])


def names(*documents: str, name: str = "app.example.com") -> list[str]:
    found = next(one for one in server(*documents, name=name) if one.name == "server_name")
    return [word.text for word in found.args]


# The root of a host that has no path for it: what no path takes.


def test_the_root_has_the_first_objects_annotations() -> None:
    second = ingress({"enable-cors": "true"}, ("/b", "Prefix"), name="b")
    made = locations(ingress(AUTH, ("/a", "Prefix")), second)
    assert "auth_request /_external-auth-2;" in made["/"]
    assert not [line for line in made["/"] if "Access-Control" in line]


def test_which_objects_annotations_the_root_has_may_not_be_known() -> None:
    first = ingress(AUTH, ("/a", "Prefix"))
    alike, other = (ingress(given, ("/b", "Prefix"), name="b") for given in (AUTH, {}))
    assert not [line for line in locations(first, alike)["/"] if line.startswith("?")]
    assert [line for line in locations(first, other)["/"] if line.startswith("?")]
    snippets = [ingress({"server-snippet": f"set $a {name};\n"}, (f"/{name}", "Prefix")) for name in "ab"]
    assert [line for line in lines(server(settings(**ALLOWED), *snippets)) if line.startswith("?")]
    assert not [line for line in lines(server(settings(**ALLOWED), snippets[0])) if line.startswith("?")]


def test_the_root_goes_to_the_objects_own_default_backend() -> None:
    backend = "spec:\n  defaultBackend:\n    service:\n      name: rest\n      port:\n        number: 80\n"
    document = ingress(None, ("/a", "Prefix")).replace("spec:\n", backend, 1)
    assert "proxy_pass http://apps-rest-80;" in locations(document)["/"]


def test_requests_to_no_host_have_a_root_without_annotations() -> None:
    made = locations(ingress(AUTH, ("/a", "Prefix"), host='""'), name="_")
    assert not [line for line in made["/"] if line.startswith("auth_request")]


def test_a_target_makes_a_pattern_of_the_root_too() -> None:
    made = locations(ingress({"rewrite-target": "/x"}, ("/x", "Prefix")))
    assert 'rewrite "(?i)/" /x break;' in made["~* ^/"]


def test_an_exact_path_beside_its_prefix_among_patterns() -> None:
    pattern = ingress({"use-regex": "true"}, ("/p/.*", "ImplementationSpecific"), name="p")
    made = locations(pattern, ingress(None, ("/a", "Prefix"), ("/a", "Exact")))
    assert {"~* ^/a/", "~* ^/a"} <= made.keys()


def test_annotations_of_moves_are_not_heard_without_rules() -> None:
    document = ingress({"permanent-redirect": "https://new.example", **AUTH})
    start = document.index("  rules:")
    bare = document[:start] + "  defaultBackend:\n    service: {name: app, port: {number: 80}}\n"
    made = locations(bare, name="_")["/"]
    assert "auth_request /_external-auth-0;" in made
    assert not [line for line in made if line.startswith("return")]


# Names and moves of a host.


def test_the_first_aliases_count() -> None:
    given = {"server-alias": "b.example, www.example.com"}
    other = ingress(None, host="www.example.com", name="w")
    second = ingress({"server-alias": "c.example"}, ("/c", "Prefix"), name="c")
    assert names(ingress(given), second, other) == ["app.example.com", "b.example"]


def test_the_longest_paths_app_root_is_first() -> None:
    first = ingress({"app-root": "/a"}, ("/", "Prefix"))
    second = ingress({"app-root": "/b"}, ("/longer", "Prefix"), name="b")
    made = lines(server(first, second))
    assert made.index("return 302 $scheme://$http_host/b;") < made.index("return 302 $scheme://$http_host/a;")


@pytest.mark.parametrize("root", ["none", "/a b", "https://x.example"])
def test_app_roots_that_are_not_taken(root: str) -> None:
    assert not [line for line in lines(server(ingress({"app-root": root}))) if line.startswith("return 302")]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"permanent-redirect": "https://n.example"}, "return 301 https://n.example;"),
        ({"permanent-redirect": "https://n.example", "permanent-redirect-code": "308"},
         "return 308 https://n.example;"),
        ({"permanent-redirect": "https://n.example", "permanent-redirect-code": "404"},
         "return 301 https://n.example;"),
        ({"temporal-redirect": "https://n.example", "temporal-redirect-code": "307"},
         "return 307 https://n.example;"),
        ({"temporal-redirect": "https://n.example", "temporal-redirect-code": "308"},
         "return 302 https://n.example;"),
        ({"temporal-redirect": "https://n.example", "permanent-redirect": "https://p.example"},
         "return 302 https://n.example;"),
        ({"temporal-redirect": "ftp://n.example", "permanent-redirect": "https://p.example"}, None),
    ],
)  # fmt: skip
def test_moved_elsewhere(given: dict[str, str], line: str | None) -> None:
    assert [one for one in location(ingress(given)) if one.startswith("return")] == ([line] if line else [])


def test_lua_comes_too_late_for_what_returns() -> None:
    """The redirect to https is made where the rewrite phase ends."""
    given = {"permanent-redirect": "https://new.example"}
    assert TO_HTTPS not in location(ingress(given, tls=True))
    snippet = ingress({"configuration-snippet": "if ($http_x) { return 403; }\n"}, tls=True)
    made = location(settings(**ALLOWED), snippet)
    assert made.index("return 403;") < made.index(TO_HTTPS)


@pytest.mark.parametrize(
    "text", ["rewrite ^/a /b break;\n", "break;\n", "if ($http_x) { rewrite ^ /b last; }\n"]
)
def test_lua_runs_where_a_snippet_ends_the_rewriting(text: str) -> None:
    made = location(settings(**ALLOWED), ingress({"configuration-snippet": text}, tls=True))
    assert made.index(TO_HTTPS) < min(
        i for i, line in enumerate(made) if "rewrite" in line or line == "break;"
    )


def test_challenges_are_not_redirected() -> None:
    path = "/.well-known/acme-challenge"
    assert TO_HTTPS not in location(ingress(None, (path, "Prefix"), tls=True), path=f"{path}/")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "proxy_redirect off;"),
        ({"proxy-redirect-from": "default"}, "proxy_redirect default;"),
        ({"proxy-redirect-from": "http://a.example/", "proxy-redirect-to": "https://b.example/"},
         "proxy_redirect http://a.example/ https://b.example/;"),
    ],
)  # fmt: skip
def test_locations_of_the_application(given: dict[str, str], line: str) -> None:
    assert location(ingress(given))[-1] == line


def test_relative_redirects() -> None:
    assert "absolute_redirect off;" in location(ingress({"relative-redirects": "true"}))
    assert "absolute_redirect off;" in http(settings(relative_redirects="true"), ingress())


# Who asks, and by whose settings.


def test_where_an_own_service_is_forgotten_the_controllers_is_asked() -> None:
    given = {**AUTH, "auth-request-redirect": "$request_uri", "auth-proxy-set-headers": "asked"}
    made = locations(settings(global_auth_url="http://all.example/check"), ingress(given))
    assert "set $target http://all.example/check;" in made["= /_external-auth-0"]


def test_verdicts_are_kept_by_the_keys_of_who_asks() -> None:
    controller = settings(
        global_auth_url="http://all.example/check",
        global_auth_cache_key="$http_cookie",
        global_auth_cache_duration="200 1m",
    )
    made = locations(controller, ingress({"auth-cache-key": "$http_authorization"}))["= /_external-auth-0"]
    assert [line for line in made if line.startswith("proxy_cache")] == [
        "proxy_cache auth_cache;",
        'proxy_cache_key "app.example.com/_external-auth-0$http_cookie";'.replace('"', ""),
        "proxy_cache_valid 200 1m;",
    ]


@pytest.mark.parametrize(
    ("given", "controller", "known"),
    [
        ({"auth-keepalive": "10"}, {}, True),
        ({"auth-keepalive": "10"}, {"use_http2": "false"}, False),
        ({"auth-keepalive": "0"}, {"use_http2": "false"}, True),
        ({"auth-keepalive": "10", "auth-url": "http://$host/check"}, {"use_http2": "false"}, True),
    ],
)
def test_connections_that_are_kept(given: dict[str, str], controller: dict[str, str], known: bool) -> None:
    made = location(settings(no_auth_locations="/none", **controller), ingress({**AUTH, **given}))
    assert bool([line for line in made if line.startswith("? ")]) != known


def test_a_denied_path_has_no_sign_in_page() -> None:
    given = {**AUTH, "auth-signin": "https://login.example/", "auth-method": "LOOK"}
    assert "@signin-0" not in locations(ingress(given))


def test_what_is_told_of_a_certificate() -> None:
    given = {"auth-tls-secret": "apps/ca", "auth-tls-pass-certificate-to-upstream": "true"}
    made = locations(ingress(given, ("/a", "Prefix")), ingress(None, ("/b", "Prefix"), name="b"))
    for path in ("/a/", "/b/"):
        told = [line for line in made[path] if "ssl-client" in line]
        assert len(told) == 4, "the whole host asks for one"


@pytest.mark.parametrize(
    ("secret", "controller", "first"),
    [
        ("apps/ca", {}, "@unsure"),
        ("ca", {}, "return 403;"),
        ("other/ca", {}, "return 403;"),
        ("other/ca", {"allow_cross_namespace_resources": "true"}, "@unsure"),
    ],
)
def test_secrets_with_authorities(secret: str, controller: dict[str, str], first: str) -> None:
    made = lines(
        server(settings(no_auth_locations="/none", **controller), ingress({"auth-tls-secret": secret}))
    )
    assert next(line for line in made if line.startswith(("return", "@unsure"))).startswith(first)


def test_a_secret_without_an_authority_asks_nobody() -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ca\n  namespace: apps\ndata:\n  tls.crt: eA==\n"
    )
    given = ingress({"auth-tls-secret": "apps/ca"})
    made = lines(server(secret, given))
    assert not [line for line in made if line.startswith("@unsure")]
    assert [line for line in made if line.startswith("@inert")]
    whole = secret.replace("tls.crt", "ca.crt")
    assert not [line for line in lines(server(whole, given)) if line.startswith("@inert")]


# Addresses, limits, firewalls.


def test_the_address_behind_a_proxy() -> None:
    made = http(settings(use_forwarded_headers="true"), ingress())
    assert {"real_ip_header X-Forwarded-For;", "set_real_ip_from 0.0.0.0/0;"} <= set(made)
    narrow = settings(
        enable_real_ip="true", proxy_real_ip_cidr="10.0.0.0/8,::1", forwarded_for_header="X-Client"
    )
    made = http(narrow, ingress())
    assert {"real_ip_header X-Client;", "set_real_ip_from 10.0.0.0/8;", "set_real_ip_from ::1;"} <= set(made)
    assert not [line for line in http(ingress()) if "real_ip" in line]


def test_all_addresses_on_the_way() -> None:
    both = settings(use_forwarded_headers="true", compute_full_forwarded_for="true")
    line = "proxy_set_header X-Forwarded-For $full_x_forwarded_for;"
    assert line in location(both, ingress())
    assert line not in location(settings(compute_full_forwarded_for="true"), ingress())


def test_who_is_blocked() -> None:
    controller = settings(block_cidrs="10.0.0.0/8", block_user_agents="~*bot", block_referers="~*bad")
    assert "deny 10.0.0.0/8;" in http(controller, ingress())
    made = lines(server(controller, ingress()))
    assert [line for line in made if "$block_" in line] == [
        'if ( $block_ua "!=" 0 ) {',
        'if ( $block_ref "!=" 0 ) {',
    ]


def test_who_is_not_counted() -> None:
    made = http(ingress({"limit-rps": "5", "limit-allowlist": "10.0.0.0/8"}))
    assert "geo $remote_addr $allowlist_apps_app {" in made
    assert "limit_req_zone $limit_apps_app zone=apps_app_limit-rps:5m rate=5r/s;" in made


def test_lists_of_addresses_for_all() -> None:
    controller = settings(denylist_source_range="10.0.0.0/8", whitelist_source_range="192.168.0.0/16")
    made = location(controller, ingress())
    assert made[:3] == ["deny 10.0.0.0/8;", "allow 192.168.0.0/16;", "deny all;"]
    own = location(controller, ingress({"denylist-source-range": "10.1.0.0/16"}))
    assert own[0] == "deny 10.1.0.0/16;"


@pytest.mark.parametrize(
    ("given", "unsure"),
    [
        ({"enable-modsecurity": "true"}, False),
        ({"enable-modsecurity": "true", "modsecurity-snippet": "SecRuleEngine DetectionOnly\n"}, False),
        ({"enable-modsecurity": "true", "modsecurity-snippet": "SecRuleEngine On\n"}, True),
    ],
)
def test_a_firewall_only_watches_unless_told_to_refuse(given: dict[str, str], unsure: bool) -> None:
    made = location(settings(**ALLOWED), ingress(given))
    assert any(line.startswith("@unsure") for line in made) is unsure


# Errors, cookies, protocols.


def test_each_default_backend_has_its_own_place() -> None:
    first = ingress({"custom-http-errors": "503", "default-backend": "pages"}, ("/a", "Prefix"))
    made = locations(settings(custom_http_errors="404"), first, ingress(None, ("/b", "Prefix"), name="b"))
    assert "error_page 503 = @custom-pages;" in made["/a/"]
    assert made["@custom-pages"] == ["internal;", '@unknown "what the default backend answers";']
    assert made["@custom-errors"] == ["internal;", "return 404;"]


def test_the_controllers_own_backend_is_heard_where_nothing_is_intercepted() -> None:
    given = {"custom-http-errors": "404,500", "disable-proxy-intercept-errors": "true"}
    made = locations(ingress(given, ("/a", "Prefix")))
    assert "error_page 404 500 = @custom-errors;" in made["/a/"]
    assert "error_page 500 = @custom-errors;" in made["/"]


@pytest.mark.parametrize(
    ("given", "cookie"),
    [
        ({}, "INGRESSCOOKIE=ID; Path=/a$affinity_secure; HttpOnly"),
        ({"session-cookie-name": "route", "session-cookie-path": "/"},
         "route=ID; Path=/$affinity_secure; HttpOnly"),
        ({"session-cookie-path": "/(.*)"}, "INGRESSCOOKIE=ID; Path=/a$affinity_secure; HttpOnly"),
        ({"session-cookie-samesite": "None", "session-cookie-secure": "true"},
         "INGRESSCOOKIE=ID; Path=/a; Secure; HttpOnly; SameSite=None"),
        ({"session-cookie-samesite": "strict", "session-cookie-max-age": "60"},
         "INGRESSCOOKIE=ID; Max-Age=60; Path=/a$affinity_secure; HttpOnly"),
        ({"session-cookie-domain": "example.com"},
         "INGRESSCOOKIE=ID; Domain=example.com; Path=/a$affinity_secure; HttpOnly"),
    ],
)  # fmt: skip
def test_cookies_of_affinity(given: dict[str, str], cookie: str) -> None:
    """lua-resty-cookie leaves a SameSite out that is not one of its three words."""
    made = http(ingress({"affinity": "cookie", **given}, ("/a", "Prefix")))
    assert f'default "{cookie}";' in made


def test_a_path_that_is_a_pattern_is_the_cookies_path_as_it_stands() -> None:
    given = {"affinity": "cookie", "use-regex": "true"}
    made = http(ingress(given, ("/a(/|$)(.*)", "ImplementationSpecific")))
    assert any("Path=/a(/|${literal_dollar})(.*)$affinity_secure" in line for line in made)


def test_fastcgi_gets_the_clients_own_headers() -> None:
    given = {"backend-protocol": "FCGI", "auth-type": "basic", "auth-secret": "users"}
    made = location(ingress(given))
    assert "fastcgi_pass apps-app-80;" in made
    assert 'proxy_set_header Authorization "";' in made, "which says nothing to FastCGI"
    assert "fastcgi_param REQUEST_URI $request_uri;" in made


@pytest.mark.parametrize("protocol", ["AJP", "http3", "HTTP"])
def test_protocols_that_are_not_taken_are_http(protocol: str) -> None:
    assert "proxy_pass http://apps-app-80;" in location(ingress({"backend-protocol": protocol}))


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ({"permanent-redirect": "https://n.example$request_uri"}, False),
        ({"permanent-redirect": "https://n.example/x?y=z"}, True),
        ({"upstream-vhost": "a;b"}, False),
        ({"limit-rps": "many"}, False),
        ({"from-to-www-redirect": "yes"}, False),
        ({"default-backend": "Pages"}, False),
    ],
)
def test_objects_that_are_not_loaded(given: dict[str, str], there: bool) -> None:
    other = ingress(None, host="other.example.com", name="other")
    found = [
        word.text for one in nodes(ingress(given), other) if one.name == "server"
        for child in one.children or () if child.name == "server_name" for word in child.args
    ]  # fmt: skip
    assert ("app.example.com" in found) is there


def test_words_that_no_annotation_may_have() -> None:
    blocked = settings(annotation_value_word_blocklist="load_module,_by_lua")
    given = {"configuration-snippet": "content_by_lua_block {}\n"}
    other = ingress(None, host="other.example.com", name="other")
    made = lines(nodes(blocked, ingress(given), other))
    assert not [line for line in made if "app.example.com" in line]
