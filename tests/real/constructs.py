"""What the random configurations and requests must hold, each as a pattern that finds it in their text.

A configuration's text here is that of its files and then its requests, as `text` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.real.comparing import Question

CONSTRUCTS: dict[str, str] = {
    # Servers and how they are chosen
    "several servers": r"(?s)server \{.*server_name .*server \{.*server_name ",
    "a name": r"server_name (app|other)\.example;",
    "a wildcard name": r"server_name \*?\.example;",
    "a pattern as name": r"server_name ~",
    "no name": r"server_name _;",
    "default_server": r"listen [^;]* default_server",
    "a second port": r"listen 127\.0\.0\.1:SECOND",
    "TLS": r"listen 127\.0\.0\.1:SECURE ssl",
    "no TLS where TLS is": r"^GET .* UNSECURED",
    "Host with a port": r"Host: app\.example:99",
    "Host in capitals": r"Host: APP",
    "an unknown Host": r"Host: unknown",
    "HTTP/2 over TLS": r"http2[ ;]",
    "a request over HTTP/2": r"^\w+ \S+ SECURE HTTP/2",
    "include": r"include conf/",
    "an upstream group": r"proxy_pass http://group",
    "a server of a group that is down": r"server UP1 down",
    "a server of a group for emergencies": r"backup;",
    # Locations
    "location": r"location /",
    "location =": r"location = /(?!auth)",
    "location ^~": r"location \^~ ",
    "location ~": r"location ~ ",
    "location ~*": r"location ~\* ",
    "patterns in order": r"(?s)location ~.*location ~",
    "nested location": r"location [^@{}]*\{[^{}]*(\{[^{}]*\}[^{}]*)*location ",
    "internal": r"location /(?!auth)[^{]*\{ internal;",
    "named location": r"@n;",
    "a named location that is not there": r"@missing",
    "merge_slashes off": r"merge_slashes off",
    "two slashes": r"^\w+ \S*//",
    "%XX in a path": r"^\w+ \S*%[0-9A-Fa-f]{2}",
    "a path above the root": r"^\w+ /\.\./",
    "a redirect to the path with a slash": r"location /dir/ \{[^}]*_pass",
    "absolute_redirect off": r"absolute_redirect off",
    "port_in_redirect off": r"port_in_redirect off",
    "server_name_in_redirect on": r"server_name_in_redirect on",
    # The script
    "rewrite last": r"rewrite [^;]* last;",
    "rewrite break": r"rewrite [^;]* break;",
    "rewrite redirect": r"rewrite [^;]* redirect;",
    "rewrite permanent": r"rewrite [^;]* permanent;",
    "rewrite without a flag": r"rewrite \S+ (/a\.txt|http://\$host/z);",
    "break": r"[{;}\s]break;",
    "return with a status": r"return (204|401|403|404|418);",
    "return with a text": r'return \d+ "\w+";',
    "return with a URL": r"return (30\d )?(http|/|\$)",
    "return 444": r"return 444",
    "if": r"if \(",
    "if with settings": r"if \([^{]*\{ (add_header|proxy_pass|error_page|root|set)",
    "if on a file": r"if \(!?-[fde]",
    "set": r"set \$v (1|\"\"|\$)",
    "a capture": r"\(\?<\w+>",
    "map with a pattern": r"map [^}]*~",
    "map with hostnames": r"hostnames;",
    "map with a default": r"map [^}]*default",
    "map without a default": r"map \S+ \$m\d \{ (?!default)",
    "map, volatile": r"volatile;",
    "map of a map": r"map \$m1 \$m0",
    "geo": r"geo ",
    "geo with ranges": r"ranges;",
    "split_clients": r"if \(\$split|\$split;",
    "a cookie's value": r"\$cookie_a",
    "a parameter's value": r"\$arg_k",
    "$host": r"[^_]host [^;]*\$host|\$host[ ;/\"]",
    "$scheme": r"\$scheme",
    "$remote_user": r"\$remote_user",
    "$upstream_http_": r"\$upstream_http_",
    "$uri and $request_uri": r"(?s)\$request_uri.*\$uri|\$uri.*\$request_uri",
    # Who may pass
    "allow and deny": r"(allow|deny) (all|1)",
    "satisfy any": r"satisfy any",
    "satisfy all": r"satisfy all",
    "set_real_ip_from": r"set_real_ip_from",
    "real_ip_header": r"real_ip_header",
    "real_ip_recursive": r"real_ip_recursive on",
    "auth_basic": r"auth_basic (?!off)",
    "auth_basic off": r"auth_basic off",
    "auth_basic with a variable": r"auth_basic \$",
    "no password file": r"auth_basic_user_file missing",
    "auth_request": r"auth_request /auth",
    "auth_request off": r"auth_request off",
    "auth_request of what is not there": r"auth_request /nowhere",
    "auth_request_set": r"auth_request_set",
    "limit_except": r"limit_except",
    # Limits
    "limit_req": r"limit_req zone=rate",
    "limit_req that is used up": r"(?s)limit_req zone=spent.*limit_req zone=spent",
    "a status of limits": r"limit_(req|conn)_status",
    "limit_conn": r"limit_conn number",
    "client_max_body_size": r"client_max_body_size",
    # Answers and where they come from
    "error_page": r"error_page \d+ +/",
    "error_page =": r"error_page [\d ]+ = ",
    "error_page with a status": r"error_page [\d ]+ =\d",
    "error_page, named": r"error_page [\d ]+(=\d*)? +@",
    "error_page with a URL": r"error_page [\d ]+(=\d*)? +https:",
    "error_page with a variable": r"error_page [\d ]+(=\d*)? +\$http_x",
    "recursive_error_pages": r"recursive_error_pages on",
    "proxy_intercept_errors": r"proxy_intercept_errors on",
    "X-Accel-Redirect": r"X-Accel-Redirect",
    "static files": r"root html",
    "root in a branch": r"root html/dir",
    "index": r"index (index|no)\.html",
    "index elsewhere": r"index /a\.txt",
    "autoindex": r"autoindex on",
    "alias": r"alias html",
    "try_files": r"location [^{]*\{[^{}]*try_files",
    "try_files with a status": r"try_files [^;]*=\d",
    "try_files, named": r"try_files [^;]*@n",
    "try_files of a server": r"(?m)^try_files",
    "proxy_pass": r"proxy_pass http://\w+;",
    "proxy_pass with a path": r"proxy_pass http://\w+/",
    "proxy_pass with variables": r"proxy_pass http://\$u",
    "a blank in an upstream's path": r"/v\$uri",
    "proxy_method": r"proxy_method",
    "fastcgi_pass": r"fastcgi_pass",
    "uwsgi_pass": r"uwsgi_pass",
    "scgi_pass": r"scgi_pass",
    "grpc_pass": r"grpc_pass",
    # Headers
    "proxy_set_header": r"proxy_set_header (?!Content)",
    "proxy_set_header, empty": r'proxy_set_header Authorization ""',
    "proxy_pass_request_headers off": r"proxy_pass_request_headers off",
    "proxy_hide_header": r"proxy_hide_header",
    "proxy_pass_header": r"proxy_pass_header",
    "proxy_redirect": r"proxy_redirect",
    "proxy_cookie_path": r"proxy_cookie_path",
    "proxy_cookie_domain": r"proxy_cookie_domain",
    "proxy_cookie_flags": r"proxy_cookie_flags",
    "add_header": r"add_header X-[AB] \S+;",
    "add_header always": r"add_header [^;]* always",
    "add_header Access-Control-Allow-Origin": r"add_header Access-Control-Allow-Origin",
    "add_header WWW-Authenticate": r"add_header WWW-Authenticate Own",
    "more_set_headers": r"more_set_headers '?\"?X",
    "more_set_headers -s": r"more_set_headers -s",
    "more_clear_headers": r"more_clear_headers",
    "more_set_input_headers": r"more_set_input_headers",
    "more_clear_input_headers": r"more_clear_input_headers",
    "underscores_in_headers": r"underscores_in_headers on",
    "a header with an underscore": r"X_Under: u",
    "ignore_invalid_headers off": r"ignore_invalid_headers off",
    "large_client_header_buffers": r"large_client_header_buffers",
    "a long header": r"X-Long: l{900}",
    # Caches
    "proxy_cache": r"proxy_cache store",
    "proxy_cache_valid any": r"proxy_cache_valid (any|401 0; proxy_cache_valid any)",
    "proxy_cache_valid": r"proxy_cache_valid [1-9]",
    "proxy_cache_key": r"proxy_cache_key",
    "proxy_no_cache, proxy_cache_bypass": r"proxy_no_cache|proxy_cache_bypass",
    "proxy_cache_min_uses": r"proxy_cache_min_uses",
    "proxy_cache_use_stale": r"proxy_cache_use_stale",
}
ONLY_NEW = {"add_header_inherit": r"add_header_inherit (merge|off)"}


def text(configuration: str, included: Sequence[str], asked: Sequence[Question]) -> str:
    """One text to look for constructs in."""
    return "\n".join((configuration, *included, *map(_written, asked)))


def _written(one: Question) -> str:
    spoken = "HTTP/2" if one.http2 else "HTTP/1.1"
    heads = "".join(f"\n{name}: {value}" for name, value in (*one.headers, *one.replied))
    return f"{one.method} {one.target} {one.listener} {spoken}{heads}"


def found(text: str, new: bool) -> set[str]:
    """The constructs of a text."""
    wanted = {**CONSTRUCTS, **ONLY_NEW} if new else CONSTRUCTS
    return {name for name, pattern in wanted.items() if re.search(pattern, text, re.MULTILINE)}
