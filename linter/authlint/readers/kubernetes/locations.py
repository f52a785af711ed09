"""One path as the location that the controller writes for it.

The order is that of the controller's template (rootfs/etc/nginx/template/nginx.tmpl, 1.15): what stands where was
read there, what it does is nginx's own. Its Lua redirect to https is written as an `if` where the rewrite phase ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from authlint.readers.kubernetes.affinity import cookie
from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.blocking import firewall
from authlint.readers.kubernetes.certificates import asking, without_authority
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
from authlint.readers.kubernetes.failing import pages
from authlint.readers.kubernetes.forwarded import came
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.limits import limits
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.nodes import gap, inert, node
from authlint.readers.kubernetes.passing import certificate, forward, protocol, sizes, told
from authlint.readers.kubernetes.proxies import Proxy
from authlint.readers.kubernetes.redirects import elsewhere, ends, relative, to_https
from authlint.readers.kubernetes.validation import Fault, denied, emptied, forgotten
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item
from authlint.record import field, record
from authlint.text import Span

OLDER = "another Ingress has the same path: the older one counts"
NEWER = "the oldest Ingress of this host says what counts here, and another one says something else"
PASSWORDS = "/etc/ingress-controller/auth"


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
        self.certified = asking(host, world.secrets)

    def nodes(self) -> Iterator[Node]:
        paths = sorted(self.host.paths, key=lambda path: (len(path.text), path.text), reverse=True)
        for number, path in enumerate(paths if self.regex else self.host.paths):
            auth = external(path, self.controller)
            if auth is not None:
                world = self.world
                yield auth_location(
                    path, auth, self.host.name, number, world.controller, world.maps, world.troubles
                )
                if auth.signin and not any(self._denied(path)):
                    yield signin_location(path, auth, number, self.came.scheme)
            body = [*self._body(path, auth, number)]
            for words in self._matches(path):
                yield node(path.span, "location", *words, children=body)

    def _matches(self, path: Path) -> Iterator[tuple[str, ...]]:
        """Of a prefix without a pattern two locations are made: with a slash at the end, and exactly without it."""
        if self.regex:
            plain = path.kind == "Prefix" and not path.is_regex and path.text != "/"
            end = "/" if plain and not path.text.endswith("/") and self._is_exact(path.text) else ""
            yield "~*", f"^{path.text}{end}"
        elif path.kind == "Exact":
            yield "=", path.text
        elif path.text == "/":
            yield ("/",)
        else:
            text = path.text.rstrip("/")
            yield (f"{text}/",)
            if not self._is_exact(text):
                yield "=", text

    def _is_exact(self, text: str) -> bool:
        return any(one.kind == "Exact" and one.text == text for one in self.host.paths)

    def _denied(self, path: Path) -> Iterator[Fault]:
        return denied(path.ingress, path.own, self.controller, self.world.secrets, self.world.maps)

    def _body(self, path: Path, auth: Auth | None, number: int) -> Iterator[Node]:
        own, at = path.own, path.span
        fault = next(self._denied(path), None)
        if fault is not None:
            yield node(fault.span, "return", "503")
            return
        yield from _forgotten(own, self.world.secrets)
        if path.ingress.uncertain is not None:
            what = "a chart's template writes" if path.ingress.from_values else "a patch changes"
            yield gap(path.ingress.uncertain, f"{what} this object in a way that is not read")
        if path.contested:
            yield gap(at, NEWER if path.by_default else OLDER)
        rules = own.items.get("modsecurity-snippet") if self.controller.snippets is not False else None
        yield from firewall(rules, own.flag("enable-modsecurity", False))
        yield from self._addresses(path)
        yield from cors(own, self._span(path, "enable-cors"))
        setter = protocol(path)[2]
        if not self.controller.is_exempt(path.text):
            yield from asked(auth, number, setter) if auth is not None else ()
            yield from sign_in(auth, number) if auth is not None else ()
            yield from self._passwords(path, number, setter)
        yield from limits(path, self.controller)
        yield from sizes(path, self.controller)
        yield from certificate(path, setter, self.certified)
        yield from told(path, self.controller, self.came, self.world.maps)
        yield from cookies(path, self.controller)
        yield from cookie(self.host, path)
        yield from self._end(path)

    def _end(self, path: Path) -> Iterator[Node]:
        """From the snippets on."""
        own = path.own
        snippets = list(self._snippets(path))
        moved = list(elsewhere(path))
        headers = list(cors_headers(own, path.span))
        secure = [] if moved else list(to_https(path, self.host, self.controller, self.came, headers))
        early = ends(snippets)
        yield from secure if early else ()
        yield from snippets
        yield from self._custom_headers(path)
        if own.text("satisfy") in ("any", "all"):
            yield node(self._span(path, "satisfy"), "satisfy", own.text("satisfy"))
        yield from relative(path)
        yield from pages(path, self.controller)
        yield from () if early else secure
        yield from moved
        yield from forward(path, self.controller)

    def _snippets(self, path: Path) -> Iterator[Node]:
        own = path.own.items.get("configuration-snippet")
        if own is not None and self.controller.snippets is not False:
            yield from written(own, path.ingress.file, self.world.troubles)
        everywhere = self.controller.item("location-snippet")
        yield from written(everywhere, self.controller.file, self.world.troubles)

    def _span(self, path: Path, *names: str) -> Span:
        return path.own.span(*names) or path.span

    def _addresses(self, path: Path) -> Iterator[Node]:
        """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#whitelist-source-range"""
        refused = path.own.get("denylist-source-range") or self.controller.item("denylist-source-range")
        for address in refused.text.split(",") if refused is not None else ():
            if address.strip():
                yield node(refused.span, "deny", address.strip())  # type: ignore[union-attr]
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


def _forgotten(own: Annotations, secrets: Mapping[tuple[str, str], Manifest]) -> Iterator[Node]:
    """Authentication that was meant and is not asked for."""
    fault = forgotten(own) if own.text("auth-url") else None
    for one in (fault, emptied(own), without_authority(own, secrets)):
        if one is not None:
            yield inert(one.span, one.why, one.cure, "authentication")
