"""One path as the location that the controller writes for it.

The order is that of the controller's template (rootfs/etc/nginx/template/nginx.tmpl, 1.15): what stands where was
read there, what it does is nginx's own. Its Lua redirect to https is written as an `if` at the same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from authlint.readers.kubernetes import annotations as notes
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.cors import cors
from authlint.readers.kubernetes.forwarded import forwarded
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.limits import limits
from authlint.readers.kubernetes.nodes import branch, gap, inert, node, snippet
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.text import Span

AUTH_URL = re.compile(r"[A-Za-z0-9\-._~/:,?&=$ ]*")
SIGN_IN = AUTH_URL
PASSWORDS = "/etc/ingress-controller/auth"
REDIRECT = 308
NO_BACKEND = "upstream-default-backend"


@dataclass(frozen=True, slots=True)
class Auth:
    """External auth as it applies to a path: by the path's own annotations, or by the controller's settings."""

    url: str
    span: Span
    method: str
    signin: str
    signin_span: Span | None
    param: str
    headers: tuple[str, ...]
    headers_span: Span | None


class Locations:
    """Writes the locations of one host; `regex` where all of them become patterns."""

    def __init__(
        self, host: Host, controller: Controller, maps: dict[tuple[str, str], Item], troubles: list[Trouble]
    ):
        self.host, self.controller, self.maps, self.troubles = host, controller, maps, troubles
        self.regex = any(path.is_regex for path in host.paths)

    def nodes(self) -> Iterator[Node]:
        paths = sorted(self.host.paths, key=lambda path: (len(path.text), path.text), reverse=True)
        for number, path in enumerate(paths if self.regex else self.host.paths):
            auth = external(path, self.controller)
            if auth is not None:
                yield self._auth_location(path, auth, number)
                if auth.signin:
                    yield self._signin_location(path, auth, number)
            body = [*self._body(path, auth, number)]
            for words in self._matches(path):
                yield node(path.span, "location", *words, children=body)
        if not any(path.text == "/" and path.kind == "Prefix" for path in self.host.paths):
            words = ("~*", "^/") if self.regex else ("/",)
            yield node(self.host.span, "location", *words, children=[node(self.host.span, "return", "404")])

    def _matches(self, path: Path) -> Iterator[tuple[str, ...]]:
        if self.regex:
            yield "~*", f"^{path.text}"
        elif path.kind == "Exact":
            yield "=", path.text
        elif path.text == "/":
            yield ("/",)
        else:
            text = path.text.rstrip("/")
            yield (f"{text}/",)
            yield "=", text

    def _body(self, path: Path, auth: Auth | None, number: int) -> Iterator[Node]:
        own, at = path.own, path.span
        denied = denial(path, self.controller, self.maps)
        if denied is not None:
            yield node(denied, "return", "503")
            return
        loss = dropped(path)
        if loss is not None and own.text("auth-url"):
            yield inert(loss[0], loss[1], "write a value that the controller takes", "authentication")
        if path.contested:
            yield gap(at, "another Ingress has the same path: the older one counts")
        yield from self._addresses(path)
        yield from cors(own, self._span(path, "enable-cors"))
        yield from self._to_https(path)
        yield from self._checks(path, auth, number)
        yield from limits(path, self.controller)
        host = own.text("upstream-vhost") or "$http_host"
        yield node(own.span("upstream-vhost") or at, "proxy_set_header", "Host", host)
        yield from forwarded(self.controller, at)
        yield from self._snippet(path, "configuration-snippet")
        if own.text("satisfy") == "any" and own.span("satisfy"):
            yield node(own.span("satisfy") or at, "satisfy", "any")
        yield from self._errors(path)
        yield from self._redirects(path)
        yield from self._forward(path)

    def _span(self, path: Path, name: str) -> Span:
        return path.own.span(name) or path.span

    def _addresses(self, path: Path) -> Iterator[Node]:
        allowed = ("allowlist-source-range", "whitelist-source-range")
        deny = path.own.words("denylist-source-range")
        for address in deny:
            yield node(self._span(path, "denylist-source-range"), "deny", address)
        name = next((one for one in allowed if path.own.text(one)), "")
        for address in path.own.words(name):
            yield node(self._span(path, name), "allow", address)
        if name:
            yield node(self._span(path, name), "deny", "all")

    def _to_https(self, path: Path) -> Iterator[Node]:
        own, tls = path.own, self.host.tls
        forced = own.flag("force-ssl-redirect", self.controller.flag("force-ssl-redirect", False))
        wanted = own.flag("ssl-redirect", self.controller.flag("ssl-redirect", True))
        if tls and (forced or wanted):
            at = own.span("force-ssl-redirect", "ssl-redirect") or path.span
            answer = node(at, "return", str(REDIRECT), "https://$host$request_uri")
            yield branch(at, "$scheme", "=", "http", children=[answer])

    def _checks(self, path: Path, auth: Auth | None, number: int) -> Iterator[Node]:
        own = path.own
        if auth is not None:
            yield node(auth.span, "auth_request", f"/_external-auth-{number}")
            span = auth.headers_span or auth.span
            for index, name in enumerate(auth.headers):
                variable = f"$auth_header_{number}_{index}"
                source = "$upstream_http_" + name.lower().replace("-", "_")
                yield node(span, "auth_request_set", variable, source)
                yield node(span, "proxy_set_header", name, variable)
            if auth.signin:
                yield node(auth.signin_span or auth.span, "error_page", "401", "=", f"@signin-{number}")
        if own.text("auth-type") and not self.controller.is_exempt(path.text):
            at = self._span(path, "auth-type")
            realm = own.text("auth-realm")
            if "digest" in own.text("auth-type") or own.text("auth-type") != "basic":
                yield node(at, "auth_digest", realm or "digest")
            else:
                off = own.span("auth-realm") if realm == "off" else None
                yield node(off or at, "auth_basic", realm)
                file = f"{PASSWORDS}/{number}.passwd"
                yield node(self._span(path, "auth-secret"), "auth_basic_user_file", file)
            yield node(at, "proxy_set_header", "Authorization", "")

    def _snippet(self, path: Path, name: str) -> Iterator[Node]:
        item = path.own.items.get(name)
        allowed = self.controller.snippets
        if item is None or allowed is False:
            return
        if item.masked:
            yield gap(item.span, "a template writes a part of this snippet")
            return
        # Who writes a snippet sees whether it is put in place: where nobody says, it is taken to be.
        yield from snippet(item, path.ingress.file, self.troubles)

    def _errors(self, path: Path) -> Iterator[Node]:
        codes = [code for code in path.own.words("custom-http-errors") if code.isdigit()]
        if codes:
            at = self._span(path, "custom-http-errors")
            yield node(at, "proxy_intercept_errors", "on")
            yield node(at, "error_page", *codes, "=", "@custom-errors")

    def _redirects(self, path: Path) -> Iterator[Node]:
        for name, code in (("temporal-redirect", "302"), ("permanent-redirect", "301")):
            target = path.own.text(name)
            if target:
                given = path.own.text(f"{name}-code")
                yield node(self._span(path, name), "return", given if given.isdigit() else code, target)
                return

    def _forward(self, path: Path) -> Iterator[Node]:
        target = path.own.text("rewrite-target")
        if target and target != path.text and re.fullmatch(r"[^?%()]*", target):
            at = self._span(path, "rewrite-target")
            yield node(at, "rewrite", f"(?i){path.text}", target, "break")
        if path.service:
            secure = path.own.text("backend-protocol").upper() in ("HTTPS", "GRPCS")
            yield node(path.span, "proxy_pass", f"{'https' if secure else 'http'}://{path.service}")
        else:
            yield gap(path.span, "the backend of this path is no service")

    def _auth_location(self, path: Path, auth: Auth, number: int) -> Node:
        """The internal location that asks the service: the client's headers, no body."""
        at = auth.span
        body = [
            node(at, "internal"),
            node(at, "proxy_pass_request_body", "off"),
            node(at, "proxy_set_header", "Content-Length", ""),
            node(at, "proxy_set_header", "X-Forwarded-Proto", ""),
            node(at, "proxy_set_header", "Host", urlsplit(auth.url).hostname or "$host"),
            node(at, "proxy_set_header", "X-Original-URL", "$scheme://$http_host$request_uri"),
            node(at, "proxy_set_header", "X-Original-Method", "$request_method"),
            node(at, "proxy_set_header", "X-Sent-From", "nginx-ingress-controller"),
            node(at, "proxy_set_header", "X-Real-IP", "$remote_addr"),
            node(at, "proxy_set_header", "X-Forwarded-For", "$remote_addr"),
            node(at, "proxy_set_header", "X-Auth-Request-Redirect", "$request_uri"),
        ]
        if auth.method:
            body.append(node(at, "proxy_method", auth.method))
        extra = path.own.text("auth-proxy-set-headers")
        if extra:
            body += self._listed(path, extra, at)
        body += self._snippet(path, "auth-snippet")
        body += [node(at, "set", "$target", auth.url), node(at, "proxy_pass", "$target")]
        return node(at, "location", "=", f"/_external-auth-{number}", children=body)

    def _listed(self, path: Path, name: str, at: Span) -> Iterator[Node]:
        data = self.maps.get((path.ingress.namespace, name.rpartition("/")[2]))
        if data is None:
            yield gap(at, f"the ConfigMap {name} is not in the repository")
            return
        for one in data.entries():
            if not one.masked:
                yield node(at, "proxy_set_header", one.name, one.text)

    def _signin_location(self, path: Path, auth: Auth, number: int) -> Node:
        at = auth.signin_span or auth.span
        target = auth.signin
        if f"{auth.param}=" not in target:
            target += ("&" if "?" in target else "?") + auth.param + "=$scheme://$http_host$request_uri"
        body = [node(at, "internal"), *cors(path.own, self._span(path, "enable-cors"))]
        body.append(node(at, "return", "302", target))
        return node(at, "location", f"@signin-{number}", children=body)


def external(path: Path, controller: Controller) -> Auth | None:
    """External auth for a path; None where there is none, or where it is dropped (see `dropped`)."""
    own = path.own
    if controller.is_exempt(path.text):
        return None
    item = own.get("auth-url")
    if item is not None and item.text.strip():
        if dropped(path) is not None:
            return None
        signin = own.text("auth-signin")
        return Auth(
            item.text.strip(),
            item.span,
            own.text("auth-method"),
            signin if SIGN_IN.fullmatch(signin) else "",
            own.span("auth-signin"),
            own.text("auth-signin-redirect-param") or "rd",
            tuple(own.words("auth-response-headers")),
            own.span("auth-response-headers"),
        )
    found = controller.item("global-auth-url")
    if found is None or not found.text.strip() or not own.flag("enable-global-auth", True):
        return None
    signin_item = controller.item("global-auth-signin")
    headers = controller.text("global-auth-response-headers")
    return Auth(
        found.text.strip(),
        found.span,
        controller.text("global-auth-method"),
        controller.text("global-auth-signin"),
        signin_item.span if signin_item is not None else None,
        controller.text("global-auth-signin-redirect-param") or "rd",
        tuple(part.strip() for part in headers.split(",") if part.strip()),
        None,
    )


def dropped(path: Path) -> tuple[Span, str] | None:
    """The annotation for whose value the controller forgets external auth, without a word to the client, and why."""
    own = path.own
    redirect, duration, cookie = (
        own.get(name) for name in ("auth-request-redirect", "auth-cache-duration", "auth-always-set-cookie")
    )
    if redirect is not None and re.search(r"[$#%]", redirect.text):
        return redirect.span, "the controller does not take $, # or % here, and drops auth-url with it"
    if duration is not None and not re.fullmatch(r"[A-Za-z0-9 ,.]*", duration.text):
        return duration.span, "the controller does not take this duration, and drops auth-url with it"
    if cookie is not None and cookie.text.strip() not in notes.TRUE | notes.FALSE:
        return cookie.span, "this is no truth value: the controller drops auth-url with it"
    return None


def denial(path: Path, controller: Controller, maps: dict[tuple[str, str], Item]) -> Span | None:
    """The annotation for whose value the location answers 503."""
    own = path.own
    if own.text("auth-type") and not own.text("auth-secret") and not own.masked("auth-secret"):
        return own.span("auth-type")
    if own.text("auth-method") and own.text("auth-method") not in METHODS:
        return own.span("auth-method")
    url = own.get("auth-url")
    if url is not None and url.text.strip() and not urlsplit(url.text.strip().replace("$", "")).hostname:
        return url.span if "$" not in url.text else None
    return None


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
