"""Credentials are hidden, and what only looks like one is not."""

from __future__ import annotations

import pytest

from authlint.report.masking import mask_header, mask_source, mask_url, mask_words


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('proxy_set_header Authorization "Bearer abc";', 'proxy_set_header Authorization "Bearer ***";'),
        ("proxy_set_header Authorization abcdef;", "proxy_set_header Authorization ******;"),
        ('fastcgi_param HTTP_AUTHORIZATION "Basic abc";', 'fastcgi_param HTTP_AUTHORIZATION "Basic ***";'),
        ("proxy_set_header X-Api-Key abc123;", "proxy_set_header X-Api-Key ******;"),
        ('proxy_set_header Cookie "a=b; $http_cookie";', 'proxy_set_header Cookie "a=*; $http_cookie";'),
        ('add_header Set-Cookie "s=abc; Path=/; Secure";', 'add_header Set-Cookie "s=***; Path=/; Secure";'),
        ("more_set_input_headers 'X-Token: abc';", "more_set_input_headers 'X-Token: ***';"),
        ('set $api_key "fake";', 'set $api_key "****";'),
        ('if ($http_x_api_key != "fake") {', 'if ($http_x_api_key != "****") {'),
        ("if ($cookie_sid = fake) {}", "if ($cookie_sid = ****) {}"),
        ('if ($arg_token ~ "^fakefake$") {}', 'if ($arg_token ~ "^********$") {}'),
        ("proxy_pass http://user:fake@app/x;", "proxy_pass http://user:****@app/x;"),
        ("proxy_pass http://app/?token=fake&x=1;", "proxy_pass http://app/?token=****&x=1;"),
        ('client_secret: "fake"', 'client_secret: "****"'),
        ("password = fake", "password = ****"),
        ('map $http_api_key $ok {\n default 0;\n "fake" 1;\n}', 'map $http_api_key $ok {\n default 0;\n "****" 1;\n}'),
        ('map $http_authorization $ok { "Bearer fake" 1; }', 'map $http_authorization $ok { "Bearer ****" 1; }'),
        ("# curl -H 'Authorization: Bearer fake'", "# curl -H 'Authorization: Bearer ****'"),
    ],
)  # fmt: skip
def test_a_credential_in_a_configuration_is_starred_and_no_column_moves(line: str, shown: str) -> None:
    assert mask_source(line) == shown
    assert len(shown) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        "nginx.ingress.kubernetes.io/auth-secret: profiles-users",
        "nginx.ingress.kubernetes.io/auth-tls-secret: default/clients",
        'proxy_set_header Authorization "Bearer $token";',
        "proxy_set_header Authorization $http_authorization;",
        'proxy_set_header Authorization "";',
        "proxy_set_header X-Api-Key {{ .Values.key }};",
        "proxy_set_header X-Api-Key ${API_KEY};",
        "proxy_pass http://user:$password@app;",
        "set $token $arg_token;",
        'if ($http_authorization !~ "^Bearer ") {',
        "map $http_authorization $a { ~^Bearer 1; default 0; }",
        'auth_basic "Basic access";',
        "auth_basic_user_file /etc/nginx/.htpasswd;",
        "auth_jwt_key_file /etc/keys/jwks.json;",
        "ssl_password_file /etc/keys/password;",
        "proxy_hide_header Authorization;",
        "limit_req zone=token burst=5;",
        "# Bearer tokens only",
        "location ~ ^/token/(.*)$ {",
        'add_header Access-Control-Allow-Headers "Authorization, X-Api-Key";',
        'add_header WWW-Authenticate \'Bearer realm="x", error="invalid_token"\';',
        'log_format main "$http_authorization token=$arg_token";',
        "proxy_cookie_path / /app;",
        "auth_request_set $user $upstream_http_x_user;",
    ],
)
def test_what_is_no_credential_is_left(line: str) -> None:
    assert mask_source(line) == line


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ('"Bearer fake" is sent', '"Bearer ****" is sent'),
        ("Authorization: Bearer fake", "Authorization: Bearer ****"),
        ("Authorization: Bearer TOKEN,Basic fake", "Authorization: Bearer TOKEN,Basic ****"),
        ("sends Bearer eyJhbGciOi.J9abc on", "sends Bearer **** on"),
        ("https://u:fake@h/", "https://u:****@h/"),
        ("?api_key=KEY&token=fake", "?api_key=KEY&token=****"),
    ],
)
def test_a_credential_in_a_sentence_is_hidden(words: str, shown: str) -> None:
    assert mask_words(words) == shown


@pytest.mark.parametrize(
    "words",
    [
        "Bearer tokens are dropped",
        '401 (WWW-Authenticate: Basic realm="api")',
        'asks for "Basic credentials"',
        "no token: 401 from this gateway",
        "Authorization: Bearer TOKEN",
        "curl -u USER:PASSWORD",
    ],
)
def test_a_sentence_about_credentials_is_left(words: str) -> None:
    assert mask_words(words) == words


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer fake", "Bearer ****"),
        ("authorization", "fake", "****"),
        ("Authorization", "Bearer TOKEN", "Bearer TOKEN"),
        ("Authorization", "Basic VVNFUjpQQVNTV09SRA==", "Basic VVNFUjpQQVNTV09SRA=="),
        ("Cookie", "session=fake; b=SESSION", "session=****; b=SESSION"),
        ("Set-Cookie", "s=fake; Path=/", "s=****; Path=/"),
        ("X-Api-Key", "fake", "****"),
        ("X-Api-Key", "KEY", "KEY"),
        ("Origin", "https://app.example.com", "https://app.example.com"),
    ],
)
def test_headers_of_a_witness(name: str, value: str, shown: str) -> None:
    assert mask_header(name, value) == shown


def test_urls() -> None:
    assert mask_url("https://u:fake@h/p?api_key=fake#x") == "https://u:****@h/p?api_key=****"
