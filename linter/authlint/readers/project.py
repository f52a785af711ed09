"""Every gateway of a project, whichever dialect describes it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from authlint.discover import Discovered, is_document, is_guarded, shown
from authlint.finding import Notice
from authlint.model.gateway import Gateway
from authlint.readers.embedded.find import could_hold, excerpts
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.expand import Library
from authlint.readers.nginx.roots import roots

if TYPE_CHECKING:
    from authlint.readers.kubernetes.manifests import Manifest

# A manifest that routes requests by itself, and one that such a manifest may refer to.
ROUTING = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:Ingress|IngressList|List)\b")
LINKED = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:ConfigMap|Secret|IngressClass)\b")
# Of those, what may be the controller's own; others are read where an Ingress names them.
CONTROLLERS = (
    rb"ingress-nginx|nginx-configuration|nginx-ingress|allow-snippet|global-auth|no-auth-loc|IngressClass"
    rb"|allowSnippetAnnotations|annotations-risk-level|oauth2[-_]proxy"
)
# Values of the controller's Helm chart, and workloads that are asked about requests.
VALUES = (b"allowSnippetAnnotations", b"annotations-risk-level", b"oauth2-proxy", b"oauth2_proxy")
CONNECTIONS = (b"http_connection_manager", b"HttpConnectionManager", b"httpConnectionManager")


class Project:
    """The files of one run, read once. `notices` say what was seen and is not read."""

    def __init__(self, library: Library, files: Discovered, asked: Callable[[str], bool]) -> None:
        self.library, self.files, self.asked = library, files, asked
        self.notices: list[Notice] = []
        self.seen: set[str] = set()
        self.routing: list[str] = []
        self.linked: list[str] = []
        self.controllers: list[Gateway] = []

    def gateways(self) -> list[Gateway]:
        """Each with what stands behind it."""
        found = list(self._gateways())
        if not any(is_document(one.root) for one in found):
            return found
        from authlint.readers.links.linking import linked

        documents = [shown(path) for path in (*self.files.texts, *self.files.project()) if is_document(path)]
        return linked(found, documents, self._raw, self._text, self.library, self.controllers)

    def _raw(self, path: str) -> bytes:
        return self._bytes(os.path.abspath(path))

    def _gateways(self) -> Iterator[Gateway]:
        named, guarded = _parted(self.files.named)
        candidates, more = _parted(self.files.candidates)
        guarded += more
        envoy, manifests = self._sorted([path for path in guarded if is_document(path)])
        held = list(self._excerpts(guarded))
        if named or candidates or held:
            # Files of nginx's lie beside others of nginx's: a run over documents alone asks for none of them.
            project = self.files.project() if named or candidates else ()
            plain = [path for path in project if not is_guarded(path)]
            for root in roots(self.library, named, candidates, plain, self.asked, held):
                yield root.gateway
        yield from self._envoys(envoy)
        if manifests:
            yield from self._ingresses()

    def _excerpts(self, paths: Iterable[str]) -> Iterator[Excerpt]:
        """nginx's configuration in files of other kinds."""
        for path in paths:
            if could_hold(path, self._bytes(path)):
                text = self._text(shown(path))
                yield from excerpts(shown(path), text) if text is not None else ()

    def _sorted(self, documents: Iterable[str]) -> tuple[list[str], list[str]]:
        """Which documents may be Envoy's, and which are manifests: told from their bytes."""
        envoy: list[str] = []
        manifests: list[str] = []
        for path in documents:
            raw = self._bytes(path)
            if b"onnection" in raw and any(word in raw for word in CONNECTIONS):
                envoy.append(shown(path))
            self._classify(path, raw)
        for kind in (self.routing, self.linked):
            manifests.extend(map(shown, kind))
        return envoy, manifests

    def _classify(self, path: str, raw: bytes) -> None:
        """Keeps manifests that route, and those that may be linked; a plain search first spares the pattern."""
        self.seen.add(path)
        if (b"Ingress" in raw or b"List" in raw) and ROUTING.search(raw):
            self.routing.append(path)
        elif (
            (b"ConfigMap" in raw or b"Secret" in raw or b"IngressClass" in raw) and LINKED.search(raw)
        ) or any(word in raw for word in VALUES):
            self.linked.append(path)

    def _bytes(self, path: str) -> bytes:
        known = self.files.texts.get(path)
        if known is not None:
            return known.encode("utf-8", "replace")
        return self.files.content(path)

    def _envoys(self, paths: Iterable[str]) -> Iterator[Gateway]:
        from authlint.readers.envoy.read import read

        for path in paths:
            text = self._text(path)
            if text is not None and could_be_envoy(text):
                yield from read(path, text, self.library.troubles, self._other)

    def _other(self, path: str) -> str | None:
        """A file that another one names, where it is there."""
        return self._text(path) if os.path.isfile(path) else None

    def _ingresses(self) -> Iterator[Gateway]:
        """Hosts are merged over all Ingress objects of the project: which of them were asked for does not matter."""
        from authlint.readers.kubernetes.folding import folded
        from authlint.readers.kubernetes.manifests import Manifest, named_by
        from authlint.readers.kubernetes.patches import NAMES, overlays
        from authlint.readers.kubernetes.proxies import settings_named
        from authlint.readers.kubernetes.sheets import Entry, Forms, entries

        changing: list[str] = []
        for path in self.files.project():
            if path not in self.seen and is_document(path):
                self._classify(path, self._bytes(path))
            if path.endswith(NAMES):
                changing.append(shown(path))
        routing, linked = sorted(map(shown, self.routing)), sorted(map(shown, self.linked))
        if not routing:
            return
        forms = Forms()
        documents = ((path, text) for path in routing if (text := self._text(path)) is not None)
        found: list[Entry] = entries(documents, self.library.troubles, forms)
        read = [one for one in found if isinstance(one, Manifest)]
        names = [re.escape(name.encode()) for name in named_by(read)]
        wanted = re.compile(b"|".join([CONTROLLERS, *names]))
        rest: list[str] = []
        for one in linked:
            if wanted.search(self._bytes(os.path.abspath(one))):
                found.extend(self._objects(one))
            else:
                rest.append(one)
        settings = [
            name.encode() for name in settings_named(one for one in found if isinstance(one, Manifest))
        ]
        for one in rest if settings else ():
            raw = self._bytes(os.path.abspath(one))
            if any(name in raw for name in settings):
                found.extend(self._objects(one))
        texts = [(path, text) for path in changing if (text := self._text(path)) is not None]
        made, skipped = folded(found, self.library.troubles, overlays(texts), forms)
        for file, _, other in skipped:
            self.notices.append(Notice(file, f"has an Ingress for {other}, which is not read"))
        self.controllers += made
        yield from made

    def _objects(self, path: str) -> list[Manifest]:
        from authlint.readers.kubernetes.manifests import objects

        text = self._text(path)
        return [] if text is None else objects(path, text, self.library.troubles)

    def _text(self, path: str) -> str | None:
        from authlint.text import Source

        text = self.library.text(path)
        if text is not None:
            self.library.sources.setdefault(path, Source(path, text))
        return text


def _parted(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    plain: list[str] = []
    guarded: list[str] = []
    for path in paths:
        (guarded if is_guarded(path) else plain).append(path)
    return plain, guarded
