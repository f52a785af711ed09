"""Hosts and their paths, merged over every Ingress of one controller.

One location for each host, path and kind of path; which of two Ingress objects with the same one counts depends on
their age (internal/ingress/controller/controller.go, getBackendServers).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlint.expression import expression
from authlint.readers.kubernetes.annotations import Annotations, of
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item
from authlint.record import entity, field, mutable
from authlint.text import Span

TARGET = expression(r"/?[A-Za-z0-9\-._~/:$]*")
# Not heard where an Ingress has a default backend and no rules.
MOVING = frozenset(
    (
        *("rewrite-target", "use-regex", "app-root", "force-ssl-redirect", "temporal-redirect"),
        *("permanent-redirect", "from-to-www-redirect", "relative-redirects"),
    )
)


@entity
class Path:
    """One path of a host. `rival` is another Ingress's, with the same path."""

    ingress: Manifest
    own: Annotations
    text: str
    kind: str  # Exact, Prefix
    service: str  # namespace-service-port
    address: str
    span: Span
    rival: Path | None = None
    by_default: bool = False  # nobody wrote it: the controller makes one for what no path of the host takes

    @property
    def contested(self) -> bool:
        return self.rival is not None

    @property
    def rewrites(self) -> bool:
        """Whether rewrite-target is taken and changes anything (RegexPathWithCapture of parser/validators.go)."""
        target = self.own.text("rewrite-target")
        return target not in ("", self.text) and TARGET.fullmatch(target) is not None

    @property
    def is_regex(self) -> bool:
        """Whether this path makes every location of its host a pattern."""
        return self.own.flag("use-regex", False) or self.rewrites


@mutable
class Host:
    name: str  # "" for requests to any name
    span: Span
    paths: list[Path] = field(default_factory=list)
    tls: bool = False
    ingresses: list[Manifest] = field(default_factory=list)


def is_canary(own: Annotations) -> bool:
    return own.flag("canary", False)


def hosts(ingresses: Sequence[Manifest]) -> dict[str, Host]:
    """The hosts in the order of the files. A canary's paths only bring another backend."""
    found: dict[str, Host] = {}
    for ingress in ingresses:
        own = of(ingress)
        if is_canary(own) or own.flag("ssl-passthrough", False):
            continue
        named: list[Host] = []
        default = ingress.at("spec", "defaultBackend") or ingress.at("spec", "backend")
        if default is not None and ingress.at("spec", "rules") is None:
            host = found.setdefault("", Host("", default.span))
            host.ingresses.append(ingress)
            named.append(host)
            bare = Annotations({name: one for name, one in own.items.items() if name not in MOVING})
            _join(host, Path(ingress, bare, "/", "Prefix", *_service(ingress, default), default.span))
        for item, name in _rules(ingress):
            host = found.setdefault(name, Host(name, item.span))
            host.ingresses.append(ingress)
            named.append(host)
            for path in _paths(ingress, own, item):
                _join(host, path)
        _terminate(ingress, named)
    for host in found.values():
        if not any(path.text == "/" and path.kind == "Prefix" for path in host.paths):
            host.paths.append(_root(host))
    return found


def _root(host: Host) -> Path:
    """What no path of a host takes: the first Ingress's default backend, or the controller's, with the annotations of
    that Ingress (internal/ingress/controller/controller.go, createServers). Of requests to no host there is one
    before any Ingress. The first is the oldest: where others say something else, nobody knows which that is."""
    first = host.ingresses[0]
    default = first.at("spec", "defaultBackend") or first.at("spec", "backend")
    own = of(first) if host.name else Annotations({})
    service = _service(first, default if host.name else None)
    others = (path for path in host.paths if host.name and _said(path.own) != _said(own))
    return Path(first, own, "/", "Prefix", *service, host.span, next(others, None), by_default=True)


def _said(own: Annotations) -> dict[str, str]:
    return {name: item.text for name, item in own.items.items()}


def _rules(ingress: Manifest) -> Iterator[tuple[Item, str]]:
    rules = ingress.at("spec", "rules")
    for item in rules.items() if rules is not None else ():
        host = item.get("host")
        if host is not None and host.masked:
            continue
        yield item, host.text.lower() if host is not None else ""


def _paths(ingress: Manifest, own: Annotations, rule: Item) -> Iterator[Path]:
    listed = rule.at("http", "paths")
    for item in listed.items() if listed is not None else ():
        path = item.get("path")
        if path is not None and path.masked:
            continue
        kind = item.text_at("pathType") or "ImplementationSpecific"
        service, address = _service(ingress, item.get("backend"))
        text = path.text if path is not None and path.text else "/"
        span = path.span if path is not None else item.words
        yield Path(ingress, own, text, "Exact" if kind == "Exact" else "Prefix", service, address, span)


def _service(ingress: Manifest, backend: Item | None) -> tuple[str, str]:
    if backend is None:
        return "", ""
    new = backend.get("service")
    name = new.text_at("name") if new is not None else backend.text_at("serviceName")
    if new is not None:
        port = new.text_at("port", "number") or new.text_at("port", "name")
    else:
        port = backend.text_at("servicePort")
    where = f"{name}.{ingress.namespace}:{port or 80}"
    return f"{ingress.namespace}-{name}-{port or 80}", where if name else ""


def _join(host: Host, path: Path) -> None:
    for number, known in enumerate(host.paths):
        if (known.text, known.kind) == (path.text, path.kind):
            host.paths[number] = Path(
                known.ingress, known.own, known.text, known.kind, known.service, known.address, known.span,
                path if known.ingress is not path.ingress else known.rival,
            )  # fmt: skip
            return
    host.paths.append(path)


def _terminate(ingress: Manifest, hosts: Sequence[Host]) -> None:
    """An Ingress brings certificates for hosts of its own rules: those named under tls, or all where that names none
    (internal/ingress/controller/controller.go, extractTLSSecretName)."""
    listed = ingress.at("spec", "tls")
    for entry in listed.items() if listed is not None else ():
        names = entry.get("hosts")
        texts = {one.text.lower() for one in names.items()} if names is not None else set()
        for host in hosts:
            if not texts or host.name in texts or _wild(host.name, texts):
                host.tls = True


def _wild(name: str, texts: set[str]) -> bool:
    return "*." + name.partition(".")[2] in texts if "." in name else False
