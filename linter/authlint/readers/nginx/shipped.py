"""Files that nginx and its packages ship, for configurations that include them without having them.

Names: the files of nginx's conf folder, and `proxy_params` of Debian. Of the CGI-like lists only what a request's
fate depends on: the rest are facts about the connection.
"""

from __future__ import annotations

CGI = """
{0}_param QUERY_STRING $query_string;
{0}_param REQUEST_METHOD $request_method;
{0}_param CONTENT_TYPE $content_type;
{0}_param REQUEST_URI $request_uri;
{0}_param DOCUMENT_URI $document_uri;
{0}_param DOCUMENT_ROOT $document_root;
{0}_param SERVER_PROTOCOL $server_protocol;
{0}_param REQUEST_SCHEME $scheme;
{0}_param REMOTE_ADDR $remote_addr;
{0}_param SERVER_PORT $server_port;
{0}_param SERVER_NAME $server_name;
"""

SHIPPED = {
    "mime.types": "",
    "koi-utf": "",
    "koi-win": "",
    "win-utf": "",
    "fastcgi_params": CGI.format("fastcgi"),
    "fastcgi.conf": CGI.format("fastcgi")
    + "fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n",
    "scgi_params": CGI.format("scgi"),
    "uwsgi_params": CGI.format("uwsgi"),
    "proxy_params": """
proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
""",
}

# Packages' files that hold nothing but TLS settings, or modules to load.
HARMLESS = ("options-ssl-nginx.conf", "ssl-dhparams.pem", "modules-enabled/*.conf", "modules/*.conf")
