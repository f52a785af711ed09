"""Another service decides: by the annotations of an Ingress, or by the controller's settings for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from authlint.readers.kubernetes.caching import cache, taken
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.cors import cors
from authlint.readers.kubernetes.forwarded import came, chain
from authlint.readers.kubernetes.hosts import Path
from authlint.readers.kubernetes.nodes import gap, node, snippet
from authlint.readers.kubernetes.slips import HEADER
from authlint.readers.kubernetes.validation import URL, forgotten
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

Maps = Mapping[tuple[str, str], Item]


@record
class Auth:
    """External auth as it applies to a path."""

    url: str
    span: Span
    method: str
    signin: str
    signin_span: Span | None
    param: str
    headers: tuple[str, ...]
    headers_span: Span | None
    redirect: str
    always_cookie: bool
    snippet: Item | None
    snippet_file: str
    key: Item | None  # by which verdicts are kept
    durations: Item | None
    lua: Span | None = None  # asked with connections that are kept, which is code's work


def external(path: Path, controller: Controller) -> Auth | None:
    """External auth for a path: its own, or where there is none (or it is forgotten) the controller's."""
    own = path.own
    item = own.get("auth-url")
    if item is None or not item.text.strip() or forgotten(own) is not None:
        return _for_all(path, controller)
    signin, param = own.text("auth-signin"), own.text("auth-signin-redirect-param")
    allowed = controller.snippets is not False
    return Auth(
        url=item.text.strip(),
        span=item.span,
        method=own.text("auth-method"),
        signin=signin if URL.fullmatch(signin.replace(" ", "")) else "",
        signin_span=own.span("auth-signin"),
        param=param if param and URL.fullmatch(param) else "rd",
        headers=tuple(own.words("auth-response-headers")),
        headers_span=own.span("auth-response-headers"),
        redirect=own.text("auth-request-redirect"),
        always_cookie=own.flag("auth-always-set-cookie", False),
        snippet=own.items.get("auth-snippet") if allowed else None,
        snippet_file=path.ingress.file,
        key=taken(own.get("auth-cache-key")),
        durations=own.get("auth-cache-duration"),
        lua=own.span("auth-keepalive") if _keeps(path, controller) else None,
    )


def _keeps(path: Path, controller: Controller) -> bool:
    """auth-keepalive counts only without HTTP/2, and not for a host that a variable names (authreq/main.go)."""
    number = path.own.text("auth-keepalive")
    named = "$" in urlsplit(path.own.text("auth-url")).netloc
    return number.isdigit() and int(number) > 0 and not named and not controller.flag("use-http2", True)


def _for_all(path: Path, controller: Controller) -> Auth | None:
    """The ConfigMap's global-auth-*; its snippet needs no permission."""
    found = controller.item("global-auth-url")
    if found is None or not found.text.strip() or not path.own.flag("enable-global-auth", True):
        return None
    signin, headers = controller.item("global-auth-signin"), controller.item("global-auth-response-headers")
    listed = headers.text.split(",") if headers is not None else []
    return Auth(
        url=found.text.strip(),
        span=found.span,
        method=controller.text("global-auth-method"),
        signin=signin.text.strip() if signin is not None else "",
        signin_span=signin.span if signin is not None else None,
        param=controller.text("global-auth-signin-redirect-param") or "rd",
        headers=tuple(one.strip() for one in listed if HEADER.fullmatch(one.strip())),
        headers_span=headers.span if headers is not None else None,
        redirect=controller.text("global-auth-request-redirect"),
        always_cookie=controller.flag("global-auth-always-set-cookie", False),
        snippet=controller.item("global-auth-snippet"),
        snippet_file=controller.file,
        key=controller.item("global-auth-cache-key"),
        durations=controller.item("global-auth-cache-duration"),
    )


def asked(auth: Auth, number: int, setter: str) -> Iterator[Node]:
    """What stands in the location itself: the question, and what of the answer goes on to the application.

    A header that the service does not send back is taken from the client's request: an empty value is not sent.
    """
    if auth.lua is not None:
        yield gap(auth.lua, "the controller's Lua asks the auth service, which must answer 200")
    yield node(auth.span, "auth_request", f"/_external-auth-{number}")
    yield node(auth.span, "auth_request_set", "$auth_cookie", "$upstream_http_set_cookie")
    always = ("always",) if auth.always_cookie else ()
    yield node(auth.span, "add_header", "Set-Cookie", "$auth_cookie", *always)
    span = auth.headers_span or auth.span
    for index, name in enumerate(auth.headers):
        variable = f"$authHeader{index}"
        source = "$upstream_http_" + name.lower().replace("-", "_")
        yield node(span, "auth_request_set", variable, source)
        yield node(span, setter, name, variable)


def sign_in(auth: Auth, number: int) -> Iterator[Node]:
    if auth.signin:
        yield node(auth.signin_span or auth.span, "set_escape_uri", "$escaped_request_uri", "$request_uri")
        yield node(auth.signin_span or auth.span, "error_page", "401", "=", f"@signin-{number}")


def auth_location(
    path: Path, auth: Auth, host: str, number: int, settings: Controller, maps: Maps, troubles: list[Trouble]
) -> Node:
    """The internal location that asks the service: the client's headers, no body."""
    at, place = auth.span, f"/_external-auth-{number}"
    body = [
        node(at, "internal"),
        node(at, "proxy_pass_request_body", "off"),
        node(at, "proxy_set_header", "Content-Length", ""),
        node(at, "proxy_set_header", "X-Forwarded-Proto", ""),
    ]
    if auth.method:
        body.append(node(at, "proxy_method", auth.method))
        body.append(node(at, "proxy_set_header", "X-Original-URI", "$request_uri"))
        body.append(node(at, "proxy_set_header", "X-Scheme", came(settings).scheme))
    told = _told(auth, chain(settings))
    body += [node(at, "proxy_set_header", name, value, implied=True) for name, value in told]
    extra = path.own.text("auth-proxy-set-headers")
    if extra and path.own.span("auth-url") == at:
        body += _listed(path, extra, at, maps)
    body += cache(auth.key, auth.durations, host + place, at)
    body += written(auth.snippet, auth.snippet_file, troubles)
    body += [node(at, "set", "$target", auth.url), node(at, "proxy_pass", "$target")]
    return node(at, "location", "=", place, children=body)


def _told(auth: Auth, addresses: str) -> Iterator[tuple[str, str]]:
    yield "Host", urlsplit(auth.url).hostname or "$host"
    yield "X-Original-URL", "$scheme://$http_host$request_uri"
    yield "X-Original-Method", "$request_method"
    yield "X-Sent-From", "nginx-ingress-controller"
    yield "X-Real-IP", "$remote_addr"
    yield "X-Forwarded-For", addresses
    yield "X-Auth-Request-Redirect", auth.redirect or "$request_uri"


def _listed(path: Path, name: str, at: Span, maps: Maps) -> Iterator[Node]:
    namespace, _, name = name.rpartition("/")
    data = maps.get((namespace or path.ingress.namespace, name))
    if data is None:
        yield gap(at, f"the ConfigMap {name} is not in the repository")
        return
    for one in data.entries():
        if not one.masked:
            yield node(one.span, "proxy_set_header", one.name, one.text)


def signin_location(path: Path, auth: Auth, number: int, scheme: str) -> Node:
    """The redirect to the sign-in page; it says where the client wanted to go unless the URL does."""
    at = auth.signin_span or auth.span
    target = auth.signin
    if not _has_parameter(target, auth.param):
        target += ("&" if "?" in target else "?") + f"{auth.param}={scheme}://$http_host$escaped_request_uri"
    body = [node(at, "internal"), node(at, "add_header", "Set-Cookie", "$auth_cookie")]
    body += cors(path.own, path.own.span("enable-cors") or path.span)
    body.append(node(at, "return", "302", target))
    return node(at, "location", f"@signin-{number}", children=body)


def _has_parameter(url: str, name: str) -> bool:
    query = url.partition("?")[2]
    return any(part.partition("=")[0] == name for part in query.split("&"))


def written(item: Item | None, file: str, troubles: list[Trouble]) -> list[Node]:
    """The directives of a snippet, where there is one."""
    if item is None:
        return []
    if item.masked:
        return [gap(item.span, "a template writes a part of this snippet")]
    return snippet(item, file, troubles)
