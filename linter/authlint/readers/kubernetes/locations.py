"""One path as the location that the controller writes for it.

The order is that of the controller's template (rootfs/etc/nginx/template/nginx.tmpl, 1.15): what stands where was
read there, what it does is nginx's own. Its Lua redirect to https is written as an `if` behind those for CORS: it runs
when the rewrite phase ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.cookies import cookies
from authlint.readers.kubernetes.cors import cors, cors_headers
from authlint.readers.kubernetes.external import (
    Auth,
    asked,
    auth_location,
    external,
    sign_in,
    signin_location,
    written,
)
from authlint.readers.kubernetes.forwarded import came
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.limits import limits
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.nodes import branch, gap, inert, node
from authlint.readers.kubernetes.proxies import Proxy
from authlint.readers.kubernetes.validation import denied, emptied, forgotten
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

PASSWORDS = "/etc/ingress-controller/auth"
DEFAULT_BACKEND = "upstream-default-backend"
# By backend-protocol: the directive that passes the request on, its scheme, and the one that sets headers.
PROTOCOLS = {
    "HTTPS": ("proxy_pass", "https", "proxy_set_header"),
    "GRPC": ("grpc_pass", "grpc", "grpc_set_header"),
    "GRPCS": ("grpc_pass", "grpcs", "grpc_set_header"),
}
HTTP = ("proxy_pass", "http", "proxy_set_header")
OTHER_PROTOCOLS = ("FCGI", "AUTO_HTTP", "AJP")


@record
class World:
    """What stands around the Ingress objects."""

    controller: Controller
    maps: dict[tuple[str, str], Item] = field(default_factory=dict)  # ConfigMaps' data
    secrets: Mapping[tuple[str, str], Manifest] = field(default_factory=dict)
    proxies: Sequence[Proxy] = ()
    troubles: list[Trouble] = field(default_factory=list)


class Locations:
    """Writes the locations of one host; `regex` where all of them become patterns."""

    def __init__(self, host: Host, world: World) -> None:
        self.host, self.world, self.controller = host, world, world.controller
        self.came = came(world.controller)
        self.regex = any(path.is_regex for path in host.paths)

    def nodes(self) -> Iterator[Node]:
        paths = sorted(self.host.paths, key=lambda path: (len(path.text), path.text), reverse=True)
        for number, path in enumerate(paths if self.regex else self.host.paths):
            auth = external(path, self.controller)
            if auth is not None:
                yield auth_location(path, auth, number, self.world.maps, self.world.troubles)
                if auth.signin:
                    yield signin_location(path, auth, number, self.came.scheme)
            body = [*self._body(path, auth, number)]
            for words in self._matches(path):
                yield node(path.span, "location", *words, children=body)
        if not any(path.text == "/" and path.kind == "Prefix" for path in self.host.paths):
            words = ("~*", "^/") if self.regex else ("/",)
            yield node(self.host.span, "location", *words, children=[node(self.host.span, "return", "404")])

    def _matches(self, path: Path) -> Iterator[tuple[str, ...]]:
        """Of a prefix without a pattern two locations are made: with a slash at the end, and exactly without it."""
        if self.regex:
            yield "~*", f"^{path.text}"
        elif path.kind == "Exact":
            yield "=", path.text
        elif path.text == "/":
            yield ("/",)
        else:
            text = path.text.rstrip("/")
            yield (f"{text}/",)
            if not any(one.kind == "Exact" and one.text == text for one in self.host.paths):
                yield "=", text

    def _body(self, path: Path, auth: Auth | None, number: int) -> Iterator[Node]:
        own, at = path.own, path.span
        fault = next(denied(path.ingress, own, self.controller, self.world.secrets), None)
        if fault is not None:
            yield node(fault.span, "return", "503")
            return
        yield from _forgotten(own)
        if path.ingress.uncertain is not None:
            yield gap(path.ingress.uncertain, "a patch changes this object in a way that is not read")
        if path.contested:
            yield gap(at, "another Ingress has the same path: the older one counts")
        yield from self._addresses(path)
        yield from cors(own, self._span(path, "enable-cors"))
        yield from self._to_https(path, list(cors_headers(own, at)))
        setter = self._protocol(path)[2]
        if not self.controller.is_exempt(path.text):
            yield from asked(auth, number, setter) if auth is not None else ()
            yield from sign_in(auth, number) if auth is not None else ()
            yield from self._passwords(path, number, setter)
        yield from limits(path, self.controller)
        yield from cookies(path, self.controller)
        yield from self._headers(path, setter)
        if own.items.get("configuration-snippet") and self.controller.snippets is not False:
            yield from written(own.items["configuration-snippet"], path.ingress.file, self.world.troubles)
        yield from written(
            self.controller.item("location-snippet"), self.controller.file, self.world.troubles
        )
        yield from self._custom_headers(path)
        if own.text("satisfy") in ("any", "all"):
            yield node(self._span(path, "satisfy"), "satisfy", own.text("satisfy"))
        yield from self._errors(path)
        yield from self._redirects(path)
        yield from self._forward(path)

    def _span(self, path: Path, *names: str) -> Span:
        return path.own.span(*names) or path.span

    def _protocol(self, path: Path) -> tuple[str, str, str]:
        return PROTOCOLS.get(path.own.text("backend-protocol").upper(), HTTP)

    def _addresses(self, path: Path) -> Iterator[Node]:
        """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#whitelist-source-range"""
        for address in path.own.words("denylist-source-range"):
            yield node(self._span(path, "denylist-source-range"), "deny", address)
        # The newer name first: the older one is its alias.
        names = ("allowlist-source-range", "whitelist-source-range")
        name = next((one for one in names if path.own.text(one)), "")
        at = self._span(path, name)
        listed = path.own.words(name)
        if not name:
            said = self.controller.item("whitelist-source-range")
            at = said.span if said is not None else at
            listed = [one.strip() for one in said.text.split(",")] if said is not None else []
        listed = [one for one in listed if one]
        for address in listed:
            yield node(at, "allow", address)
        if listed:
            yield node(at, "deny", "all")

    def _to_https(self, path: Path, headers: list[Node]) -> Iterator[Node]:
        """Behind the `if` for CORS, whose headers this answer gets too: Lua ends the rewrite phase with it."""
        own = path.own
        forced = own.flag("force-ssl-redirect", self.controller.flag("force-ssl-redirect", False))
        wanted = own.flag("ssl-redirect", self.controller.flag("ssl-redirect", True))
        exempt = self.controller.words("no-tls-redirect-locations")
        if any(path.text.startswith(one) for one in exempt):
            return
        if forced or (self.host.tls and wanted):
            at = self._span(path, "force-ssl-redirect", "ssl-redirect")
            code = self.controller.text("http-redirect-code") or "308"
            kept = own.flag("preserve-trailing-slash", False)
            target = "https://$host" + ("$request_uri" if kept else "$uri_without_slash")
            answer = node(at, "return", code, target)
            if headers:
                yield node(at, "set", "$plain", f"{self.came.scheme}$cors")
                yield branch(at, "$plain", "=", "httptrue", children=[*headers, answer])
            yield branch(at, self.came.scheme, "=", "http", children=[answer])

    def _passwords(self, path: Path, number: int, setter: str) -> Iterator[Node]:
        own = path.own
        if not own.text("auth-type"):
            return
        at = self._span(path, "auth-type")
        realm = own.text("auth-realm")
        if own.text("auth-type") == "basic":
            off = own.span("auth-realm") if realm == "off" else None
            yield node(off or at, "auth_basic", realm)
            file = f"{PASSWORDS}/{number}.passwd"
            yield node(self._span(path, "auth-secret"), "auth_basic_user_file", file)
        else:
            yield node(at, "auth_digest", realm or "digest")
        yield node(at, setter, "Authorization", "", implied=True)

    def _headers(self, path: Path, setter: str) -> Iterator[Node]:
        at = path.span
        host = path.own.text("upstream-vhost")
        vhost = self._span(path, "upstream-vhost")
        yield node(vhost, setter, "Host", host or self.came.host, implied=not host)
        for name, value in (
            ("X-Real-IP", "$remote_addr"),
            ("X-Forwarded-For", "$remote_addr"),
            ("X-Forwarded-Host", self.came.host),
            ("X-Forwarded-Proto", self.came.scheme),
            ("X-Forwarded-Scheme", self.came.scheme),
            ("X-Scheme", self.came.scheme),
            ("Proxy", ""),
        ):
            yield node(at, setter, name, value, implied=True)
        for name, item in self.controller.listed("proxy-set-headers", self.world.maps):
            yield node(item.span, setter, name, item.text)

    def _custom_headers(self, path: Path) -> Iterator[Node]:
        """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#custom-headers"""
        named = path.own.text("custom-headers")
        if not named:
            return
        namespace, _, name = named.rpartition("/")
        data = self.world.maps.get((namespace or path.ingress.namespace, name))
        if data is None:
            yield gap(self._span(path, "custom-headers"), f"the ConfigMap {name} is not in the repository")
            return
        for one in data.entries():
            yield node(one.span, "more_set_headers", f"{one.name}: {one.text}")

    def _errors(self, path: Path) -> Iterator[Node]:
        codes = path.own.words("custom-http-errors")
        if not codes:
            return
        at = self._span(path, "custom-http-errors")
        if not path.own.flag("disable-proxy-intercept-errors", False):
            yield node(at, "proxy_intercept_errors", "on")
        yield node(at, "error_page", *codes, "=", "@custom-errors")

    def _redirects(self, path: Path) -> Iterator[Node]:
        """Answered before authentication: `return` belongs to the rewrite phase."""
        for name, code in (("temporal-redirect", "302"), ("permanent-redirect", "301")):
            target = path.own.text(name)
            if target:
                given = path.own.text(f"{name}-code")
                code = given if re.fullmatch("30[0-8]", given) else code
                yield node(self._span(path, name), "return", code, target)
                return

    def _forward(self, path: Path) -> Iterator[Node]:
        target = path.own.text("rewrite-target")
        passing, scheme, setter = self._protocol(path)
        if path.rewrites:
            at = self._span(path, "rewrite-target")
            yield node(at, "rewrite", f"(?i){path.text}", target, "break")
            prefix = path.own.text("x-forwarded-prefix")
            if prefix:
                yield node(self._span(path, "x-forwarded-prefix"), setter, "X-Forwarded-Prefix", prefix)
        if not path.service:
            yield gap(path.span, "the backend of this path is no Service")
        elif path.own.text("backend-protocol").upper() in OTHER_PROTOCOLS:
            yield gap(self._span(path, "backend-protocol"), "this protocol is not read")
        else:
            yield node(path.span, passing, f"{scheme}://{path.service}")


def _forgotten(own: Annotations) -> Iterator[Node]:
    """Authentication that was meant and is not asked for."""
    fault = forgotten(own) if own.text("auth-url") else None
    for one in (fault, emptied(own)):
        if one is not None:
            yield inert(one.span, one.why, one.cure, "authentication")
