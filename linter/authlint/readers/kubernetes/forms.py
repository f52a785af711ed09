"""What an Ingress says when its own names are left out: two objects of one form that are called nothing telling get
the same from the controller."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from authlint.expression import expression
from authlint.model.words import INSIDE, SIGNING_IN, STORES, TOKENS, telling
from authlint.readers.kubernetes.annotations import PREFIX
from authlint.readers.kubernetes.catalogue import WITHOUT_INFLUENCE
from authlint.readers.kubernetes.facts import ABOUT
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.tree import MERGE, NULLS
from authlint.record import entity

# Annotations of others that are not read, whatever they say.
UNREAD = (
    *("meta.helm.sh/", "external-dns.alpha.kubernetes.io/", "argocd.argoproj.io/", "kubectl.kubernetes.io/"),
    *("field.cattle.io/", "acme.cert-manager.io/", "cert-manager.io/common-name", "gethomepage.dev/"),
)
# Those of the controller's whose values nobody looks at.
QUIET = frozenset(
    PREFIX + name for name in WITHOUT_INFLUENCE if not name.startswith(ABOUT) and "snippet" not in name
)
# Those that name no other object: with them alone it does not matter in which namespace an Ingress is.
NAMELESS = QUIET | frozenset(
    PREFIX + name
    for name in (
        *("enable-cors", "cors-allow-origin", "cors-allow-credentials", "cors-allow-headers"),
        *("cors-allow-methods", "cors-expose-headers", "cors-max-age", "auth-method", "auth-signin"),
        *(
            "auth-response-headers",
            "auth-signin-redirect-param",
            "auth-request-redirect",
            "auth-cache-duration",
        ),
        *("auth-always-set-cookie", "enable-global-auth", "satisfy", "rewrite-target", "use-regex"),
        *("ssl-redirect", "force-ssl-redirect", "backend-protocol", "proxy-body-size", "proxy-read-timeout"),
        *("proxy-send-timeout", "proxy-connect-timeout", "proxy-buffering", "proxy-buffer-size"),
        *("proxy-buffers-number", "proxy-http-version", "proxy-request-buffering", "client-max-body-size"),
        *("client-body-buffer-size", "whitelist-source-range", "allowlist-source-range", "limit-rps"),
        *("limit-rpm", "limit-connections", "upstream-vhost", "permanent-redirect", "temporal-redirect"),
        *("app-root", "affinity", "session-cookie-name", "session-cookie-path", "session-cookie-samesite"),
    )
)
# An auth service of another namespace says which; one of the Ingress's own may do without.
AUTH_URL = PREFIX + "auth-url"
WHOLE_HOST = expression(r"[a-z]+://[A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+(?=[:/?]|$)")
# What makes more than a location of its own of a host, or is read letter by letter.
ALONE = ("snippet", "server-alias", "from-to-www-redirect", "canary", "ssl-passthrough", "mirror")
WORD = expression(r"[A-Za-z0-9][A-Za-z0-9.\-]*")
TELLING = expression("|".join(sorted(STORES | SIGNING_IN | TOKENS | INSIDE)) + r"|\b127")


class OddError(Exception):
    """An object with something in it that is not compared."""


@entity
class Form:
    """`hosts` are those of the rules, then those under tls; they, `services`, the namespace (`space`), the object's
    `name` and what is `unread` are the nodes that hold names. `spoken` are hosts in its annotations, but for its own
    (`own`: there are some of them). With `nameless` it does not matter in which namespace it is."""

    says: Hashable
    hosts: tuple[Any, ...]
    services: tuple[Any, ...]
    space: tuple[Any, ...]
    name: tuple[Any, ...]
    unread: tuple[Any, ...]
    nameless: bool
    spoken: frozenset[str]
    own: bool


@entity
class Names:
    """The own names of an object. Objects with equal `key` are alike."""

    key: Hashable
    hosts: tuple[str, ...]
    services: tuple[tuple[str, str], ...]  # with their namespace
    name: str
    spoken: frozenset[str]


def named(form: Form, hosts: tuple[str, ...], services: tuple[str, ...], space: str, name: str) -> Names:
    """An object of this form with these names."""
    parents = tuple([host.partition(".")[2] for host in hosts])
    same = (tuple(map(hosts.index, hosts)), tuple(map(services.index, services)))
    said: Hashable = ()
    if TELLING.search("\n".join((*hosts, *services, space))):
        said = tuple(map(telling, (*hosts, *services, space)))
    key = (form.says, parents, same, said, "" if form.nameless else space)
    return Names(key, hosts, tuple([(space, one) for one in services]), name, form.spoken)


def form_of(one: Manifest) -> Form | None:
    """None for an object that is not compared: one that is patched, a template, or has parts that few have."""
    if one.kind != "Ingress" or one.patches or one.uncertain is not None:
        return None
    try:
        return _Reader(one).form()
    except OddError:
        return None


class _Reader:
    """Takes an object apart."""

    def __init__(self, one: Manifest) -> None:
        self.top = _entries(one.item.node)
        self.hosts: list[Any] = []
        self.services: list[Any] = []
        self.unread: list[Any] = []
        self.space: list[Any] = []
        self.name: list[Any] = []
        self.spoken: set[str] = set()
        self.nameless, self.own = True, False

    def form(self) -> Form:
        spec = _entries(self.top.get("spec"))
        if not spec.keys() <= {"ingressClassName", "rules", "tls"}:
            raise OddError
        rules = tuple([self._rule(one) for one in _listed(spec.get("rules"))])
        if not rules:
            raise OddError
        number = len(self.hosts)
        secured = tuple([self._tls(one) for one in _listed(spec.get("tls"))])
        own = {node.value.lower(): str(place) for place, node in enumerate(self.hosts[:number])}
        says = (
            _words(self.top.get("apiVersion")),
            _words(spec.get("ingressClassName")),
            tuple(self._metadata(_entries(self.top.get("metadata")), own)),
            rules,
            secured,
            len(self.space),
        )
        return Form(
            says=says,
            hosts=tuple(self.hosts),
            services=tuple(self.services),
            space=tuple(self.space),
            name=tuple(self.name),
            unread=tuple(self.unread),
            nameless=self.nameless,
            spoken=frozenset(self.spoken),
            own=self.own,
        )

    def _metadata(self, data: dict[str, Any], own: dict[str, str]) -> Iterator[Hashable]:
        for key, node in data.items():
            if key == "annotations":
                for name, value in _entries(node).items():
                    if name in QUIET:
                        yield name
                    if name in QUIET or name.startswith(UNREAD):
                        self._pass_over(value)
                    else:
                        yield name, self._annotation(name, value, own)
            elif key == "namespace":
                self.space.append(_name(node))
            elif key == "name":
                self.name.append(_name(node))
            else:
                self._pass_over(node)

    def _annotation(self, name: str, node: Any, own: dict[str, str]) -> Hashable:
        if node.id != "scalar" or HOLE in node.value or any(word in name for word in ALONE):
            raise OddError
        text: str = node.value
        if name.startswith(PREFIX) and name not in NAMELESS:
            self.nameless = self.nameless and name == AUTH_URL and WHOLE_HOST.match(text) is not None
        if "." in text:
            hosts = {word.lower() for word in WORD.findall(text) if "." in word}
            self.spoken |= hosts - own.keys()
            if not own.keys().isdisjoint(hosts):
                self.own = True
                text = WORD.sub(lambda found: "\0" + own.get(found[0].lower(), found[0]), text)
                return "own", text, node.style
        return text, node.style

    def _pass_over(self, node: Any) -> None:
        """What nobody reads."""
        todo = [node]
        while todo:
            one = todo.pop()
            if one.id == "scalar":
                self.unread.append(one)
            elif one.id == "mapping":
                todo += [value for _, value in one.value]
            else:
                todo += one.value

    def _rule(self, node: Any) -> Hashable:
        rule = _entries(node)
        http = _entries(rule.get("http"))
        if not rule.keys() <= {"host", "http"} or not http.keys() <= {"paths"}:
            raise OddError
        self.hosts.append(_name(rule.get("host")))
        return tuple([self._path(_entries(one)) for one in _listed(http.get("paths"))])

    def _path(self, path: dict[str, Any]) -> Hashable:
        if not path.keys() <= {"path", "pathType", "backend"}:
            raise OddError
        backend = _entries(path.get("backend"))
        port: Any
        if backend.keys() == {"service"}:
            service = _entries(backend["service"])
            if not service.keys() <= {"name", "port"}:
                raise OddError
            self.services.append(_name(service.get("name")))
            port = tuple([(name, _words(node)) for name, node in _entries(service.get("port")).items()])
        elif backend.keys() <= {"serviceName", "servicePort"}:
            self.services.append(_name(backend.get("serviceName")))
            port = _words(backend.get("servicePort"))
        else:
            raise OddError
        return _words(path.get("path")), _words(path.get("pathType")), port

    def _tls(self, node: Any) -> Hashable:
        entry = _entries(node)
        if not entry.keys() <= {"hosts", "secretName"}:
            raise OddError
        if "secretName" in entry:
            self._pass_over(entry["secretName"])
        names = _listed(entry.get("hosts"))
        self.hosts += map(_name, names)
        return len(names)


def _entries(node: Any) -> dict[str, Any]:
    if node is None:
        return {}
    if node.id != "mapping":
        raise OddError
    found = {key.value: value for key, value in node.value if key.id == "scalar"}
    if len(found) != len(node.value) or MERGE in found:
        raise OddError
    return found


def _listed(node: Any) -> Sequence[Any]:
    if node is None:
        return ()
    if node.id != "sequence":
        raise OddError
    listed: Sequence[Any] = node.value
    return listed


def _name(node: Any) -> Any:
    """A node that holds a name."""
    if node is None or node.id != "scalar" or node.value in NULLS or HOLE in node.value:
        raise OddError
    return node


def _words(node: Any) -> Hashable:
    if node is None:
        return None
    if node.id != "scalar" or HOLE in node.value:
        raise OddError
    return node.value, node.style
